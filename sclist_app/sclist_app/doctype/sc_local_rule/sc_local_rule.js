frappe.ui.form.on("SC Local Rule", {
	onload(frm) {
		if (frm.is_new() && !frm.doc.bureau) frm.set_value("bureau", sclist.default_bureau());
	},

	refresh(frm) {
		const approved = frm.doc.state === "Approved";
		if (!frm.is_new()) frm.page.set_indicator(__(frm.doc.state), approved ? "green" : "orange");
		if (approved) {
			frm.disable_form();
			frm.set_intro(
				__("This rule is approved and does not change any more. Make a new draft to change it."),
				"blue"
			);
		}
		buttons(frm);
		show_in_force(frm);
	},

	bureau: show_in_force,
});

function buttons(frm) {
	if (frm.is_new()) return;
	const mine = frappe.boot.sclist || {};
	const own = sclist.my_bureau_codes().includes(frm.doc.bureau);
	if (frm.doc.state === "Approved" && own && mine.configures) {
		frm.add_custom_button(__("New draft"), async () => {
			const answer = await call("new_draft", { bureau: frm.doc.bureau });
			frappe.set_route("Form", "SC Local Rule", answer.name);
		});
	}
	if (frm.doc.state === "Draft" && mine.approves_rules) {
		frm.add_custom_button(__("Approve"), () => {
			frappe.confirm(
				__("Approve this rule? It applies from {0} on and does not change any more.", [
					frappe.datetime.str_to_user(frm.doc.effective_from),
				]),
				async () => {
					await call("approve", { rule: frm.doc.name, as_seen: frm.doc.modified });
					frm.reload_doc();
				}
			);
		}).addClass("btn-primary");
	}
}

function call(method, args) {
	return frappe.call({ method: `sclist_app.api.local_rules.${method}`, type: "POST", args, freeze: true }).then(
		(answer) => answer.message
	);
}

/** What applies now: as a table at the top, and under every field that is left empty. */
async function show_in_force(frm) {
	const field = frm.fields_dict.panel_in_force;
	const bureau = frm.doc.bureau;
	if (!bureau) {
		field.$wrapper.empty();
		return;
	}
	const answer = await frappe.call({
		method: "sclist_app.api.local_rules.in_force",
		type: "GET",
		args: { bureau },
	});
	if (frm.doc.bureau !== bureau) return;
	const rows = answer.message || [];
	field.$wrapper.empty().append(in_force_table(rows));
	for (const row of rows) {
		const control = frm.fields_dict[row.field];
		if (!control) continue;
		control.sc_own_description ??= control.df.description || "";
		const now = __("If left empty: {0} ({1})", [row.above, row.above_source]);
		const own = control.sc_own_description ? `${__(control.sc_own_description)}<br>` : "";
		frm.set_df_property(row.field, "description", own + frappe.utils.escape_html(now));
	}
}

function in_force_table(rows) {
	const { el } = sclist;
	return el(
		"div.sc-panel",
		{},
		el(
			"table.sc-table",
			{ "aria-label": __("What Applies Now") },
			el(
				"thead",
				{},
				el(
					"tr",
					{},
					[__("Item"), __("What applies"), __("Ruled by"), __("Since")].map((text) =>
						el("th", { scope: "col" }, text)
					)
				)
			),
			el(
				"tbody",
				{},
				rows.map((row) =>
					el(
						"tr",
						{},
						el("td", {}, row.label),
						el("td", {}, row.text),
						el("td", {}, row.own ? el("strong", {}, row.source) : row.source),
						el("td", {}, row.since ? frappe.datetime.str_to_user(row.since) : "")
					)
				)
			)
		)
	);
}
