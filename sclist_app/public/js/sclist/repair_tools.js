import { badge, button, el, form_link, link_out, table } from "./dom";
import { ask, attach_field, choices, fixed_text } from "./ask";
import { post } from "./calls";
import { day, moment_text } from "./words";

const tool = (title, ...body) => el("div.sc-tool", {}, el("div.sc-label", {}, title), ...body);
const small = (label, kind, onclick) =>
	button(label, { class: `btn btn-xs btn-${kind}`, onclick });
const repair = (panel) => panel.view.repair || {};

const CONDITIONS = ["obligations", "effects", "no_repeat"];
const METHODS = ["From Files", "On Site", "By Letter", "System Comparison"];

/** May it be applied for, and what papers are missing: told to whoever accepts. */
export function acceptance_tool(panel) {
	const { eligibility = {}, supplements = [] } = repair(panel);
	const asked = supplements.some((row) => row.asked_on);
	return tool(
		__("Examination of the application"),
		eligibility_list(eligibility),
		supplements.length ? supplements_table(panel) : null,
		asked
			? null
			: small(
					supplements.length ? __("Change the list of missing papers") : __("List missing papers"),
					"default",
					() => ask_papers(panel, supplements)
				)
	);
}

export function eligibility_list(told) {
	if (!told.record) return null;
	const lines = told.findings || [];
	return el(
		"div",
		{},
		el(
			"p",
			{},
			badge(
				lines.length ? __("Something stands against it") : __("May be applied for"),
				lines.length ? "red" : "green"
			),
			" ",
			told.opens ? __("Early removal from {0}", [day(told.opens)]) : "",
			told.term_end ? ` · ${__("Term until {0}", [day(told.term_end)])}` : ""
		),
		lines.length
			? el(
					"ul.sc-reasons",
					{},
					lines.map((text) => el("li", {}, text))
				)
			: null
	);
}

function ask_papers(panel, supplements) {
	ask(panel, {
		title: __("Missing papers"),
		label: __("Save the list"),
		done: __("The list has been saved. It stands in the notice that is issued next."),
		fields: [
			fixed_text(__("All that is missing is named at once; papers are asked for only once.")),
			{
				fieldname: "items",
				fieldtype: "Small Text",
				label: __("Missing papers, one a line"),
				default: supplements.map((row) => row.item).join("\n"),
				reqd: 1,
			},
		],
		send: (values) => post("repair.ask_supplement", { application: panel.name, ...values }),
	});
}

function supplements_table(panel, may_act = false) {
	const rows = repair(panel).supplements || [];
	if (!rows.length) return null;
	return table(
		__("Missing papers"),
		[__("Paper to Be Supplemented"), __("Asked On"), __("Supplied On"), ""],
		rows.map((row) => [
			[row.item, row.note ? el("div.text-muted", {}, row.note) : null],
			day(row.asked_on),
			row.supplied_on ? day(row.supplied_on) : badge(__("Not handed in yet"), "orange"),
			may_act && !row.supplied_on
				? small(__("Record as handed in"), "primary", () => supply(panel, row))
				: "",
		])
	);
}

