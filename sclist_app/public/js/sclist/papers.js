import { badge, el, form_link, link_out, section, on_one_line, table } from "./dom";
import { service_state } from "./service";
import { day } from "./words";

/** The papers drawn so far. */
export function papers(panel) {
	const rows = panel.view.papers || [];
	const body = rows.length
		? table(
				__("Papers of the case"),
				[__("Paper"), __("Addressee"), __("Issued on"), __("State of service"), ""],
				rows.map((paper) => [
					[form_link("SC Notice", paper.name, paper.title), el("div.text-muted", {}, paper.number)],
					paper.addressee_name || "",
					[
						on_one_line(day(paper.issued_on)),
						paper.status === "Voided" ? badge(__("Voided"), "red") : null,
					],
					paper.addressee && paper.status !== "Voided" ? service_state(paper) : "",
					paper.download_url
						? on_one_line(
								link_out(
									paper.download_url,
									paper.pages ? __("PDF, {0} p.", [paper.pages]) : __("Open the PDF")
								)
							)
						: "",
				])
			)
		: el("p.text-muted", {}, __("No paper has been drawn up yet."));
	return section(__("Papers of the case"), body);
}
