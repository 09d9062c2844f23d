import { ask, attach_field, choices } from "./ask";
import { post } from "./calls";
import { badge, el, form_link, on_one_line, table } from "./dom";
import { filling_bureaus, my_bureau_codes, my_posts } from "./posts";
import { day } from "./words";

// What a remedy may be about, and the field of SC Remedy that names it.
const ABOUT = {
	"SC Case": "case",
	"SC Listing Record": "record",
	"SC Repair Application": "record",
	"SC Removal": "record",
	"SC Objection": "record",
	"SC Penalty": "penalty",
};
const INSTANCES = {
	Reconsideration: ["Review Decision"],
	Litigation: ["First Instance", "Second Instance", "Retrial"],
};
const OUTCOMES = [
	"Remedy Withdrawn",
	"Dismissed",
	"Upheld",
	"Revoked",
	"Changed",
	"Found Unlawful",
	"Ordered to Act",
];
// what is done to the decision contested; as a state alone it could be taken for that of the remedy
const SAID = { Revoked: () => __("Decision Revoked"), Changed: () => __("Decision Changed") };
const said = (outcome) => SAID[outcome]?.() || __(outcome);

/** Bureaus whose remedies the user enters; the server asks again. */
export function remedy_bureaus() {
	return my_posts().includes("legal_reviewer") ? my_bureau_codes() : filling_bureaus();
}

/** The button that leads from a case, a record or a penalty to its reviews and suits, or to a new one. */
export function offer_remedies(frm) {
	const field = ABOUT[frm.doctype];
	if (!field || frm.is_new()) return;
	const value = field === "record" && frm.doctype !== "SC Listing Record" ? frm.doc.record : frm.doc.name;
	if (!value) return;
	const group = __("Reviews and Suits");
	frm.add_custom_button(
		__("Look at the Ledger"),
		() => frappe.set_route("List", "SC Remedy", { [field]: value }),
		group
	);
	if (!remedy_bureaus().includes(frm.doc.bureau)) return;
	const named = ["SC Listing Record", "SC Penalty"].includes(frm.doctype);
	for (const kind of ["Reconsideration", "Litigation"])
		frm.add_custom_button(
			kind === "Litigation" ? __("Enter a Suit") : __("Enter a Review"),
			() => {
				source = named ? null : { reference_doctype: frm.doctype, reference_name: frm.doc.name };
				frappe.new_doc("SC Remedy", named ? { kind, [field]: value } : { kind });
			},
			group
		);
}

// The document whose papers are offered in a new remedy that was begun from it.
let source = null;

/** Filters of the papers a new remedy may contest, if it was begun from a document that has some. */
export function remedy_papers() {
	return source || {};
}

/** The reviews and suits about the case, with what has come of them. */
export function remedies_table(panel) {
	const rows = panel.view.remedies || [];
	if (!rows.length) return null;
	const closed = (row) => row.status === "Closed";
	return table(
		__("Reviews and Suits"),
		[__("Kind of Remedy"), __("Decision Contested"), __("Filed On"), __("Remedy Status"), ""],
		rows.map((row) => [
			[form_link("SC Remedy", row.name, row.kind_label), el("div.text-muted", {}, row.forum)],
			[row.contested_label, el("div.text-muted", {}, row.decision_number || "")],
			on_one_line(day(row.filed_on)),
			[
				badge(row.status_label, closed(row) ? "gray" : "orange"),
				row.result ? el("div", {}, said(row.result)) : null,
				row.suspended_from && !row.suspension_ended_on
					? el("div", {}, badge(__("Execution is suspended."), "red"))
					: null,
			],
			row.follow_up_name
				? form_link(row.follow_up_doctype, row.follow_up_name, __("Proceedings That Followed"))
				: "",
		])
	);
}

