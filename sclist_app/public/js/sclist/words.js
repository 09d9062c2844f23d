import { badge } from "./dom";

/** How a joint signature stands, for one who has signed already beginning with that. */
export function vote_words({ needed, quorum, agree, refuse, waiting, own }) {
	return [
		own ? (own === "Agree" ? __("You have agreed") : __("You have disagreed")) : "",
		__("{0} must agree", [needed]),
		quorum > needed ? __("{0} must take part", [quorum]) : "",
		agree.length ? __("agreed: {0}", [join_names(agree)]) : __("nobody has signed yet"),
		refuse.length ? __("disagreed: {0}", [join_names(refuse)]) : "",
		waiting.length ? __("still asked: {0}", [join_names(waiting)]) : "",
	]
		.filter(Boolean)
		.join("；");
}

/** A date or a date with time as the user reads it; "" for nothing. */
export function day(value) {
	if (!value) return "";
	return frappe.datetime.str_to_user(value);
}

/** Date and minute; seconds help nobody. */
export function moment_text(value) {
	if (!value) return "";
	const [date, time = ""] = String(value).split(" ");
	return [day(date), time.slice(0, 5)].filter(Boolean).join(" ");
}

/** "3 working days left", "2 working days overdue"; the server counts working days. "" without a due date. */
export function left_text(item) {
	if (!item.due_on) return "";
	const n = Math.abs(item.days_left || 0);
	// nobody counts three years in working days
	if (["Month", "Year"].includes(item.unit) && !item.overdue) return __("Until {0}", [day(item.due_on)]);
	if (item.overdue) return n ? __("{0} working days overdue", [n]) : __("Overdue");
	// a window of the party that nobody can be late with
	if (item.days_left < 0) return __("Elapsed");
	if (item.due_on === frappe.datetime.get_today()) return __("Due today");
	return n ? __("{0} working days left", [n]) : __("Due {0}", [day(item.due_on)]);
}

export function due_colour(item) {
	if (!item.due_on) return "gray";
	if (item.overdue) return "red";
	// a term that nobody can miss has no working days left
	if (item.days_left === null) return "blue";
	if (item.days_left < 0) return "gray";
	if (item.days_left <= 1) return "orange";
	return "blue";
}

/** Badge with what is left and the mark of a provisional date. */
export function due_badge(item) {
	if (!item.due_on) return null;
	const mark = item.provisional ? " " + __("(estimated)") : "";
	const node = badge(left_text(item) + mark, due_colour(item));
	node.title = item.provisional
		? __("Due {0}. The rest days of that year are not announced yet; the date may move.", [
				day(item.due_on),
			])
		: __("Due {0}", [day(item.due_on)]);
	return node;
}

/** [label, colour] of a task for lists, from its due date alone. */
export function due_indicator(doc) {
	const open = ["Open", "Claimed"].includes(doc.status);
	if (!open) return [__(doc.status), doc.status === "Done" ? "green" : "gray"];
	if (!doc.due_on) return [__("No limit"), "blue"];
	const days = frappe.datetime.get_day_diff(doc.due_on, frappe.datetime.get_today());
	if (days < 0) return [__("Overdue since {0}", [day(doc.due_on)]), "red"];
	if (days === 0) return [__("Due today"), "orange"];
	return [__("Due {0}", [day(doc.due_on)]), days <= 2 ? "yellow" : "blue"];
}

export const VERB_KIND = {
	Forward: "primary",
	Agree: "primary",
	Refuse: "danger",
	Return: "default",
	Close: "default",
};

export function join_names(names) {
	return names.join(String(frappe.boot.lang || "").startsWith("zh") ? "、" : ", ");
}
