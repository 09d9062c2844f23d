import { badge, button, el, on_one_line, section } from "./dom";
import { ask, choices, fixed_text } from "./ask";
import { new_token, post } from "./calls";
import { day, due_badge, due_colour } from "./words";

// why one limit may stand still while the case goes on
const CAUSES = ["Supplement", "Appraisal", "Other Department", "Announcement"];

/** The limits that run or ran, the urgent first; with `only_open` those that are over are left out. */
export function clocks(panel, only_open = false) {
	const { view } = panel;
	const all = [...(view.clocks || [])].filter((clock) => clock.status !== "Void");
	const running = (clock) => ["Running", "Paused"].includes(clock.status);
	const rows = only_open ? all.filter(running) : all;
	if (!rows.length) return null;
	rows.sort(
		(a, b) =>
			running(b) - running(a) || String(a.due_on || "").localeCompare(String(b.due_on || "")),
	);
	// a limit of no article is the procedure's own, one a step: its name says which
	const titles = new Map((view.steps || []).map((step) => [step.code, step.title]));
	const several = (clock) => all.filter((row) => row.limit_name === clock.limit_name).length > 1;
	const name = (clock) => {
		const step = titles.get(clock.step);
		if (step && !clock.article) return step;
		return step && several(clock) ? `${clock.limit_name} · ${step}` : clock.limit_name;
	};
	return section(
		__("Limits"),
		el(
			"ul.sc-clocks",
			{},
			rows.map((clock) => row(panel, { ...clock, limit_name: name(clock) }, running(clock))),
		),
	);
}

function row(panel, clock, running) {
	const colour = running ? due_colour(clock) : "gray";
	return el(
		"li",
		{ "data-limit": clock.limit },
		el("div.sc-clock-head", {}, el("strong", {}, clock.limit_name), state(clock, running)),
		el("div.text-muted", {}, facts(clock)),
		running || clock.stopped_on ? bar(clock, clock.paused ? "orange" : colour) : null,
		remarks(clock).map((text) => el("p.sc-clock-note", {}, text)),
		acts(panel, clock),
		clock.explained
			? el("details", {}, el("summary", {}, __("How it is counted")), el("p", {}, clock.explained))
			: null,
	);
}

function facts(clock) {
	return [
		length(clock),
		clock.channel_label,
		clock.started_on && on_one_line(__("from {0}", [day(clock.started_on)])),
		clock.due_on && !clock.paused && on_one_line(__("until {0}", [day(clock.due_on)])),
		clock.article,
	]
		.filter(Boolean)
		.flatMap((fact, i) => (i ? [" · ", fact] : [fact]));
}

function state(clock, running) {
	if (clock.paused) return badge(__("Stands still"), "orange");
	return running ? due_badge(clock) : badge(clock.status_label, clock.overdue ? "red" : "gray");
}

function length(clock) {
	return [clock.length, clock.extended?.length].filter(Boolean).join(" + ");
}

/** What happened to the limit besides running: paused, extended, asked for. */
function remarks(clock) {
	const { paused, extended } = clock;
	const asked = clock.may?.asked;
	return [
		paused && __("Since {0}: {1}. {2}", [day(paused.since), paused.cause, paused.reason]),
		extended &&
			__("Extended by {0} on {1} by {2}: {3}", [
				extended.length,
				day(extended.on),
				extended.by,
				extended.reason,
			]),
		asked && __("{0} asks for {1} more: {2}", [asked.by, asked.length, asked.reason]),
	].filter(Boolean);
}

function acts(panel, clock) {
	const may = clock.may || {};
	const offered = [
		may.extend && [__("Extend"), () => extend(panel, clock, "extend", may.extend)],
		may.request && [
			__("Ask for extension"),
			() => extend(panel, clock, "request_extension", may.request),
		],
		may.pause && [__("Let it stand still"), () => pause(panel, clock)],
		may.resume && [__("Let it run on"), () => resume(panel, clock)],
	].filter(Boolean);
	if (!offered.length) return null;
	return el(
		"div.sc-buttons",
		{ role: "group", "aria-label": clock.limit_name },
		offered.map(([label, onclick]) => button(label, { class: "btn btn-xs btn-default", onclick })),
	);
}

function reason_field() {
	return { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 };
}

// The token and what the reader saw belong to the dialog, so that a second click is the same act.
function sender(panel, clock, path) {
	const fixed = { clock: clock.name, seen: panel.view.run.seq, token: new_token() };
	return (values) => post(`clocks.${path}`, { ...values, ...fixed });
}

