import { service_tool } from "./service";
import { defence_review_tool, defence_tool } from "./defence";
import { follow_up_tool } from "./follow_up";
import { hearing_tool } from "./hearing";
import { joint_action_tool } from "./joint_action";
import { listing_report_tool } from "./listing_report";
import { entry_tool, measures_tool, publication_tool } from "./register_tools";
import {
	acceptance_tool,
	lifting_tool,
	report_tool,
	supplement_tool,
	update_tool,
	verification_tool,
	withdrawal_tool,
} from "./repair_tools";

/** What a step of the procedure brings along, by its tool code. */
export const TOOLS = {
	service: service_tool,
	defence: defence_tool,
	hearing: hearing_tool,
	joint_action: (panel) => joint_action_tool(panel),
	follow_up: follow_up_tool,
	legal_review: defence_review_tool,
	system_entry: (panel) => [entry_tool(panel), listing_report_tool(panel)],
	publication: publication_tool,
	measure_records: (panel) => [measures_tool(panel), joint_action_tool(panel)],
	acceptance: acceptance_tool,
	supplement: supplement_tool,
	verification: verification_tool,
	system_update: update_tool,
	stop_publication: withdrawal_tool,
	lift_measures: (panel) => [lifting_tool(panel), joint_action_tool(panel)],
	upward_report: (panel) => listing_report_tool(panel) || report_tool(panel),
};
