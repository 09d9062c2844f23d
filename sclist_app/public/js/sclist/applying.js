import { get } from "./calls";
import { badge, el, form_link, table } from "./dom";
import { day } from "./words";

/**
 * Which procedure applies to the bureau of the form, from where and from when: a section of the form's dashboard.
 * On a bureau all kinds, on a binding its own.
 */
export async function show_applying(frm) {
	const of_bureau = frm.doctype === "SC Bureau";
	const bureau = of_bureau ? (frm.is_new() ? "" : frm.doc.name) : frm.doc.bureau;
	const asked = `${bureau}/${of_bureau ? "" : frm.doc.kind || ""}/${frm.doc.modified || ""}`;
	if (!bureau || (!of_bureau && !frm.doc.kind)) return;
	frm.sclist_applying_asked = asked;
	const rows = await get("procedures.applying", { bureau, kind: of_bureau ? "" : frm.doc.kind });
	if (frm.sclist_applying_asked !== asked) return;
	frm.sclist_applying?.remove();
	const body = document.createElement("div");
	body.append(
		table(
			__("Which procedure applies"),
			[__("Procedure Kind"), __("Procedure Version"), __("Where it comes from"), __("Changes to come")],
			rows.map((row) => [
				row.kind_label,
				row.version
					? form_link("SC Procedure Version", row.version, row.version_title)
					: el("span.text-muted", {}, __("No procedure applies. Bind one, or ask the bureau above.")),
				row.version
					? [source(row), el("div.text-muted", {}, __("Since {0}", [day(row.effective_from)]))]
					: "",
				row.changes.map((change) =>
					el(
						"div",
						{},
						__("From {0}: {1}", [
							day(change.on),
							change.version ? change.version_title : __("none"),
						])
					)
				),
			])
		)
	);
	const added = frm.dashboard.add_section(body, __("Which procedure applies"));
	frm.sclist_applying = added?.closest?.(".form-dashboard-section") || $(body).closest(".form-dashboard-section");
	frm.dashboard.show();
}

function source(row) {
	if (row.source === "own") return badge(__("Bound to this bureau"), "green");
	if (row.source === "national") return badge(__("National standard"), "blue");
	return badge(__("From {0}", [row.bureau_name]), "blue");
}
