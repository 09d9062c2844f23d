import { case_file_button } from "./case_file";
import { button, el, form_link, section, on_one_line, table } from "./dom";
import { copies, paper_actions, status_badge } from "./paper_tools";
import { late_service, service_state, show_attempts } from "./service";
import { day } from "./words";

/** The papers drawn so far. */
export function papers(panel) {
	const rows = panel.view.papers || [];
	const named = new Map(rows.map((paper) => [paper.name, paper]));
	const body = rows.length
		? table(
				__("Papers of the case"),
				[__("Paper"), __("Addressee"), __("Issued on"), __("State of service"), ""],
				rows.map((paper) => [
					[
						form_link("SC Notice", paper.name, paper.title),
						el("div.text-muted", {}, paper.number),
						relation(named.get(paper.corrects), __("Corrects {0}")),
						relation(named.get(paper.corrected_by), __("Corrected by {0}")),
					],
					paper.addressee_name || "",
					[
						on_one_line(day(paper.issued_on)),
						paper.status === "Issued" ? null : status_badge(paper),
					],
					paper.addressee && paper.status === "Issued" ? served(panel, paper) : "",
					paper.download_url ? [copies(paper), tools(panel, paper)] : "",
				])
			)
		: el("p.text-muted", {}, __("No paper has been drawn up yet."));
	return section(__("Papers of the case"), body, case_file_button(panel));
}

function relation(other, text) {
	return other ? el("div.text-muted", {}, text.replace("{0}", other.number || other.title)) : null;
}

function served(panel, paper) {
	const late = late_service(panel, paper);
	if (late) return [service_state(paper), late];
	if (!paper.services?.length) return service_state(paper);
	return [
		service_state(paper),
		button(__("Attempts at service"), {
			class: "btn btn-xs btn-link p-0",
			onclick: () => show_attempts(panel, paper),
		}),
	];
}

function tools(panel, paper) {
	const actions = paper_actions(paper);
	if (!actions.length) return null;
	return el(
		"div.sc-buttons",
		{},
		actions.map(([label, act]) =>
			button(label, {
				class: "btn btn-xs btn-default",
				"aria-label": `${label} ${paper.title} ${paper.number || ""}`,
				onclick: () => act(() => panel.changed()),
			})
		)
	);
}
