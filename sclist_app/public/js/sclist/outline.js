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

/** Rows of one group must all hold, one group is enough. */
function condition_words(rows = [], code) {
	const groups = new Map();
	for (const row of rows.filter((row) => row.code === code)) {
		const fact = frappe.boot.sclist?.facts?.[row.field];
		const text = `${fact?.label || row.field}${__(row.operator)}${value_words(fact, row)}`;
		groups.set(row.group_no, [...(groups.get(row.group_no) || []), text]);
	}
	return [...groups.values()].map((texts) => texts.join(` ${__("and")} `)).join(`${__("; or")} `) || code;
}

function value_words(fact, { operator, value }) {
	if (["set", "not set"].includes(operator)) return "";
	if (fact?.type === "flag") return ["1", "true", "yes", "是"].includes(value) ? __("Yes") : __("No");
	if (!["choice", "set"].includes(fact?.type)) return value || "";
	return join_names(
		String(value || "")
			.split(/[,，]/)
			.map((one) => one.trim())
			.filter(Boolean)
			.map((one) => __(one))
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
		.map((row) => frappe.utils.get_link_title("SC Document Kind", row.document_kind) || row.document_kind);
	return kinds.length ? el("span.text-muted", {}, " · " + __("Draws up: {0}", [join_names(kinds)])) : null;
}
