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
								? el(
										"span.text-muted",
										{},
										" " +
											__("(if {0})", [
												condition_words(frm.doc.conditions, route.condition),
											])
									)
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

const FACTS = {
	ground: __("Listing Ground"),
	fine: __("Fine in Total"),
	accident_level: __("Accident Level"),
	deaths: __("Deaths"),
	injuries: __("Serious Injuries"),
	ban: __("Ban Imposed"),
	subject_kinds: __("Kinds of Subjects"),
	subjects: __("Number of Subjects"),
	penalty_kinds: __("Kinds of Penalties"),
	industry: __("Industry"),
	bureau_level: __("Bureau Level"),
	defence_made: __("Defence Made"),
	waived: __("Defence Waived by All"),
	channel: __("Channel"),
};

/** Rows of one group must all hold, one group is enough. */
function condition_words(rows = [], code) {
	const groups = new Map();
	for (const row of rows.filter((row) => row.code === code)) {
		const flag = ["ban", "defence_made", "waived"].includes(row.field);
		const value = flag
			? ["1", "true", "yes", "是"].includes(row.value)
				? __("Yes")
				: __("No")
			: row.value || "";
		const text = `${FACTS[row.field] || row.field}${__(row.operator)}${value}`;
		groups.set(row.group_no, [...(groups.get(row.group_no) || []), text]);
	}
	return [...groups.values()].map((texts) => texts.join(` ${__("and")} `)).join(`${__("; or")} `) || code;
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
