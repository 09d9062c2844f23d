import { service_tool } from "./service";
import { defence_review_tool, defence_tool } from "./defence";
import { entry_tool, measures_tool, publication_tool } from "./register_tools";

/** What a step of the procedure brings along, by its tool code. */
export const TOOLS = {
	service: service_tool,
	defence: defence_tool,
	legal_review: defence_review_tool,
	system_entry: entry_tool,
	publication: publication_tool,
	measure_records: measures_tool,
};
