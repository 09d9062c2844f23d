import { badge, button, el, form_link, link_out, on_one_line, table } from "./dom";
import { ask, attach_field, fixed_text } from "./ask";
import { post } from "./calls";
import { day, moment_text } from "./words";

const tool = (title, body) => el("div.sc-tool", {}, el("div.sc-label", {}, title), body);

/** Entry of the listed parties in the national system. */
export function entry_tool(panel) {
	const rows = panel.view.records || [];
	if (!rows.length) return null;
	return tool(__("Entry in the national system"), records_table(panel, true));
}

export function records_table(panel, may_enter = false) {
	const rows = panel.view.records || [];
	if (!rows.length) return null;
	return table(
		__("Listed parties"),
		[__("Listed party"), __("State of the record"), __("Term of the listing"), __("System entry"), ""],
		rows.map((row) => [
			[
				form_link("SC Listing Record", row.name, row.entity_name),
				el("div.text-muted", {}, row.code_shown),
			],
			badge(row.state_label || row.state, ["L1", "L2", "L3"].includes(row.state) ? "red" : "gray"),
			[
				on_one_line(`${day(row.listed_on)} – ${day(row.term_end)}`),
				row.earliest_application
					? el("div.text-muted", {}, __("Early removal from {0}", [day(row.earliest_application)]))
					: null,
			],
			row.system_serial
				? [row.system_serial, el("div.text-muted", {}, day(row.entered_on))]
				: badge(__("Not yet entered"), "orange"),
			may_enter
				? button(row.system_serial ? __("Correct the entry") : __("Record the entry"), {
						class: `btn btn-xs btn-${row.system_serial ? "default" : "primary"}`,
						onclick: () => enter(panel, row),
					})
				: "",
		])
	);
}

function enter(panel, row) {
	ask(panel, {
		title: `${__("Entry in the national system")} · ${row.entity_name}`,
		label: __("Save the entry"),
		done: __("The entry has been recorded."),
		fields: [
			{
				fieldname: "serial",
				fieldtype: "Data",
				label: __("Serial number in the system"),
				default: row.system_serial,
				reqd: 1,
			},
			{
				fieldname: "entered_on",
				fieldtype: "Date",
				label: __("Date of entry"),
				default: row.entered_on || frappe.datetime.get_today(),
				reqd: 1,
			},
			attach_field(panel, { fieldname: "evidence", label: __("Screenshot of the entry") }),
		],
		send: (values) => post("register.enter", { record: row.name, ...values }),
	});
}

/** Publication per listed party and channel; what one officer records, another confirms. */
export function publication_tool(panel, task) {
	const rows = panel.view.publications || [];
	if (!rows.length) return el("p.text-muted", {}, __("Nothing has to be published yet."));
	return tool(
		__("Publication"),
		publications_table(panel, task.nature === "Review" ? "confirm" : "record")
	);
}

const PUBLICATION_COLOUR = {
	"To Push": "orange",
	Pushed: "blue",
	Posted: "green",
	Published: "green",
	"To Withdraw": "orange",
	Withdrawn: "gray",
	"Push Failed": "red",
	Failed: "red",
};

/** @param {""|"record"|"confirm"} part what the reader's task is about */
export function publications_table(panel, part = "") {
	const rows = panel.view.publications || [];
	if (!rows.length) return null;
	return table(
		__("Publication"),
		[
			__("Listed party"),
			__("Channel of publication"),
			__("State of the publication"),
			__("Evidence of publication"),
			"",
		],
		rows.map((row) => [
			row.entity_name,
			[row.channel_name, " ", row.mandatory ? badge(__("Must"), "orange") : null],
			badge(row.state_label || row.state, PUBLICATION_COLOUR[row.state]),
			evidence(row),
			part ? publication_buttons(panel, row, part) : "",
		])
	);
}

function evidence(row) {
	if (!row.published_at) return row.note || "";
	return [
		el("div", {}, moment_text(row.published_at), " ", row.recorded_by_name || ""),
		el(
			"div",
			{},
			row.address ? link_out(row.address, __("Web page")) : null,
			" ",
			row.screenshot ? link_out(row.screenshot, __("Screenshot")) : null
		),
		row.note ? el("div.text-muted", {}, row.note) : null,
		row.reviewed_by_name
			? el("div.text-muted", {}, __("Confirmed by {0}", [row.reviewed_by_name]))
			: null,
	];
}

