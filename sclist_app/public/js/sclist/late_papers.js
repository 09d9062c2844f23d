import { badge, el, form_link } from "./dom";
import { get } from "./calls";
import { day } from "./words";

const LIMIT = 20;

/** Papers not served in time, in the bureaus the user reads; null where there are none or they cannot be read. */
export async function late_papers() {
	const { papers } = await get("service.overdue", { limit: LIMIT }).catch(() => ({ papers: [] }));
	if (!papers.length) return null;
	return el(
		"section.sc-section.sc-late-papers",
		{},
		el("div.sc-section-head", {}, el("h5", {}, __("Papers not served in time"))),
		el("ul.sc-jobs", {}, papers.map(line))
	);
}

function line(paper) {
	return el(
		"li",
		{},
		el(
			"div.sc-job",
			{},
			el(
				"div.sc-job-main",
				{},
				el(
					"div.sc-job-title",
					{},
					form_link(
						paper.reference_doctype,
						paper.reference_name,
						[paper.title, paper.addressee_name].filter(Boolean).join(" · ")
					)
				),
				el("div.text-muted", {}, [paper.number, paper.bureau_name].filter(Boolean).join(" · "))
			),
			el(
				"div.sc-job-side",
				{},
				badge(__("Service overdue by {0} working days", [paper.days]), "red"),
				el("span.text-muted", {}, __("To be served by {0}", [day(paper.service_due)]))
			)
		)
	);
}
