import { badge, el, form_link, on_one_line, table } from "./dom";
import { day } from "./words";

const COLOUR = { "To Visit": "orange", Visited: "green", "Not Needed": "gray" };

/** The visits due after a removal; each is recorded in its own form. */
export function follow_up_tool(panel) {
	const rows = panel.view.follow_ups || [];
	if (!rows.length) return el("p.text-muted", {}, __("The bureau's rule wants no follow-up visit."));
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Follow-up Visits")),
		table(
			__("Follow-up Visits"),
			[__("Listed party"), __("To be visited by"), __("State of the visit"), ""],
			rows.map((row) => [
				row.entity_name,
				on_one_line(day(row.due_on)),
				[
					badge(row.state_label, COLOUR[row.state]),
					row.outcome_label ? el("div.text-muted", {}, row.outcome_label) : null,
				],
				form_link("SC Follow Up", row.name, __("Look at it")),
			])
		)
	);
}
