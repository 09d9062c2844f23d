import { section } from "./dom";
import { defence_table } from "./defence";
import { follow_ups_table } from "./follow_up";
import { hearings_table } from "./hearing";
import { joint_actions_table } from "./joint_action";
import { reports_table, verifications_table } from "./repair_tools";
import { remedies_table } from "./remedies";
import { measures_table, publications_table, records_table } from "./register_tools";

/** What has come of the case so far, to read; the tools of a task show the same tables with buttons. */
export function results(panel) {
	const shown = new Set(panel.my_tasks().map((task) => task.tool));
	return [
		shown.has("defence") || shown.has("legal_review")
			? null
			: section(__("Statements and defence of the parties"), defence_table(panel)),
		shown.has("verification")
			? null
			: section(__("Verification of the three conditions"), verifications_table(panel)),
		shown.has("upward_report") ? null : section(__("Report to the bureau above"), reports_table(panel)),
		shown.has("hearing") ? null : section(__("Hearings"), hearings_table(panel)),
		section(__("Reviews and Suits"), remedies_table(panel)),
		shown.has("system_entry") ? null : section(__("Listed parties"), records_table(panel)),
		shown.has("publication") ? null : section(__("Publication"), publications_table(panel)),
		shown.has("measure_records") ? null : section(__("Management measures"), measures_table(panel)),
		["measure_records", "joint_action", "lift_measures"].some((tool) => shown.has(tool))
			? null
			: section(__("Joint action of departments"), joint_actions_table(panel)),
		shown.has("follow_up") ? null : section(__("Follow-up Visits"), follow_ups_table(panel)),
	];
}
