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
	"SC Removal": (doc) => [
		[__("Listed party"), listed(doc)],
		[
			__("Term of the listing"),
			[day(doc.listed_on), day(doc.term_end)].filter(Boolean).join(" – "),
		],
		[__("Change of Basis"), doc.basis_kind ? __(doc.basis_kind) : ""],
		[
			__("Paper That Changed the Basis"),
			[doc.basis_authority, doc.basis_number, day(doc.basis_date)].filter(Boolean).join(" "),
		],
		[__("Attachment"), doc.basis_file ? link_out(doc.basis_file, __("File")) : null],
		[__("Facts of Fraud"), text(doc.fraud_facts)],
		[__("Reasons for the Decision"), text(doc.reasons)],
		[__("Evidence in the file"), files(doc.evidence)],
	],
	"SC Legacy Entry": (doc) => [
		[__("Party"), [form_link("SC Entity", doc.entity, doc.entity_name), ` ${doc.code_shown || ""}`]],
		[__("Number in the Old System"), doc.source_id],
		[__("Original Listing Date"), day(doc.listed_on)],
		[__("Old Ground"), text(doc.old_ground)],
		[__("Transition Decision"), doc.decision ? __(doc.decision) : ""],
		[__("New Ground"), doc.decision === "Re-enter" ? doc.ground : ""],
		[__("New Term Ends On"), doc.decision === "Re-enter" ? day(doc.new_term_end) : ""],
		[__("Penalty Decision Number"), doc.penalty_number],
		[__("Reasons for the Decision"), text(doc.reasons)],
	],
	"SC Objection": (doc) => [
		[__("Listed party"), listed(doc)],
		[__("Objector"), doc.applicant],
		[__("Item Objected To"), doc.item ? __(doc.item) : ""],
		[__("Content of the Objection"), text(doc.content)],
		[__("External Body Name"), doc.body],
		[__("Findings of the Examination"), text(doc.findings)],
		[__("Result of the Objection"), doc.result ? __(doc.result) : ""],
		[__("Reasons of the Answer"), text(doc.answer_reasons)],
		[__("Follow-up Action"), doc.consequence ? __(doc.consequence) : ""],
		[__("Evidence in the file"), files(doc.evidence)],
	],
	"SC Repair Application": (doc) => [
		[
			__("Applicant"),
			[form_link("SC Entity", doc.applicant, doc.applicant_name), " ", doc.code_shown || ""],
		],
		[
			__("Listing to be ended"),
			[
				form_link("SC Listing Record", doc.record, doc.decision_number),
				` ${day(doc.listed_on)} – ${day(doc.term_end)}`,
			],
		],
		[__("Application Channel"), __(doc.channel)],
		[__("Received On"), day(doc.received_on)],
		[__("Ban in Force"), doc.ban_text],
		[__("Obligations of the Penalty Fulfilled"), text(doc.obligations_statement)],
		[__("Harm and Bad Effects Removed"), text(doc.effects_statement)],
		[__("No Further Serious Breach"), text(doc.no_repeat_statement)],
		[__("Papers handed in"), papers_handed_in(doc)],
		[__("Reasons for Refusal"), text(doc.refusal_reasons)],
	],
};

function papers_handed_in(doc) {
	const rows = (doc.evidence || []).map((row) => [row.file, row.title, row.condition]);
	if (doc.commitment) rows.push([doc.commitment, __("Credit Commitment"), ""]);
	if (doc.promise) rows.push([doc.promise, __("Promise to Hand in Papers Later"), ""]);
	return rows.map(([file, title, condition]) =>
		el(
			"div",
			{},
			file ? link_out(file, title) : title,
			" ",
			condition ? badge(__(condition), "gray") : null
		)
	);
}

function listed(doc) {
	return [
		form_link("SC Listing Record", doc.record, doc.entity_name),
		" ",
		el("span.text-muted", {}, [doc.code_shown, doc.decision_number].filter(Boolean).join(" · ")),
	];
}

function files(rows) {
	return (rows || []).map((row) =>
		el("div", {}, row.file ? link_out(row.file, row.title) : row.title)
	);
}

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
