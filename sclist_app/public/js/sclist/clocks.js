import { badge, el, section } from "./dom";
import { day, due_badge, due_colour } from "./words";

/** The limits that run or ran, the urgent first. */
export function clocks(view) {
	const rows = [...(view.clocks || [])].filter((clock) => clock.status !== "Void");
	if (!rows.length) return null;
	const running = (clock) => ["Running", "Paused"].includes(clock.status);
	rows.sort(
		(a, b) => running(b) - running(a) || String(a.due_on || "").localeCompare(String(b.due_on || ""))
	);
	// a limit of no article is the procedure's own, one a step: its name says which
	const titles = new Map((view.steps || []).map((step) => [step.code, step.title]));
	const name = (clock) => (!clock.article && titles.get(clock.step)) || clock.limit_name;
	return section(
		__("Limits"),
		el(
			"ul.sc-clocks",
			{},
			rows.map((clock) => row({ ...clock, limit_name: name(clock) }, running(clock)))
		)
	);
}

function row(clock, running) {
	const colour = running ? due_colour(clock) : "gray";
	return el(
		"li",
		{},
		el(
			"div.sc-clock-head",
			{},
			el("strong", {}, clock.limit_name),
			running ? due_badge(clock) : badge(clock.status_label, "gray")
		),
		el(
			"div.text-muted",
			{},
			[
				clock.n ? `${clock.n} ${clock.unit_label || ""}` : "",
				clock.due_on ? __("until {0}", [day(clock.due_on)]) : "",
				clock.article || "",
			]
				.filter(Boolean)
				.join(" · ")
		),
		running ? bar(clock, colour) : null,
		clock.explained
			? el("details", {}, el("summary", {}, __("How it is counted")), el("p", {}, clock.explained))
			: null
	);
}

function bar(clock, colour) {
	if (!clock.started_on || !clock.due_on) return null;
	const whole = frappe.datetime.get_day_diff(clock.due_on, clock.started_on);
	const gone = frappe.datetime.get_day_diff(frappe.datetime.get_today(), clock.started_on);
	const share = whole > 0 ? Math.max(0, Math.min(100, Math.round((100 * gone) / whole))) : 100;
	return el(
		"div.sc-bar",
		{
			role: "progressbar",
			"aria-valuenow": share,
			"aria-valuemin": 0,
			"aria-valuemax": 100,
			"aria-label": clock.limit_name,
		},
		el(`div.sc-${colour}`, { style: `width:${share}%` })
	);
}
