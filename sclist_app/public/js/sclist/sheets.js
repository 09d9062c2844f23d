import { el, link_out, section } from "./dom";
import { get } from "./calls";

// Forms without a panel that have sheets of their own; the others show them in the panel.
const WITHOUT_PANEL = ["SC Listing Record", "SC Address Confirmation", "SC Notice"];
const PANELS = ["SC Case", "SC Repair Application", "SC Removal", "SC Objection", "SC Legacy Entry"];

/** The forms and internal papers that can be printed, read when somebody opens the section. */
export function sheets(panel) {
	if (!PANELS.includes(panel.doctype)) return null;
	const body = el("div", {});
	const fold = el("details.sc-sheets", {}, el("summary", {}, __("Choose a form to print")), body);
	fold.addEventListener("toggle", () => fold.open && show(body, panel.doctype, panel.name));
	return section(__("Forms to Print"), fold);
}

/** The button on forms without a panel. */
export function offer_sheets(frm) {
	if (!WITHOUT_PANEL.includes(frm.doctype) || frm.is_new()) return;
	frm.add_custom_button(__("Forms to Print"), () => {
		const dialog = new frappe.ui.Dialog({ title: __("Forms to Print") });
		show(dialog.body, frm.doctype, frm.doc.name);
		dialog.show();
	});
}

async function show(body, doctype, name) {
	body.replaceChildren(el("p.text-muted", {}, __("One moment…")));
	let rows;
	try {
		rows = await get("sheets.available", { doctype, name });
	} catch {
		body.replaceChildren(el("p.text-muted", {}, __("The forms could not be read. Try again.")));
		return;
	}
	if (!rows.length) {
		body.replaceChildren(el("p.text-muted", {}, __("There is no form to print here yet.")));
		return;
	}
	body.replaceChildren(
		el("ul.sc-sheet-list", {}, [...grouped(rows)].map((group) => line(group, doctype, name))),
		el(
			"p.text-muted.small",
			{},
			__(
				"Forms are printed from the present data, signed by hand and kept as a scan. Each printing with full certificate numbers is logged."
			)
		)
	);
}

function grouped(rows) {
	const groups = new Map();
	for (const row of rows) groups.set(row.kind, [...(groups.get(row.kind) || []), row]);
	return groups.values();
}

// One form of a kind is a link of its own; several stand under their title.
function line(group, doctype, name) {
	if (group.length === 1 && !group[0].about) return el("li", {}, link(group[0], group[0].title, doctype, name));
	return el(
		"li",
		{},
		el("span", {}, group[0].title),
		el(
			"ul",
			{},
			group.map((row) => el("li", {}, link(row, row.about || row.title, doctype, name)))
		)
	);
}

function link(row, label, doctype, name) {
	const query = new URLSearchParams({ doctype, name, kind: row.kind, subject: row.subject });
	return link_out(`/api/method/sclist_app.api.sheets.print_sheet?${query}`, label);
}
