import { section } from "./dom";
import { defence_table } from "./defence";
import { measures_table, publications_table, records_table } from "./register_tools";

/** What has come of the case so far, to read; the tools of a task show the same tables with buttons. */
export function results(panel) {
	const shown = new Set(panel.my_tasks().map((task) => task.tool));
	return [
		shown.has("defence") || shown.has("legal_review")
			? null
			: section(__("Statements and defence of the parties"), defence_table(panel)),
		shown.has("system_entry") ? null : section(__("Listed parties"), records_table(panel)),
		shown.has("publication") ? null : section(__("Publication"), publications_table(panel)),
		shown.has("measure_records") ? null : section(__("Management measures"), measures_table(panel)),
	];
}
