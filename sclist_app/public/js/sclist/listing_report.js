import { badge, button, el, table } from "./dom";
import { ask } from "./ask";
import { post } from "./calls";
import { day } from "./words";

/** The report of a listing to the bureau above, where the local rule wants one; else null. */
export function listing_report_tool(panel) {
	const rows = panel.view.listing_reports || [];
	if (!rows.length) return null;
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Report of the listing to the bureau above")),
		table(
			__("Report of the listing to the bureau above"),
			[__("Listed party"), __("State of the report"), __("Serial Number of the Report"), ""],
			rows.map((row) => [
				row.entity_name,
				badge(row.status_label, row.status === "To Report" ? "orange" : "green"),
				[row.serial || "", el("div.text-muted", {}, day(row.reported_on))],
				"",
			])
		),
		button(rows[0].serial ? __("Correct the report") : __("Record the report"), {
			class: "btn btn-xs btn-primary",
			onclick: () => file(panel, rows[0]),
		})
	);
}

function file(panel, row) {
	ask(panel, {
		title: __("Report of the listing to the bureau above"),
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
		send: (values) => post("register.report_listing", { case: panel.name, ...values }),
	});
}
