import { badge, el, form_link, link_out, on_one_line, section } from "./dom";
import { day } from "./words";

/**
 * The case itself in a few lines, so that whoever decides need not leave the page. Document types without a
 * summary show none.
 */
export function summary(panel) {
	const write = SUMMARIES[panel.doctype];
	const doc = panel.frm?.doc;
	if (!write || !doc || panel.my_tasks().some((task) => task.nature === "Fill")) return null;
	const rows = write(doc, panel).filter(([, content]) => !is_empty(content));
	if (!rows.length) return null;
	return section(
		__("The case in brief"),
		el(
			"dl.sc-brief",
			{},
			rows.map(([term, content]) => [el("dt", {}, term), el("dd", {}, content)])
		)
	);
}

const is_empty = (content) => !content || (Array.isArray(content) && !content.length);
const title = (doctype, name) => (name ? frappe.utils.get_link_title(doctype, name) || name : "");

const SUMMARIES = {
	"SC Case": (doc) => [
		[__("Parties to be listed"), (doc.subjects || []).map(subject)],
		[__("Ground of the listing"), title("SC Listing Ground", doc.ground)],
		[
			__("Penalty decisions"),
			(doc.penalties || []).map((row) =>
				el(
					"div",
					{},
					form_link("SC Penalty", row.penalty, row.document_number),
					" ",
					on_one_line(day(row.decided_on))
				)
			),
		],
		[__("Established facts"), text(doc.facts)],
		[__("Why it is serious"), text(doc.reasons)],
		[
			__("Measures intended"),
			(doc.measures || []).map((row) =>
				el(
					"div",
					{},
					title("SC Management Measure", row.measure),
					row.content ? ` (${row.content})` : ""
				)
			),
		],
		[
			__("Evidence in the file"),
			(doc.evidence || []).map((row) =>
				el("div", {}, row.file ? link_out(row.file, row.title) : row.title)
			),
		],
	],
};

function subject(row) {
	return el(
		"div",
		{},
		form_link("SC Entity", row.entity, row.entity_name),
		" ",
		el("span.text-muted", {}, row.code_shown || ""),
		" ",
		row.role ? badge(__(row.role), "gray") : null
	);
}

function text(value) {
	return value ? el("div.sc-prose", {}, value) : null;
}
