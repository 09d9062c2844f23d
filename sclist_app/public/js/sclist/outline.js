import { badge, el } from "./dom";
import { join_names } from "./words";

/** The steps of a procedure version and where their buttons lead, in one readable list. */
export function show_outline(frm, wrapper) {
	const { steps = [], transitions = [], documents = [] } = frm.doc;
	const title = new Map(steps.map((step) => [step.code, step.title]));
	const list = steps.map((step) =>
		el(
			"li",
			{},
			el(
				"div",
				{},
				el("strong", {}, step.title || step.code),
				" ",
				badge(__(step.nature), step.nature === "End" ? "gray" : "blue"),
				step.is_start ? badge(__("Start"), "green") : null
			),
			el(
				"ul",
				{},
				transitions
					.filter((route) => route.step === step.code)
					.map((route) =>
						el(
							"li",
							{},
							`${route.label || route.action} → ${targets(route, title)}`,
							route.reason_required
								? el("span.text-muted", {}, " " + __("(with reasons)"))
								: null,
							route.condition
								? el("span.text-muted", {}, " " + __("(if {0})", [route.condition]))
								: null,
							drawn(documents, route)
						)
					)
			)
		)
	);
	wrapper.replaceChildren(
		steps.length
			? el("ol.sc-outline", {}, list)
			: el("p.text-muted", {}, __("This version has no steps yet."))
	);
}

// One button may open several steps at once.
function targets(route, title) {
	return join_names(
		String(route.target || "")
			.split(/[,\s]+/)
			.filter(Boolean)
			.map((code) => title.get(code) || code)
	);
}

function drawn(documents, route) {
	const kinds = documents
		.filter((row) => row.step === route.step && row.action === route.action)
		.map((row) => row.document_kind);
	return kinds.length ? el("span.text-muted", {}, " · " + __("Draws up: {0}", [kinds.join(", ")])) : null;
}
