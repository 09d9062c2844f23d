import { badge, el, form_link, on_one_line, table } from "./dom";
import { filling_bureaus } from "./posts";
import { day } from "./words";

const COLOUR = { "To Visit": "orange", Visited: "green", "Not Needed": "gray" };

/** The visits due after a removal; each is recorded in its own form. */
export function follow_up_tool(panel) {
	const visits = follow_ups_table(panel);
	if (!visits) return el("p.text-muted", {}, __("The bureau's rule wants no follow-up visit."));
	return el("div.sc-tool", {}, el("div.sc-label", {}, __("Follow-up Visits")), visits);
}

/** The visits with the way to each; null where none is due. */
export function follow_ups_table(panel) {
	const rows = panel.view.follow_ups || [];
	if (!rows.length) return null;
	const records = filling_bureaus().includes(panel.view.doc.bureau);
	return table(
		__("Follow-up Visits"),
		[__("Listed party"), __("To be visited by"), __("State of the visit"), ""],
		rows.map((row) => [
			row.entity_name,
			on_one_line(day(row.due_on)),
			[
				badge(row.state_label, COLOUR[row.state]),
				row.outcome_label ? el("div.text-muted", {}, row.outcome_label) : null,
			],
			form_link(
				"SC Follow Up",
				row.name,
				records && row.state === "To Visit" ? __("Record the visit") : __("Look at it")
			),
		])
	);
}
