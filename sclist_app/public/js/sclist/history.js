import { el, section } from "./dom";
import { moment_text } from "./words";

const SHOWN = 8;

/** Who did what and said what, the newest first. */
export function history_of(view) {
	const events = [...(view.events || [])].reverse();
	if (!events.length) return null;
	const list = el("ol.sc-history", {}, events.slice(0, SHOWN).map(entry));
	const rest = events.slice(SHOWN);
	return section(__("Course of the case"), [
		list,
		rest.length
			? el(
					"details",
					{},
					el("summary", {}, __("{0} earlier entries", [rest.length])),
					el("ol.sc-history", {}, rest.map(entry))
				)
			: null,
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
			event.step_title ? el("span.text-muted", {}, ` ${event.step_title}`) : null
		),
		el("div.text-muted", {}, [actor(event), moment_text(event.at)].filter(Boolean).join(" · ")),
		event.opinion ? el("blockquote", {}, event.opinion) : null
	);
}

function actor(event) {
	if (!event.acting_for_name) return event.actor_name || event.actor;
	return __("{0} acting for {1}", [event.actor_name, event.acting_for_name]);
}