function supply(panel, row) {
	ask(panel, {
		title: row.item,
		label: __("Record as handed in"),
		done: __("The paper has been recorded."),
		fields: [
			fixed_text(__("Add its file to the papers of the application as well.")),
			{
				fieldname: "supplied_on",
				fieldtype: "Date",
				label: __("Supplied On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{ fieldname: "note", fieldtype: "Data", label: __("Remark") },
		],
		send: (values) =>
			post("repair.supply", { application: panel.name, item: row.name, ...values }),
	});
}

/** Papers asked for, and which of them have come. */
export function supplement_tool(panel) {
	const { supplement_due } = repair(panel);
	return tool(
		__("Missing papers"),
		supplement_due ? el("p", {}, __("To be supplemented until {0}", [day(supplement_due)])) : null,
		supplements_table(panel, true)
	);
}

/** The three conditions, each found by one verifier and confirmed by another. */
export function verification_tool(panel) {
	const rows = repair(panel).verifications || [];
	const { open_cases = [], eligibility = {} } = repair(panel);
	const foreign = rows.some(
		(row) => !row.second_verifier_name && row.verifier !== frappe.session.user
	);
	return tool(
		__("Verification of the three conditions"),
		verifications_table(panel, true),
		(eligibility.other_listings || []).length
			? el(
					"p.sc-note",
					{},
					__("Other listings of the same party were found: the third condition fails.")
				)
			: el("p.text-muted", {}, __("The register knows no other listing of the same party.")),
		open_cases.length
			? el(
					"p.sc-note",
					{},
					__("Cases under way against the same party: "),
					open_cases.map((name) => [form_link("SC Case", name), " "])
				)
			: null,
		foreign
			? small(__("Confirm as second verifier"), "primary", () => confirm_findings(panel, rows))
			: null
	);
}

export function verifications_table(panel, may_act = false) {
	const rows = repair(panel).verifications;
	if (!rows || (!rows.length && !may_act)) return null;
	const found = Object.fromEntries(rows.map((row) => [row.condition, row]));
	return table(
		__("Verification of the three conditions"),
		[__("Condition Verified"), __("Result of Verifying"), __("Finding"), __("Verifier"), ""],
		CONDITIONS.map((key) => {
			const row = found[key];
			const record = may_act
				? small(row ? __("Correct") : __("Record the finding"), row ? "default" : "primary", () =>
						verify(panel, key, row)
					)
				: "";
			if (!row) return [__(key), badge(__("Not verified yet"), "orange"), "", "", record];
			return [
				__(key),
				badge(row.result_label, row.result === "Fulfilled" ? "green" : "red"),
				[
					row.finding,
					el(
						"div.text-muted",
						{},
						row.method_label,
						" ",
						row.file ? link_out(row.file, __("Proof")) : null
					),
				],
				[
					row.verifier_name,
					el(
						"div.text-muted",
						{},
						row.second_verifier_name || __("Second verifier still to confirm")
					),
				],
				record,
			];
		})
	);
}

function verify(panel, condition, row = {}) {
	ask(panel, {
		title: __(condition),
		label: __("Save the finding"),
		done: __("Recorded. Another verifier has to confirm it."),
		fields: [
			fixed_text((repair(panel).eligibility?.conditions || {})[condition] || ""),
			{
				fieldname: "method",
				fieldtype: "Select",
				label: __("Way of Verifying"),
				options: choices(METHODS),
				default: row.method || (condition === "no_repeat" ? "System Comparison" : "From Files"),
				reqd: 1,
			},
			{
				fieldname: "result",
				fieldtype: "Select",
				label: __("Result of Verifying"),
				options: choices(["Fulfilled", "Not Fulfilled"]),
				default: row.result,
				reqd: 1,
			},
			{
				fieldname: "finding",
				fieldtype: "Small Text",
				label: __("Finding"),
				description: __("Stands in the decision: what was looked at, with dates and numbers."),
				default: row.finding,
				reqd: 1,
			},
			attach_field(panel, { fieldname: "evidence", label: __("Proof") }),
		],
		send: (values) => post("repair.verify", { application: panel.name, condition, ...values }),
	});
}

function confirm_findings(panel, rows) {
	ask(panel, {
		title: __("Confirm as second verifier"),
		label: __("I have verified it too: correct"),
		done: __("The findings have been confirmed."),
		fields: rows
			.filter((row) => !row.second_verifier_name && row.verifier !== frappe.session.user)
			.map((row) =>
				fixed_text(
					`${row.condition_label}：${row.result_label}。${row.finding}（${row.verifier_name}）`
				)
			),
		send: () => post("repair.confirm_verification", { application: panel.name }),
	});
}

/** The change in the national system after a removal. */
export function update_tool(panel) {
	const rows = panel.view.records || [];
	return tool(
		__("Change in the national system"),
		table(
			__("Change in the national system"),
			[__("Listed party"), __("System entry"), __("Serial of the System Update"), ""],
			rows.map((row) => [
				form_link("SC Listing Record", row.name, row.entity_name),
				row.system_serial || "",
				row.update_serial
					? [row.update_serial, el("div.text-muted", {}, day(row.updated_on))]
					: badge(__("Not yet changed"), "orange"),
				small(row.update_serial ? __("Correct") : __("Record the change"), "primary", () =>
					update(panel, row)
				),
			])
		)
	);
}

function update(panel, row) {
	ask(panel, {
		title: `${__("Change in the national system")} · ${row.entity_name}`,
		label: __("Save the change"),
		done: __("The change has been recorded."),
		fields: [
			{
				fieldname: "serial",
				fieldtype: "Data",
				label: __("Serial number in the system"),
				default: row.update_serial,
				reqd: 1,
			},
			{
				fieldname: "updated_on",
				fieldtype: "Date",
				label: __("Day of the change"),
				default: row.updated_on || frappe.datetime.get_today(),
				reqd: 1,
			},
			attach_field(panel, {
				fieldname: "evidence",
				label: __("Screenshot of the Update"),
				reqd: 1,
			}),
		],
		send: (values) => post("repair.update_system", { record: row.name, ...values }),
	});
}

const WITHDRAWAL_COLOUR = { "To Withdraw": "orange", "Taken Down": "blue", Withdrawn: "gray" };

/** Each publication taken down by one officer and looked at by another. */
export function withdrawal_tool(panel, task) {
	const rows = (panel.view.publications || []).filter((row) => row.state in WITHDRAWAL_COLOUR);
	if (!rows.length) return el("p.text-muted", {}, __("Nothing has to be taken down."));
	const review = task.nature === "Review";
	return tool(
		__("Taking down the publications"),
		table(
			__("Taking down the publications"),
			[__("Channel of publication"), __("State of the publication"), __("Evidence"), ""],
			rows.map((row) => [
				[
					row.channel_name,
					row.address ? el("div", {}, link_out(row.address, __("Web page"))) : null,
				],
				badge(row.state_label, WITHDRAWAL_COLOUR[row.state]),
				withdrawal_evidence(row),
				withdrawal_buttons(panel, row, review),
			])
		)
	);
}

function withdrawal_evidence(row) {
	if (!row.withdrawn_at) return row.withdrawal_note || "";
	return [
		el("div", {}, moment_text(row.withdrawn_at), " ", row.withdrawn_by_name || ""),
		row.withdrawal_screenshot
			? el("div", {}, link_out(row.withdrawal_screenshot, __("Screenshot")))
			: null,
		row.withdrawal_note ? el("div.text-muted", {}, row.withdrawal_note) : null,
		row.withdrawal_reviewed_by_name
			? el("div.text-muted", {}, __("Confirmed by {0}", [row.withdrawal_reviewed_by_name]))
			: null,
	];
}

function withdrawal_buttons(panel, row, review) {
	if (review) {
		if (row.state !== "Taken Down") return "";
		if (row.withdrawn_by === frappe.session.user)
			return el("span.text-muted", {}, __("Recorded by you; somebody else has to confirm it"));
		return el(
			"div.sc-buttons",
			{},
			small(__("Confirm that it is gone"), "primary", () => confirm_gone(panel, row)),
			small(__("Send back"), "default", () => send_back(panel, row))
		);
	}
	if (row.state === "Withdrawn") return "";
	return small(
		row.state === "Taken Down" ? __("Correct") : __("Record the taking down"),
		"primary",
		() => take_down(panel, row)
	);
}

function take_down(panel, row) {
	ask(panel, {
		title: `${row.channel_name} · ${row.entity_name}`,
		label: __("Save the taking down"),
		done: __("Recorded. A colleague has to confirm it."),
		fields: [
			{
				fieldname: "withdrawn_at",
				fieldtype: "Datetime",
				label: __("Taken Down At"),
				default: frappe.datetime.now_datetime(),
				reqd: 1,
			},
			attach_field(panel, {
				fieldname: "screenshot",
				label: __("Screenshot After Taking Down"),
				reqd: 1,
			}),
			{ fieldname: "note", fieldtype: "Small Text", label: __("Remark") },
		],
		send: (values) => post("repair.take_down", { publication_name: row.name, ...values }),
	});
}

function confirm_gone(panel, row) {
	ask(panel, {
		title: __("Confirm that it is gone"),
		label: __("I have looked: it is gone"),
		done: __("The taking down has been confirmed."),
		fields: [
			fixed_text(`${row.channel_name} · ${row.entity_name}`),
			fixed_text(__("Open the page and search for the party before you confirm.")),
		],
		send: () => post("repair.confirm_taking_down", { publication_name: row.name }),
	});
}

function send_back(panel, row) {
	ask(panel, {
		title: __("Send the taking down back"),
		label: __("Send back"),
		done: __("Sent back."),
		fields: [{ fieldname: "note", fieldtype: "Small Text", label: __("What is wrong"), reqd: 1 }],
		send: (values) => post("repair.return_taking_down", { publication_name: row.name, ...values }),
	});
}

const LIFTING_COLOUR = { "To Lift": "orange", Lifted: "gray", "Not Needed": "gray" };

/** Each measure lifted, with its day. */
export function lifting_tool(panel) {
	const rows = (panel.view.measures || []).filter((row) => row.state in LIFTING_COLOUR);
	if (!rows.length) return el("p.text-muted", {}, __("No measure has to be lifted."));
	return tool(
		__("Lifting the measures"),
		table(
			__("Lifting the measures"),
			[__("Management measure"), __("State of the measure"), ""],
			rows.map((row) => [
				[
					el("div", {}, row.measure_title),
					row.content ? el("div.text-muted", {}, row.content) : null,
				],
				[
					badge(row.state_label, LIFTING_COLOUR[row.state]),
					row.lifted_on ? el("div.text-muted", {}, day(row.lifted_on)) : null,
				],
				row.state === "To Lift"
					? small(__("Record the lifting"), "primary", () => lift(panel, row))
					: "",
			])
		)
	);
}

function lift(panel, row) {
	ask(panel, {
		title: `${row.measure_title} · ${row.entity_name}`,
		label: __("Save the lifting"),
		done: __("The lifting has been recorded."),
		fields: [
			{
				fieldname: "lifted_on",
				fieldtype: "Date",
				label: __("Lifted On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			attach_field(panel, { fieldname: "evidence", label: __("Proof of Lifting") }),
			{ fieldname: "note", fieldtype: "Small Text", label: __("Remark") },
		],
		send: (values) => post("repair.lift_measure", { measure: row.name, ...values }),
	});
}

/** The report to the bureau above, and what it answered. */
export function report_tool(panel) {
	const rows = repair(panel).reports || [];
	if (!rows.length)
		return el("p.text-muted", {}, __("Nothing has to be reported to the bureau above."));
	return tool(
		__("Report to the bureau above"),
		reports_table(panel),
		small(rows[0].serial ? __("Correct the report") : __("Record the report"), "primary", () =>
			file_report(panel, rows[0])
		)
	);
}

export function reports_table(panel) {
	const rows = repair(panel).reports || [];
	if (!rows.length) return null;
	return table(
		__("Report to the bureau above"),
		[__("State of the report"), __("Serial Number of the Report"), __("Opinion of the Superior")],
		rows.map((row) => [
			badge(row.status_label, row.status === "To Report" ? "orange" : "green"),
			[row.serial || "", el("div.text-muted", {}, day(row.reported_on))],
			row.comment || "",
		])
	);
}

function file_report(panel, row) {
	ask(panel, {
		title: __("Report to the bureau above"),
		label: __("Save the report"),
		done: __("The report has been recorded."),
		fields: [
			{
				fieldname: "serial",
				fieldtype: "Data",
				label: __("Serial Number of the Report"),
				default: row.serial,
				reqd: 1,
			},
			{
				fieldname: "reported_on",
				fieldtype: "Date",
				label: __("Reported On"),
				default: row.reported_on || frappe.datetime.get_today(),
				reqd: 1,
			},
		],
		send: (values) => post("repair.file_report", { application: panel.name, ...values }),
	});
}
