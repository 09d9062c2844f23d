import { get, post } from "./calls";
import { badge, button, el, form_link } from "./dom";

const STATES = {
	here: [__("Already so here"), "gray"],
	free: [__("Can be taken over"), "blue"],
	conflict: [__("Conflicts with a change of your own"), "orange"],
};

/** Take single changes of the version's parent over, decline others, leave the rest for later. */
export async function take_over(frm) {
	if (frm.is_dirty()) {
		frappe.msgprint(__("Save the version first."));
		return;
	}
	const offer = await get("procedures.parent_changes", { version: frm.doc.name });
	const open = offer.items.filter((item) => item.state !== "here");
	const chosen = new Map();
	const list = el("ul.list-unstyled.sc-changes");
	const render = () => list.replaceChildren(...offer.items.map((item) => line(item, open, chosen, render)));
	render();
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(__("Changes in {0} since it was copied", [offer.parent_title])),
		size: "large",
		fields: [{ fieldname: "list", fieldtype: "HTML" }],
		...(open.length
			? { primary_action_label: __("Confirm"), primary_action: () => send(frm, offer, chosen, dialog) }
			: {}),
	});
	dialog.$wrapper.addClass("sc-dialog");
	const free = open.filter((item) => item.state === "free" && !item.declined);
	dialog
		.get_field("list")
		.$wrapper.get(0)
		.append(
			free.length
				? button(__("Choose all without conflict"), {
						class: "btn btn-sm btn-default mb-3",
						onclick: () => {
							for (const item of free) chosen.set(item.id, "take");
							render();
						},
					})
				: "",
			open.length ? "" : el("p", {}, __("Nothing is left to decide.")),
			list
		);
	dialog.show();
}

function line(item, open, chosen, render) {
	const [label, colour] = STATES[item.state];
	const text = item.texts.map((words) => el("div", {}, words));
	const own = item.own.map((words) => el("div.text-muted", {}, __("Your own change: {0}", [words])));
	const more = item.needs.filter((id) => open.some((other) => other.id === id));
	return el(
		"li.mb-3.pb-2.border-bottom",
		{},
		el(
			"div.d-flex.justify-content-between.align-items-start",
			{},
			el("div.mr-3", {}, text, own),
			item.state === "here" ? null : choice(item, more, chosen, render)
		),
		el(
			"div.mt-1",
			{},
			badge(label, colour),
			item.declined ? badge(__("Declined before"), "gray") : null,
			chosen.get(item.id) === "take" ? needed(more, chosen) : null
		)
	);
}

function needed(more, chosen) {
	const missing = more.filter((id) => chosen.get(id) !== "take").length;
	if (missing) return badge(__("Needs {0} more that are not chosen.", [missing]), "orange");
	return more.length
		? el("span.text-muted.ml-2", {}, __("Needs {0} more, chosen along.", [more.length]))
		: null;
}

function choice(item, more, chosen, render) {
	const options = [
		["", __("Later")],
		["take", __("Take over")],
		["decline", __("Do not take over")],
	];
	const select = el(
		"select.form-control.input-sm",
		{
			style: "width: 9em; flex: none",
			"aria-label": `${__("What to do with this change")}: ${item.texts.join(" ")}`,
			onchange: (event) => {
				chosen.set(item.id, event.target.value);
				if (event.target.value === "take") for (const id of more) chosen.set(id, "take");
				render();
			},
		},
		options.map(([value, label]) => el("option", { value }, label))
	);
	select.value = chosen.get(item.id) || (item.declined ? "decline" : "");
	return select;
}

async function send(frm, offer, chosen, dialog) {
	const ids = (what) => [...chosen].filter(([, value]) => value === what).map(([id]) => id);
	const taken = ids("take");
	const declined = ids("decline");
	if (!taken.length && !declined.length) {
		frappe.msgprint(__("Choose at least one change."));
		return;
	}
	const answer = await post("procedures.take_over", {
		version: frm.doc.name,
		parent: offer.parent,
		taken: JSON.stringify(taken),
		declined: JSON.stringify(declined),
	});
	dialog.hide();
	if (answer.name === frm.doc.name) await frm.reload_doc();
	else frappe.set_route("Form", "SC Procedure Version", answer.name);
	show_result(frm, answer, taken.length);
}

function show_result(frm, answer, taken) {
	const elsewhere = answer.name !== frm.doc.name;
	const rows = (items, kind) =>
		items.length
			? el(
					`ul.sc-findings.sc-${kind}`,
					{},
					items.map((row) => el("li", {}, row.text))
				)
			: null;
	const dialog = new frappe.ui.Dialog({ title: __("Result of the check"), size: "large" });
	dialog.$body
		.get(0)
		.replaceChildren(
			el(
				"div",
				{},
				el(
					"p",
					{},
					!taken
						? __("Remembered: these changes are not offered again.")
						: elsewhere
							? __("Taken over into the draft {0}", [answer.name])
							: __("Taken over into this draft."),
					" ",
					elsewhere
						? form_link("SC Procedure Version", answer.name, __("Open the draft"))
						: null
				),
				answer.errors.length ? el("h5.text-danger", {}, __("Must be corrected")) : null,
				rows(answer.errors, "red"),
				answer.warnings.length ? el("h5", {}, __("To be noted")) : null,
				rows(answer.warnings, "orange"),
				answer.errors.length || answer.warnings.length
					? null
					: el("p.text-success", {}, __("Nothing is wrong. The version can be submitted."))
			)
		);
	dialog.show();
}
