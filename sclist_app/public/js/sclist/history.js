import { el, form_link, section } from "./dom";
import { moment_text } from "./words";

const SHOWN = 8;

// who opened a paper is on record, but no step of the case
const LOOKS = ["previewed", "disclosed"];

/** Who did what for whom, what they said and which papers it issued, the newest first. */
export function history_of(view) {
	const all = [...(view.events || [])].reverse();
	const events = all.filter((event) => !LOOKS.includes(event.event));
	const looks = all.filter((event) => LOOKS.includes(event.event));
	if (!events.length) return null;
	const list = el("ol.sc-history", {}, events.slice(0, SHOWN).map(entry));
	const more = (label, rows) =>
		rows.length
			? el("details", {}, el("summary", {}, label), el("ol.sc-history", {}, rows.map(entry)))
			: null;
	const rest = events.slice(SHOWN);
	return section(__("Course of the case"), [
		list,
		more(__("{0} earlier entries", [rest.length]), rest),
		more(__("Papers were opened {0} times", [looks.length]), looks),
	]);
}

function entry(event) {
	return el(
		"li",
		{},
		el(
			"div",
			{},
			el("strong", {}, event.label),
			event.step_title ? el("span.text-muted", {}, ` ${event.step_title}`) : null,
		),
		el("div.text-muted", {}, [actor(event), moment_text(event.at)].filter(Boolean).join(" · ")),
		event.opinion ? el("blockquote", {}, event.opinion) : null,
		event.papers?.length ? el("ul.sc-event-papers", {}, event.papers.map(paper)) : null,
	);
}

function paper(row) {
	const title = [row.title, row.number].filter(Boolean).join(" ");
	return el(
		"li",
		{},
		form_link("SC Notice", row.name, title),
		el("span.text-muted", {}, row.addressee_name ? ` ${row.addressee_name}` : ""),
		row.status === "Voided" ? el("span.text-muted", {}, ` ${__("Voided")}`) : null,
	);
}

function actor(event) {
	if (!event.acting_for_name) return event.actor_name || event.actor;
	return __("{0} acting for {1}", [event.actor_name, event.acting_for_name]);
}
