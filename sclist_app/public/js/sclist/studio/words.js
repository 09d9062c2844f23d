import { join_names } from "../words";

const ORDER_11 = "《安全生产严重失信主体名单管理办法》";

/** {value, label} rows as a map. */
export function named(rows) {
	return new Map((rows || []).map((row) => [row.value, row.label || row.value]));
}

export function yes_no() {
	return [
		{ value: "1", label: __("Yes") },
		{ value: "0", label: __("No") },
	];
}

/** The Order by its short name, as everybody says it. */
export function short_article(text) {
	return (text || "").replaceAll(ORDER_11, "《办法》");
}

/** A paper's name without the words that stand in all of them. */
export function short_paper(title) {
	return title.replace("安全生产严重失信主体名单", "") || title;
}

/** How many sign, with the number where one is set; "" for a step that one person does. */
export function signers_words(step, choices) {
	if (step.mode === "One") return "";
	if (step.mode === "N of M") return __("{0} must agree", [step.quorum]);
	return named(choices.modes).get(step.mode);
}

export function span_words(n, unit) {
	const words = {
		"Working Day": __("{0} working days", [n]),
		Day: __("{0} calendar days", [n]),
		Month: __("{0} months", [n]),
		Year: __("{0} years", [n]),
	};
	return words[unit] || String(n);
}

function channel_words(row) {
	return row.channel ? `${__(row.channel)} ` : "";
}

/** The limits of a step in words: [{text, legal}]. */
export function limits_of(content, step) {
	const found = [];
	for (const row of content.limits) {
		if (row.step === step.code)
			found.push({ row, text: span_words(row.n, row.unit), legal: false });
		else if (!row.step && step.limit && row.limit === step.limit)
			found.push({ row, text: channel_words(row) + span_words(row.n, row.unit), legal: true });
	}
	return found;
}

/** What the law says of a limit's length: "at most 20 working days". */
export function bound_words(limit) {
	if (!limit?.bound) return "";
	const { bound, minimum, maximum, unit, n } = limit;
	if (bound === "fixed") return __("fixed at {0}", [span_words(n, unit)]);
	if (bound === "max") return __("at most {0}", [span_words(maximum ?? n, unit)]);
	if (bound === "min") return __("at least {0}", [span_words(minimum ?? n, unit)]);
	if (minimum && maximum) return __("{0} to {1}", [minimum, span_words(maximum, unit)]);
	if (maximum) return __("at most {0}", [span_words(maximum, unit)]);
	if (minimum) return __("at least {0}", [span_words(minimum, unit)]);
	return "";
}

export function condition_words(content, code, choices) {
	if (!code) return "";
	const facts = new Map(choices.facts.map((fact) => [fact.value, fact]));
	const groups = new Map();
	for (const row of content.conditions.filter((one) => one.code === code)) {
		const fact = facts.get(row.field);
		const operator = named(choices.operators[fact?.type]).get(row.operator) || row.operator;
		const text = `${fact?.label || row.field}${operator}${value_words(fact, row)}`;
		groups.set(row.group_no, [...(groups.get(row.group_no) || []), text]);
	}
	return [...groups.values()].map((texts) => texts.join(` ${__("and")} `)).join(__("; or"));
}

export function is_true(value) {
	return ["1", "true", "yes", "是"].includes(
		String(value || "")
			.trim()
			.toLowerCase(),
	);
}

export function values_of(value) {
	return String(value || "")
		.split(/[,，]/)
		.map((one) => one.trim())
		.filter(Boolean);
}

function value_words(fact, { operator, value }) {
	if (["set", "not set"].includes(operator)) return "";
	if (fact?.type === "flag") return is_true(value) ? __("Yes") : __("No");
	const labels = named(fact?.options);
	return join_names(values_of(value).map((one) => labels.get(one) || one));
}

/** What is written at a line: the buttons, or where one button leads to several steps, when it leads here. */
export function line_words(content, line, choices) {
	const labels = [...new Set(line.routes.map((route) => route.label || __("(no name)")))].join(
		" / ",
	);
	const codes = [...new Set(line.routes.map((route) => route.condition))];
	const forks = line.routes.every((route) =>
		content.transitions.some(
			(one) =>
				one._id !== route._id && one.step === route.step && one.action === route.action,
		),
	);
	if (codes.length > 1) return { full: labels, label: labels, condition: "" };
	const words = codes[0]
		? condition_words(content, codes[0], choices)
		: forks
			? __("otherwise")
			: "";
	const full = [labels, words].filter(Boolean).join("：");
	return { full, label: forks ? "" : labels, condition: words };
}

/** Of steps that do the same duty the law needs one. */
export function kept_words(kept) {
	return __("The law needs this step or {0}; one of them stays.", [join_names(kept.others)]);
}

/** What a difference is called: a word beside the colour. */
export function difference_word(kind) {
	return { added: __("added"), removed: __("removed"), changed: __("changed") }[kind] || "";
}

/** The place a finding points at: {step, action} or {limit} or {condition}. */
export function place_of(content, row) {
	if (!row) return {};
	const [first, second] = row.split("/");
	if (content.steps.some((step) => step.code === first))
		return { step: first, action: second || "" };
	const limit = content.limits.find((one) => one.limit === first && one.step === (second || ""));
	if (limit || /^T\d/.test(first)) {
		const step = second || content.steps.find((one) => one.limit === first)?.code || "";
		return { limit: first, step };
	}
	const route = content.transitions.find((one) => one.condition === row);
	return route ? { step: route.step, action: route.action } : {};
}
