import { badge, button, el, link_out, on_one_line, table } from "./dom";
import { ask, attach_field, choices } from "./ask";
import { post } from "./calls";
import { day } from "./words";

/** Statements to be reviewed along with the legal review. */
export function defence_review_tool(panel) {
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Statements and defence of the parties")),
		defence_table(panel, true),
		panel.doctype === "SC Case"
			? button(__("Register a hearing request"), {
					class: "btn btn-xs btn-default",
					onclick: () => receive(panel, "Hearing Request"),
				})
			: null
	);
}

/** Statements and waivers of the parties, with the buttons to register and to review them. */
export function defence_tool(panel) {
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Statements and defence of the parties")),
		defence_table(panel, true) ||
			el("p.text-muted", {}, __("Nothing has been received from the parties yet.")),
		el(
			"div.sc-buttons",
			{},
			button(__("Register a defence"), { onclick: () => receive(panel, "Defence") }),
			button(__("Register a waiver"), { onclick: () => receive(panel, "Waiver") }),
			button(__("Register a hearing request"), { onclick: () => receive(panel, "Hearing Request") })
		)
	);
}

export function defence_table(panel, may_review = false) {
	const rows = panel.view.defences || [];
	if (!rows.length) return null;
	return table(
		__("Statements and defence of the parties"),
		[__("Party"), __("Kind of statement"), __("Received on"), __("Result of the review"), ""],
		rows.map((row) => [
			row.subject_name,
			[row.kind_label, " ", row.file ? link_out(row.file, __("File")) : null],
			on_one_line(day(row.received_on)),
			reviewed(row),
			may_review && row.kind === "Defence" && !row.conclusion
				? button(__("Review it"), {
						class: "btn btn-xs btn-primary",
						onclick: () => review(panel, row),
					})
				: "",
		])
	);
}

function reviewed(row) {
	if (row.kind !== "Defence") return badge(__("No review needed"), "gray");
	if (row.conclusion) return badge(row.conclusion_label, "green");
	return badge(__("To be reviewed"), "orange");
}

function receive(panel, kind) {
	const answered = new Set((panel.view.defences || []).map((row) => row.subject));
	const subjects = (panel.view.subjects || []).map((one) => ({
		value: one.entity,
		label: one.entity_name,
	}));
	// who has not answered yet is the likelier one
	const missing = subjects.find((one) => !answered.has(one.value));
	const waiver = kind === "Waiver";
	const hearing = kind === "Hearing Request";
	ask(panel, {
		title: hearing
			? __("Register a hearing request")
			: waiver
				? __("Register a waiver")
				: __("Register a defence"),
		label: __("Register it"),
		done: __("It has been registered."),
		fields: [
			{
				fieldname: "subject",
				fieldtype: "Select",
				label: __("Party"),
				options: subjects,
				default: (missing || subjects[0])?.value,
				reqd: 1,
			},
			{
				fieldname: "received_on",
				fieldtype: "Date",
				label: __("Received on"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "form",
				fieldtype: "Select",
				label: __("Form"),
				options: choices(["Written", "Oral"]),
				default: "Written",
				reqd: 1,
			},
			{
				fieldname: "content",
				fieldtype: "Small Text",
				label: waiver ? __("Words of the waiver") : __("What the party states"),
				reqd: waiver || hearing ? 0 : 1,
				description: waiver
					? __("A waiver must be in the party's own writing or signed record.")
					: "",
			},
			attach_field(panel, {
				fieldname: "file",
				label: waiver ? __("Signed waiver") : __("Written statement or record"),
				reqd: waiver ? 1 : 0,
			}),
		],
		send: ({ subject, ...values }) =>
			panel.doctype === "SC Removal"
				? post("removals.answer", { removal: panel.name, kind, ...values })
				: post("defence.record", { case: panel.name, subject, kind, ...values }),
	});
}

function review(panel, row) {
	ask(panel, {
		title: `${__("Review of the defence")} · ${row.subject_name}`,
		label: __("Save the review"),
		done: __("The review has been saved."),
		fields: [
			{
				fieldname: "conclusion",
				fieldtype: "Select",
				label: __("Conclusion"),
				options: choices(["Accepted", "Partly Accepted", "Not Accepted"]),
				reqd: 1,
			},
			{ fieldname: "reasons", fieldtype: "Small Text", label: __("Reasons of the review"), reqd: 1 },
		],
		send: (values) =>
			post(panel.doctype === "SC Removal" ? "removals.review_answer" : "defence.review", {
				defence_name: row.name,
				...values,
			}),
	});
}