/** What the bureau records in a remedy besides the form. */
export function remedy_tools(frm) {
	const { doc } = frm;
	if (frm.is_new() || !remedy_bureaus().includes(doc.bureau)) return;
	const panel = { doctype: frm.doctype, name: doc.name, changed: () => frm.reload_doc() };
	const closed = doc.status === "Closed";
	if (!closed || doc.kind === "Litigation")
		frm.add_custom_button(closed ? __("Add a Retrial") : __("Enter the Outcome"), () =>
			decide(panel, doc, closed)
		);
	if (doc.suspended_from && !doc.suspension_ended_on)
		frm.add_custom_button(__("Execution Goes On"), () => resume(panel, doc));
	else if (!closed) frm.add_custom_button(__("Execution Is Suspended"), () => suspend(panel, doc));
}

function decide(panel, doc, closed) {
	const against =
		'eval:["Revoked", "Changed", "Found Unlawful", "Ordered to Act"].includes(doc.outcome)';
	const instances = closed ? ["Retrial"] : INSTANCES[doc.kind];
	ask(panel, {
		title: __("Outcome of the Remedy"),
		label: __("Save the outcome"),
		done: __("The outcome has been recorded."),
		fields: [
			{
				fieldname: "instance",
				fieldtype: "Select",
				label: __("Instance"),
				options: choices(instances),
				default: instances[0],
				reqd: 1,
			},
			{
				fieldname: "outcome",
				fieldtype: "Select",
				label: __("Remedy Outcome"),
				options: OUTCOMES.map((value) => ({ value, label: said(value) })),
				reqd: 1,
			},
			{
				fieldname: "in_force",
				fieldtype: "Check",
				label: __("In Force Now"),
				default: doc.kind === "Reconsideration" ? 1 : 0,
				description: __("Only then does it close the remedy and act on the list."),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "decided_on",
				fieldtype: "Date",
				label: __("Outcome Made On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{ fieldname: "received_on", fieldtype: "Date", label: __("Outcome Received On") },
			{
				fieldname: "act_by",
				fieldtype: "Date",
				label: __("To Act Until"),
				depends_on: "eval:doc.outcome==='Ordered to Act'",
			},
			{ fieldtype: "Section Break" },
			{
				fieldname: "number",
				fieldtype: "Data",
				label: __("Number of the Paper"),
				mandatory_depends_on: against,
			},
			{ fieldname: "forum", fieldtype: "Data", label: __("Made By"), default: doc.forum },
			{ fieldtype: "Column Break" },
			attach_field(panel, {
				fieldname: "file",
				label: __("Decision or Judgment"),
				mandatory_depends_on: against,
			}),
			{ fieldtype: "Section Break" },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Main reasons") },
		],
		send: async (values) => {
			const opened = await post("remedies.decide", { remedy: doc.name, ...values });
			if (opened?.name)
				frappe.msgprint({
					title: __("Opened"),
					message: __("The next step has been opened: {0}", [
						frappe.utils.get_form_link(opened.doctype, opened.name, true),
					]),
				});
		},
	});
}

function suspend(panel, doc) {
	ask(panel, {
		title: __("Execution Is Suspended"),
		label: __("Save the suspension"),
		done: __("The suspension has been recorded."),
		fields: [
			{
				fieldname: "suspended_by",
				fieldtype: "Data",
				label: __("Suspension Ordered By"),
				default: doc.forum,
				reqd: 1,
			},
			{
				fieldname: "suspended_from",
				fieldtype: "Date",
				label: __("Suspended From"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "suspended_to",
				fieldtype: "Date",
				label: __("Suspended To"),
				description: __("Empty: until the remedy is decided."),
			},
			attach_field(panel, { fieldname: "file", label: __("Order of Suspension") }),
		],
		send: (values) => post("remedies.suspend", { remedy: doc.name, ...values }),
	});
}

function resume(panel, doc) {
	ask(panel, {
		title: __("Execution Goes On"),
		label: __("Save it"),
		done: __("It has been recorded."),
		fields: [
			{
				fieldname: "ended_on",
				fieldtype: "Date",
				label: __("Suspension Ended On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
		],
		send: (values) => post("remedies.resume", { remedy: doc.name, ...values }),
	});
}
