import { badge, button, el, link_out, table } from "./dom";
import { ask, attach_field, fixed_text } from "./ask";
import { post } from "./calls";
import { day } from "./words";

const COLOUR = {
	"To Send": "orange",
	Sent: "blue",
	Answered: "green",
	"To Lift": "orange",
	Lifted: "gray",
	"Not Needed": "gray",
};

/** The departments a listing is sent to, with what is to be recorded; null where the local rule names none. */
export function joint_action_tool(panel, part = "send") {
	const body = joint_actions_table(panel, part);
	return body
		? el("div.sc-tool", {}, el("div.sc-label", {}, __("Joint action of departments")), body)
		: null;
}

export function joint_actions_table(panel, part = "") {
	const rows = panel.view.joint_actions || [];
	if (!rows.length) return null;
	return table(
		__("Joint action of departments"),
		[__("Listed party"), __("Department"), __("State of the sending"), __("Feedback"), ""],
		rows.map((row) => [
			row.entity_name,
			[el("div", {}, row.recipient), el("div.text-muted", {}, row.way_label)],
			[
				badge(row.state_label, COLOUR[row.state]),
				row.sent_on ? el("div.text-muted", {}, day(row.sent_on)) : null,
				row.download_url ? link_out(row.download_url, __("Letter")) : null,
			],
			[row.feedback || "", el("div.text-muted", {}, day(row.feedback_on))],
			part ? el("div.sc-buttons", {}, steps(panel, row)) : "",
		])
	);
}

function steps(panel, row) {
	const small = (label, kind, onclick) => button(label, { class: `btn btn-xs btn-${kind}`, onclick });
	if (row.state === "To Send") return small(__("Record the sending"), "primary", () => send(panel, row));
	if (row.state === "To Lift") return small(__("Record that it was told"), "primary", () => lift(panel, row));
	if (["Sent", "Answered"].includes(row.state))
		return small(__("Record the feedback"), "default", () => answered(panel, row));
	return "";
}

function send(panel, row) {
	const letter = row.way === "Official Letter";
	ask(panel, {
		title: `${row.recipient} · ${row.entity_name}`,
		label: letter ? __("Issue the letter and save") : __("Save the sending"),
		done: __("The sending has been recorded."),
		fields: [
			letter ? fixed_text(__("The letter is numbered and drawn up with what you enter here.")) : null,
			{
				fieldname: "sent_on",
				fieldtype: "Date",
				label: __("Sent on"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "content",
				fieldtype: "Small Text",
				label: __("What the department is asked for"),
				default: row.content,
				reqd: 1,
			},
			attach_field(panel, {
				fieldname: "evidence",
				label: __("Evidence of the sending"),
				reqd: letter ? 0 : 1,
			}),
		].filter(Boolean),
		send: (values) => post("joint_action.send", { sending: row.name, ...values }),
	});
}

function answered(panel, row) {
	ask(panel, {
		title: `${__("Record the feedback")} · ${row.recipient}`,
		label: __("Save the feedback"),
		done: __("The feedback has been recorded."),
		fields: [
			{
				fieldname: "feedback_on",
				fieldtype: "Date",
				label: __("Fed back on"),
				default: row.feedback_on || frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "feedback",
				fieldtype: "Small Text",
				label: __("What the department did"),
				default: row.feedback,
				reqd: 1,
			},
		],
		send: (values) => post("joint_action.answered", { sending: row.name, ...values }),
	});
}

function lift(panel, row) {
	ask(panel, {
		title: `${__("Record that it was told")} · ${row.recipient}`,
		label: __("Save it"),
		done: __("It has been recorded."),
		fields: [
			{
				fieldname: "lifted_on",
				fieldtype: "Date",
				label: __("Told on"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("Remark") },
		],
		send: (values) => post("joint_action.lift", { sending: row.name, ...values }),
	});
}
