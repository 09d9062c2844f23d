import { el } from "./dom";
import { day, due_colour } from "./words";

/** Limits this long would press the rest of the picture together; they end in an arrow. */
const LONG = ["Year"];
const ROOM = 1.04;

/**
 * One case against its limits: for each limit the span the law gives (light) and what was used of it (full), on one
 * axis with a line for today. A table for those who read it aloud stands in the list of limits beside.
 */
export function plan(panel) {
	const rows = (panel.view.clocks || []).filter(
		(clock) => clock.status !== "Void" && clock.started_on && clock.due_on
	);
	if (rows.length < 2) return null;
	rows.sort((a, b) => a.started_on.localeCompare(b.started_on) || a.due_on.localeCompare(b.due_on));
	const today = frappe.datetime.get_today();
	const short = rows.filter((clock) => !LONG.includes(clock.unit));
	const days = (short.length ? short : rows).flatMap((clock) => [
		clock.started_on,
		clock.due_on,
		clock.stopped_on || clock.started_on,
	]);
	const first = rows[0].started_on;
	const ended = panel.view.run?.status === "Ended";
	const last = [...days, ended ? first : today].sort().pop();
	const axis = new Axis(first, last);
	const titles = new Map((panel.view.steps || []).map((step) => [step.code, step.title]));
	const details = el(
		"details.sc-section.sc-plan",
		{ open: panel.plan_open, ontoggle: (event) => (panel.plan_open = event.target.open) },
		el("summary", {}, el("h5", {}, __("The case against its limits"))),
		el(
			"ul.sc-plan-rows",
			{},
			el("li.sc-plan-axis", { "aria-hidden": "true" }, el("span"), months(axis)),
			rows.map((clock) => line(clock, axis, today, titles.get(clock.step) || clock.limit_name))
		),
		el(
			"ul.sc-legend",
			{ "aria-label": __("Colours") },
			sign("planned", __("Given by the law or the procedure")),
			sign("blue", __("Time used")),
			sign("red", __("Beyond the limit")),
			axis.holds(today) ? sign("today", __("Today")) : null
		)
	);
	return details;
}

class Axis {
	constructor(first, last) {
		this.first = first;
		this.length = Math.max(frappe.datetime.get_day_diff(last, first), 1) * ROOM;
	}

	/** Per cent from the left, within the picture. */
	at(date) {
		const share = (100 * frappe.datetime.get_day_diff(date, this.first)) / this.length;
		return Math.min(Math.max(share, 0), 100);
	}

	holds(date) {
		const days = frappe.datetime.get_day_diff(date, this.first);
		return days >= 0 && days <= this.length;
	}
}

function sign(kind, text) {
	return el("li", {}, el(`span.sc-key.sc-${kind}`, { "aria-hidden": "true" }), text);
}

/** First days of months; every second or third where they would stand too close. */
function months(axis) {
	const found = [];
	const on = moment(axis.first).startOf("month");
	while (axis.holds(on.format("YYYY-MM-DD")) || on.isBefore(axis.first)) {
		if (!on.isBefore(axis.first)) found.push(on.format("YYYY-MM-DD"));
		on.add(1, "month");
	}
	const every = Math.ceil(found.length / 6) || 1;
	return el(
		"span.sc-plan-track",
		{},
		el("span.sc-plan-month", { style: "left:0" }, axis.first),
		found
			.filter((date, i) => i % every === 0 && axis.at(date) > 18 && axis.at(date) < 88)
			.map((date) => el("span.sc-plan-month", { style: `left:${axis.at(date)}%` }, date.slice(0, 7)))
	);
}

function line(clock, axis, today, name) {
	const running = ["Running", "Paused"].includes(clock.status);
	const until = clock.stopped_on || (running ? today : clock.due_on);
	const late = clock.overdue;
	const used = late && until > clock.due_on ? clock.due_on : until;
	const long = LONG.includes(clock.unit) && !axis.holds(clock.due_on);
	const words = __("{0}: given {1} to {2}, {3}", [
		name,
		day(clock.started_on),
		day(clock.due_on),
		clock.stopped_on ? __("ended {0}", [day(clock.stopped_on)]) : clock.status_label,
	]);
	return el(
		"li",
		{ "data-limit": clock.limit },
		el("span.sc-plan-name", {}, name, el("span.text-muted", {}, ` ${clock.length || ""}`)),
		el(
			"span.sc-plan-track",
			{ role: "img", "aria-label": words, title: words },
			piece("planned", clock.started_on, clock.due_on, axis, long),
			used > clock.started_on
				? piece(running ? colour(clock) : "blue", clock.started_on, used, axis)
				: null,
			late && until > clock.due_on ? piece("red", clock.due_on, until, axis) : null,
			axis.holds(today) ? el("span.sc-plan-today", { style: `left:${axis.at(today)}%` }) : null
		)
	);
}

/** A term that nobody can miss has no working days left; it is never urgent. */
function colour(clock) {
	return clock.days_left === null ? "blue" : due_colour(clock);
}

function piece(kind, from, to, axis, open_end = false) {
	const left = axis.at(from);
	return el(`span.sc-plan-piece.sc-${kind}${open_end ? ".sc-open-end" : ""}`, {
		style: `left:${left}%;width:${Math.max(axis.at(to) - left, 0.6)}%`,
	});
}
