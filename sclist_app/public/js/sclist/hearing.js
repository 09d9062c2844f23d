import { badge, button, el, link_out, on_one_line, table } from "./dom";
import { ask, attach_field, choices, fixed_text } from "./ask";
import { post } from "./calls";
import { day, moment_text } from "./words";
import { colleagues, service_tool } from "./service";

const COLOUR = {
	Requested: "orange",
	Notified: "blue",
	Held: "blue",
	Reported: "green",
	"Given Up": "gray",
	"Not Admitted": "gray",
};

/** The hearings of the case with what can be recorded next, and the service of their notices. */
export function hearing_tool(panel) {
	const body = hearings_table(panel, true);
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Hearings")),
		body || el("p.text-muted", {}, __("No hearing has been asked for.")),
		(panel.view.papers || []).some((paper) => paper.document_kind === "D02h")
			? service_tool(panel, ["D02h"])
			: null
	);
}

export function hearings_table(panel, may_act = false) {
	const rows = panel.view.hearings || [];
	if (!rows.length) return null;
	return table(
		__("Hearings"),
		[__("Party"), __("State of the hearing"), __("Time and place"), __("Host and recorder"), ""],
		rows.map((row) => [
			[
				el("div", {}, row.subject_name),
				el("div.text-muted", {}, __("Asked for on {0}", [day(row.requested_on)])),
				row.by_right ? badge(__("Must be held"), "orange") : null,
			],
			[
				badge(row.state_label, COLOUR[row.state]),
				row.opinion_label ? el("div.text-muted", {}, row.opinion_label) : null,
				row.end_reason ? el("div.text-muted", {}, row.end_reason) : null,
			],
			[on_one_line(moment_text(row.held_at)), el("div.text-muted", {}, row.place || "")],
			[
				[row.host_name, row.recorder_name].filter(Boolean).join("、"),
				" ",
				row.record_file ? link_out(row.record_file, __("Record of the hearing")) : null,
				" ",
				row.report_file ? link_out(row.report_file, __("Report of the hearing")) : null,
			],
			may_act ? el("div.sc-buttons", {}, steps(panel, row)) : "",
		])
	);
}

function steps(panel, row) {
	const small = (label, kind, onclick) => button(label, { class: `btn btn-xs btn-${kind}`, onclick });
	const found = [];
	if (row.state === "Requested")
		found.push(small(__("Arrange the hearing"), "primary", () => arrange(panel, row)));
	if (row.state === "Notified") {
		found.push(small(__("Record the hearing"), "primary", () => hold(panel, row)));
		found.push(small(__("Arrange anew"), "default", () => arrange(panel, row)));
	}
	if (row.state === "Held") found.push(small(__("File the report"), "primary", () => report(panel, row)));
	if (["Requested", "Notified"].includes(row.state))
		found.push(small(__("Record giving up"), "default", () => withdraw(panel, row)));
	if (row.state === "Requested" && !row.by_right)
		found.push(small(__("Do not admit"), "default", () => not_admit(panel, row)));
	return found;
}

async function arrange(panel, row) {
	const people = await colleagues(panel.view.doc.bureau).catch(() => []);
	const others = (panel.view.hearings || []).filter((one) => one.state === "Requested").length > 1;
	const me = { value: frappe.session.user, label: frappe.user.full_name() };
	ask(panel, {
		title: `${__("Arrange the hearing")} · ${row.subject_name}`,
		label: __("Issue the notice of the hearing"),
		done: __("The notice of the hearing has been issued. Serve it at once."),
		fields: [
			fixed_text(__("At least seven working days after the party is told.")),
			{ fieldtype: "Section Break" },
			{
				fieldname: "held_at",
				fieldtype: "Datetime",
				label: __("Time of the hearing"),
				reqd: 1,
				default: row.held_at,
			},
			{
				fieldname: "place",
				fieldtype: "Data",
				label: __("Place of the hearing"),
				reqd: 1,
				default: row.place,
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "host",
				fieldtype: "Select",
				label: __("Hearing host"),
				options: [me, ...people.filter((one) => one.value)],
				default: row.host || me.value,
				reqd: 1,
				description: __("Nobody who worked on the case."),
			},
			{
				fieldname: "recorder",
				fieldtype: "Select",
				label: __("Recorder"),
				options: people,
				default: row.recorder,
				reqd: 1,
			},
			{ fieldtype: "Section Break" },
			{
				fieldname: "closed_reason",
				fieldtype: "Small Text",
				label: __("Why it is not public"),
				description: __(
					"Only for state secrets, business secrets or privacy; leave empty for a public hearing."
				),
			},
			{
				fieldname: "together",
				fieldtype: "Check",
				label: __("Hear all parties of the case together"),
				default: 1,
				hidden: others ? 0 : 1,
			},
		],
		send: ({ together, ...values }) =>
			post("hearing.arrange", { hearing_name: row.name, together: Boolean(together), ...values }),
	});
}

function hold(panel, row) {
	ask(panel, {
		title: `${__("Record the hearing")} · ${row.subject_name}`,
		label: __("Save the record"),
		done: __("The hearing has been recorded."),
		fields: [
			{ fieldname: "participants", fieldtype: "Small Text", label: __("Who took part"), reqd: 1 },
			attach_field(panel, { fieldname: "record_file", label: __("Signed record"), reqd: 1 }),
		],
		send: (values) => post("hearing.hold", { hearing_name: row.name, ...values }),
	});
}

function report(panel, row) {
	ask(panel, {
		title: `${__("Report of the hearing")} · ${row.subject_name}`,
		label: __("File the report"),
		done: __("The report has been filed."),
		fields: [
			{
				fieldname: "opinion",
				fieldtype: "Select",
				label: __("Opinion of the host"),
				options: choices(["List as Proposed", "Change the Proposal", "Do Not List"]),
				reqd: 1,
			},
			{
				fieldname: "text",
				fieldtype: "Text",
				label: __("Report"),
				reqd: 1,
				description: __("Facts, evidence, what both sides said, and the opinion with its reasons."),
			},
			attach_field(panel, { fieldname: "report_file", label: __("Report as a file") }),
		],
		send: (values) => post("hearing.report", { hearing_name: row.name, ...values }),
	});
}

function withdraw(panel, row) {
	ask(panel, {
		title: `${__("Record giving up")} · ${row.subject_name}`,
		label: __("Save it"),
		done: __("It has been recorded."),
		fields: [
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
			attach_field(panel, {
				fieldname: "file",
				label: __("Written withdrawal"),
				description: __(
					"Needed unless the party stayed away from the hearing without reason."
				),
			}),
		],
		send: (values) => post("hearing.withdraw", { hearing_name: row.name, ...values }),
	});
}

function not_admit(panel, row) {
	ask(panel, {
		title: `${__("Do not admit")} · ${row.subject_name}`,
		label: __("Save it"),
		done: __("It has been recorded."),
		fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		send: (values) => post("hearing.not_admit", { hearing_name: row.name, ...values }),
	});
}