function extend(panel, clock, path, most) {
	const asked = clock.may.asked;
	const decides = path === "extend";
	ask(panel, {
		title: `${clock.limit_name} · ${decides ? __("Extend") : __("Ask for extension")}`,
		fields: [
			fixed_text(
				decides
					? __("Due {0}. It may be extended once, by {1} at most.", [
							day(clock.due_on),
							clock.may.most,
						])
					: __("Due {0}. {1} decides on an extension by {2} at most.", [
							day(clock.due_on),
							clock.may.post,
							clock.may.most,
						]),
			),
			{
				fieldname: "n",
				fieldtype: "Int",
				label: __("Extend by ({0})", [clock.unit_label]),
				default: asked?.n || most,
				reqd: 1,
			},
			reason_field(),
		],
		label: decides ? __("Extend") : __("Ask for extension"),
		send: sender(panel, clock, path),
		done: decides ? __("The limit was extended.") : __("The extension was asked for."),
	});
}

function pause(panel, clock) {
	ask(panel, {
		title: `${clock.limit_name} · ${__("Let it stand still")}`,
		fields: [
			{
				fieldname: "cause",
				fieldtype: "Select",
				label: __("Cause"),
				options: choices(CAUSES),
				reqd: 1,
			},
			reason_field(),
		],
		label: __("Let it stand still"),
		send: sender(panel, clock, "pause"),
		done: __("The limit stands still."),
	});
}

function resume(panel, clock) {
	ask(panel, {
		title: `${clock.limit_name} · ${__("Let it run on")}`,
		fields: [reason_field()],
		label: __("Let it run on"),
		send: sender(panel, clock, "resume"),
		done: __("The limit runs on."),
	});
}

/** From the first day to the due day (or today, if that is later): what has gone, where it stood still, today. */
function bar(clock, colour) {
	if (!clock.started_on || !clock.due_on) return null;
	const today = frappe.datetime.get_today();
	const days = (until, from = clock.started_on) => frappe.datetime.get_day_diff(until, from);
	const ended = clock.status !== "Running" && clock.status !== "Paused" ? clock.stopped_on : null;
	// a window that ran out as planned ends with its due day, whenever that was noticed
	const now = !ended ? today : clock.overdue || ended < clock.due_on ? ended : clock.due_on;
	const whole = Math.max(days(clock.due_on), days(now), 1);
	const at = (day) => Math.max(0, Math.min(100, (100 * days(day)) / whole));
	const gone = Math.round(at(now));
	const piece = (kind, from, to) =>
		el(`i.sc-bar-${kind}`, {
			style: `left:${at(from)}%;width:${Math.max(0, at(to) - at(from))}%`,
		});
	const text = [
		__("from {0}", [day(clock.started_on)]),
		__("until {0}", [day(clock.due_on)]),
		ended ? __("ended {0}", [day(ended)]) : __("today {0}", [day(today)]),
		...(clock.pauses || []).map((pause) =>
			__("stood still {0} to {1}", [day(pause.start), day(pause.end || today)]),
		),
	].join("，");
	return el(
		"div.sc-timebar",
		{ role: "img", "aria-label": `${clock.limit_name}：${text}`, title: text },
		ended ? null : over(at(today)),
		el(
			"div.sc-timebar-track",
			{},
			el(`i.sc-bar-gone.sc-${colour}`, { style: `width:${gone}%` }),
			(clock.pauses || []).map((pause) => piece("pause", pause.start, pause.end || now)),
			days(clock.due_on) < whole && clock.overdue
				? el("i.sc-bar-due", { style: `left:${at(clock.due_on)}%` })
				: null,
			ended ? null : el("i.sc-bar-today", { style: `left:${at(today)}%` }),
		),
		ends(clock, at(clock.due_on)),
	);
}

// nearer to the left than this the due day would stand in the first day, in per cent of the width
const NEAR = 45;

/** Under the bar: its first day, and its due day below its end. */
function ends(clock, at_due) {
	const late = at_due < 100;
	const left = Math.max(at_due, NEAR);
	return el(
		"div.sc-timebar-days",
		{ "aria-hidden": "true" },
		el("span", {}, day(clock.started_on)),
		el(
			`span${late ? ".sc-late" : ""}`,
			late ? { style: `left:${left}%;transform:translateX(-${Math.round(left)}%)` } : {},
			day(clock.due_on),
		),
	);
}

/** Over the bar: "today", where its mark stands. */
function over(at_today) {
	return el(
		"div.sc-timebar-now",
		{ "aria-hidden": "true" },
		el(
			"span",
			{ style: `left:${at_today}%;transform:translateX(-${Math.round(at_today)}%)` },
			__("Today"),
		),
	);
}