function publication_buttons(panel, row, part) {
	const small = (label, kind, onclick) => button(label, { class: `btn btn-xs btn-${kind}`, onclick });
	if (part === "confirm") {
		if (row.state !== "Pushed") return "";
		if (row.recorded_by === frappe.session.user) {
			return el("span.text-muted", {}, __("Recorded by you; somebody else has to confirm it"));
		}
		return el(
			"div.sc-buttons",
			{},
			small(__("Confirm the publication"), "primary", () => confirm(panel, row)),
			small(__("Send back"), "default", () => send_back(panel, row))
		);
	}
	if (row.state === "Pushed") return small(__("Correct the record"), "default", () => publish(panel, row));
	const open = ["To Push", "Push Failed", "Failed", "To Withdraw"].includes(row.state);
	if (!open) return "";
	const label = row.state === "To Withdraw" ? __("Record the withdrawal") : __("Record the publication");
	return small(label, "primary", () => publish(panel, row));
}

function publish(panel, row) {
	ask(panel, {
		title: `${row.channel_name} · ${row.entity_name}`,
		label: __("Save the publication"),
		done: __("Recorded. A colleague has to confirm it."),
		fields: [
			{
				fieldname: "address",
				fieldtype: "Data",
				label: __("Address of the page"),
				reqd: row.own_page ? 0 : 1,
				default: row.address,
			},
			{
				fieldname: "published_at",
				fieldtype: "Datetime",
				label: __("Published at"),
				default: frappe.datetime.now_datetime(),
				reqd: 1,
			},
			attach_field(panel, { fieldname: "screenshot", label: __("Screenshot of the page"), reqd: 1 }),
			{ fieldname: "note", fieldtype: "Small Text", label: __("Remark") },
		],
		send: (values) => post("register.publish", { publication_name: row.name, ...values }),
	});
}

function confirm(panel, row) {
	ask(panel, {
		title: __("Confirm the publication"),
		label: __("I have looked at the page: correct"),
		done: __("The publication has been confirmed."),
		fields: [
			fixed_text(`${row.channel_name} · ${row.entity_name}`),
			fixed_text(
				__(
					"Open the page and compare name, code, number and term with the decision before you confirm."
				)
			),
		],
		send: () => post("register.confirm_publication", { publication_name: row.name }),
	});
}

function send_back(panel, row) {
	ask(panel, {
		title: __("Send the publication back"),
		label: __("Send back"),
		done: __("Sent back."),
		fields: [{ fieldname: "note", fieldtype: "Small Text", label: __("What is wrong"), reqd: 1 }],
		send: (values) => post("register.return_publication", { publication_name: row.name, ...values }),
	});
}

/** Management measures to be carried out. */
export function measures_tool(panel) {
	const rows = panel.view.measures || [];
	if (!rows.length) return el("p.text-muted", {}, __("No measure has been imposed."));
	return tool(__("Management measures"), measures_table(panel, true));
}

const MEASURE_COLOUR = { "To Carry Out": "orange", "In Force": "red", "To Lift": "orange", Lifted: "gray" };

export function measures_table(panel, may_act = false) {
	const rows = panel.view.measures || [];
	if (!rows.length) return null;
	return table(
		__("Management measures"),
		[__("Listed party"), __("Management measure"), __("State of the measure"), ""],
		rows.map((row) => [
			row.entity_name,
			[el("div", {}, row.measure_title), row.content ? el("div.text-muted", {}, row.content) : null],
			[
				badge(row.state_label || row.state, MEASURE_COLOUR[row.state]),
				row.start_on ? el("div.text-muted", {}, __("Since {0}", [day(row.start_on)])) : null,
			],
			may_act && row.state === "To Carry Out"
				? button(__("Record carrying out"), {
						class: "btn btn-xs btn-primary",
						onclick: () => carry_out(panel, row),
					})
				: "",
		])
	);
}

function carry_out(panel, row) {
	ask(panel, {
		title: `${row.measure_title} · ${row.entity_name}`,
		label: __("Save the measure"),
		done: __("The measure has been recorded."),
		fields: [
			{
				fieldname: "start_on",
				fieldtype: "Date",
				label: __("In force from"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "content",
				fieldtype: "Small Text",
				label: __("What was done"),
				default: row.content,
			},
			attach_field(panel, { fieldname: "evidence", label: __("Proof of carrying out") }),
		],
		send: (values) => post("register.carry_out", { measure: row.name, ...values }),
	});
}
