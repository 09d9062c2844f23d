frappe.ui.form.on("SC Remedy", {
	setup(frm) {
		const own = () => ({ bureau: ["in", sclist.remedy_bureaus()] });
		frm.set_query("notice", () => ({
			filters: {
				...own(),
				status: "Issued",
				document_kind: ["in", ["D05", "D12b", "D13b", "D15", "D16", "D17", "D20"]],
				...sclist.remedy_papers(),
			},
		}));
		frm.set_query("record", () => ({ filters: own() }));
		frm.set_query("penalty", () => ({ filters: own() }));
		frm.set_query("follows", () => ({
			filters: { kind: "Reconsideration", entity: frm.doc.entity, bureau: frm.doc.bureau },
		}));
	},

	refresh(frm) {
		frm.toggle_display(["is_demo", "remedy_title", "penalty_status", "entity_name"], false);
		frm.toggle_display(["section_outcomes_of_the_remedy", "section_answer_of_the_bureau"], !frm.is_new());
		frm.toggle_display(["follow_up_doctype", "follow_up_name"], !!frm.doc.follow_up_name);
		for (const source of ["record", "penalty"])
			frm.toggle_display(source, frm.is_new() || !!frm.doc[source]);
		if (!frm.is_new()) for (const field of ["record", "penalty"]) frm.set_df_property(field, "description", "");
		// its number stands below; the paper itself is a click away
		frm.toggle_display("notice", frm.is_new());
		if (!frm.is_new() && frm.doc.notice)
			frm.add_custom_button(__("Open the Paper"), () =>
				frappe.set_route("Form", "SC Notice", frm.doc.notice)
			);
		if (frm.doc.status === "Closed") frm.disable_save();
		frm.set_intro("");
		if (frm.is_new() && sourced(frm)) take_over(frm);
		const notes = [
			frm.doc.late && __("It was filed late; the forum decides."),
			frm.doc.suspended_from && !frm.doc.suspension_ended_on && __("Execution is suspended."),
		].filter(Boolean);
		if (notes.length) frm.set_intro(notes.map(frappe.utils.escape_html).join("<br>"), "orange");
		sclist.remedy_tools(frm);
	},

	notice: take_over,
	record: take_over,
	penalty: take_over,
	kind: take_over,
});

function sourced(frm) {
	return frm.doc.notice || frm.doc.record || frm.doc.penalty;
}

// Party, number, day of service and forum are known once it is said what is contested.
async function take_over(frm) {
	const { doc } = frm;
	if (!frm.is_new() || !sourced(frm) || !doc.kind) return;
	const { notice, record, penalty, kind } = doc;
	const asked = [notice, record, penalty, kind].join("|");
	if (frm.sclist_asked === asked) return;
	frm.sclist_asked = asked;
	const { message: told } = await frappe.call({
		method: "sclist_app.api.remedies.prefill",
		type: "GET",
		args: { kind, notice: notice || "", record: notice ? "" : record || "", penalty: penalty || "" },
	});
	if (frm.sclist_asked !== asked || !frm.is_new()) return;
	if (told.entity) frappe.utils.add_link_title("SC Entity", told.entity, told.entity_name);
	if (told.record) frappe.utils.add_link_title("SC Listing Record", told.record, told.entity_name);
	frm.sclist_asked = [told.notice, told.record, told.penalty, kind].map((one) => one || "").join("|");
	for (const [field, value] of Object.entries(told)) {
		if (["last_day", "is_demo"].includes(field) || !frm.fields_dict[field]) continue;
		if (["record", "notice", "penalty"].includes(field)) doc[field] = value;
		else await frm.set_value(field, value);
	}
	frm.refresh_fields();
	frm.set_intro("");
	if (told.last_day) frm.set_intro(__("The last day for filing is {0}.", [sclist.day(told.last_day)]), "blue");
}
