import { button, el, only_for_readers } from "./dom";
import { get } from "./calls";
import { my_posts } from "./posts";

const FEW = 4;
const SHOWN = [
	["mine", () => __("My tasks")],
	["tasks", () => __("All tasks I may see")],
	["limits", () => __("Running limits")],
];
const WEEKDAYS = () => [
	__("Mon"),
	__("Tue"),
	__("Wed"),
	__("Thu"),
	__("Fri"),
	__("Sat"),
	__("Sun"),
];
const KIND = {
	off: () => __("Holiday"),
	made_up: () => __("Make-up working day"),
	rest: () => __("Rest day"),
	work: () => "",
};

/** Due dates by month, by week or as a list of a month, on the working days as the State Council announced them. */
export class DueCalendar {
	constructor(page) {
		this.page = page;
		this.show = "mine";
		this.span = window.matchMedia("(max-width: 767px)").matches ? "week" : "month";
		this.day = frappe.datetime.get_today();
		this.body = el("div.sc-desk.sc-calendar", { onkeydown: (event) => this.key(event) });
		$(page.main).append(this.body);
		page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
	}

	/** First and last day of the sheet: whole weeks, Monday to Sunday. */
	span_days() {
		const on = moment(this.day);
		const month = this.span !== "week";
		const first = month ? on.clone().startOf("month") : on.clone();
		const last = month ? on.clone().endOf("month") : on.clone();
		if (this.span === "list") return [first.format("YYYY-MM-DD"), last.format("YYYY-MM-DD")];
		const monday = first.subtract((first.day() + 6) % 7, "days");
		const sunday = last.add((7 - last.day()) % 7, "days");
		return [monday.format("YYYY-MM-DD"), sunday.format("YYYY-MM-DD")];
	}

	async load() {
		if (!my_posts().length) {
			this.say(__("You hold no post yet. Ask the administrator of your bureau to assign you one."));
			return;
		}
		if (!this.data) this.say(__("Loading the calendar…"));
		const [start, end] = this.span_days();
		const ticket = (this.ticket = {});
		const data = await get("plots.calendar", { start, end, show: this.show }).catch(() => null);
		if (ticket !== this.ticket) return;
		if (data) this.data = data;
		if (this.data) this.render();
		else this.say(__("The calendar could not be read. Try again."));
	}

	say(text) {
		this.body.replaceChildren(el("div.sc-empty", {}, text));
	}

	turn(by) {
		this.day = moment(this.day)
			.add(by, this.span === "week" ? "week" : "month")
			.format("YYYY-MM-DD");
		return this.load();
	}

	/** Page up and down turn the sheet, Home goes back to today. */
	async key(event) {
		const by = { PageUp: -1, PageDown: 1, Home: 0 }[event.key];
		if (by === undefined || !this.data || event.altKey || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		const key = event.target.dataset?.key || "today";
		if (by) await this.turn(by);
		else {
			this.day = this.data.today;
			await this.load();
		}
		this.body.querySelector(`[data-key="${key}"]`)?.focus();
	}

	render() {
		this.body.replaceChildren(
			...[this.head(), this.span === "list" ? this.days_list() : this.sheet(), this.legend(), this.nothing(), this.more()].filter(Boolean)
		);
	}

	/** Buttons for the time; after a click the focus stays on the one that was pressed. */
	head() {
		const press = (key, label, act, pressed, shortcut = null) =>
			button(label, {
				"data-key": key,
				"aria-keyshortcuts": shortcut,
				"aria-pressed": pressed === undefined ? null : String(pressed),
				onclick: async () => {
					await act();
					this.body.querySelector(`[data-key="${key}"]`)?.focus();
				},
			});
		const span = (name, label) =>
			press(name, label, () => ((this.span = name), this.load()), this.span === name);
		const chosen = el(
			"select.form-control.input-sm",
			{
				"aria-label": __("What is shown"),
				"data-key": "show",
				onchange: async (event) => {
					this.show = event.target.value;
					await this.load();
					this.body.querySelector('[data-key="show"]')?.focus();
				},
			},
			SHOWN.map(([value, label]) =>
				el("option", { value, selected: value === this.show }, label())
			)
		);
		return el(
			"div.sc-calendar-head",
			{},
			el("h5", { "aria-live": "polite" }, this.title()),
			el(
				"div.sc-buttons",
				{},
				press("back", __("Backward"), () => this.turn(-1), undefined, "PageUp"),
				press("today", __("Today"), () => ((this.day = this.data.today), this.load()), undefined, "Home"),
				press("on", __("Onward"), () => this.turn(1), undefined, "PageDown")
			),
			el(
				"div.sc-buttons",
				{ role: "group", "aria-label": __("Month, week or list") },
				span("month", __("By month")),
				span("week", __("By week")),
				span("list", __("As a list"))
			),
			chosen
		);
	}

	title() {
		const on = moment(this.day);
		if (this.span !== "week") return __("{0}-{1}", [on.year(), on.month() + 1]);
		return this.span_days().join(" – ");
	}

	sheet() {
		const items = new Map();
		for (const item of this.data.items) items.set(item.day, [...(items.get(item.day) || []), item]);
		const weeks = [];
		this.data.days.forEach((day, i) => {
			if (i % 7 === 0) weeks.push([]);
			weeks[weeks.length - 1].push(this.cell(day, items.get(day.day) || []));
		});
		return el(
			`table.sc-sheet.sc-${this.span}`,
			{},
			el("caption.sr-only", {}, __("Calendar of Due Dates")),
			el(
				"thead",
				{},
				el("tr", {}, WEEKDAYS().map((name) => el("th", { scope: "col" }, name)))
			),
			el("tbody", {}, weeks.map((week) => el("tr", {}, week)))
		);
	}

	/** The days of the month on which something falls due, and the holidays and make-up days among them. */
	days_list() {
		const rows = this.data.days
			.map((day) => ({ day, items: this.data.items.filter((item) => item.day === day.day) }))
			.filter(({ day, items }) => items.length || day.day === this.data.today);
		return el(
			"dl.sc-section.sc-days",
			{},
			rows.map(({ day, items }) => [
				el(
					`dt${day.day === this.data.today ? ".sc-now" : ""}`,
					{ "data-day": day.day, "aria-current": day.day === this.data.today ? "date" : null },
					el("span", {}, day.day),
					" ",
					weekday(day.day),
					...this.marks(day)
				),
				el(
					"dd",
					{},
					items.length
						? el("ul", {}, items.map(entry))
						: el("span.text-muted", {}, __("Nothing falls due today."))
				),
			])
		);
	}

	/** Today, off, works. */
	marks(day) {
		const mark = { off: __("Off (calendar)"), made_up: __("Works (calendar)") }[day.kind];
		return [
			day.day === this.data.today ? el("span.sc-mark.sc-mark-now", {}, __("Today")) : null,
			mark ? el(`span.sc-mark.sc-mark-${day.kind.replace("_", "-")}`, {}, mark) : null,
		];
	}

	cell(day, items) {
		const number = Number(day.day.slice(8));
		const outside = this.span === "month" && day.day.slice(0, 7) !== this.day.slice(0, 7);
		const classes = [day.kind, outside && "outside", day.day === this.data.today && "now", !items.length && "free"]
			.filter(Boolean)
			.map((name) => `.sc-${name.replace("_", "-")}`)
			.join("");
		const few = this.span === "month" ? FEW : Infinity;
		const rest = items.slice(few);
		return el(
			`td${classes}`,
			{ "data-day": day.day, "aria-current": day.day === this.data.today ? "date" : null },
			el(
				"div.sc-date",
				{ title: [KIND[day.kind](), day.note].filter(Boolean).join("：") || null },
				el("span", {}, number),
				el("span.sc-weekday", { "aria-hidden": "true" }, weekday(day.day)),
				...this.marks(day),
				day.note && !outside ? el("span.sc-note", {}, day.note) : null,
				day.provisional && items.length
					? el("span.sc-note", {}, __("(estimated)"))
					: null
			),
			items.length
				? el("ul", {}, items.slice(0, few).map(entry))
				: null,
			rest.length
				? el(
						"details",
						{},
						el("summary", {}, __("{0} more", [rest.length])),
						el("ul", {}, rest.map(entry))
					)
				: null
		);
	}

	legend() {
		const sign = (colour, text) => el("li", {}, el(`span.sc-key.sc-${colour}`, { "aria-hidden": "true" }), text);
		return el(
			"ul.sc-legend",
			{ "aria-label": __("Colours") },
			sign("red", __("Overdue")),
			sign("orange", __("Due within 2 days")),
			sign("blue", __("Due later")),
			this.show === "limits" ? sign("gray", __("Ends by itself; nobody is late")) : null,
			sign("off", __("Holiday")),
			sign("made-up", __("Make-up working day"))
		);
	}

	nothing() {
		if (this.data.items.length) return null;
		return el(
			"p.sc-empty",
			{ role: "status" },
			this.span !== "week"
				? __("Nothing falls due in this month. Turn the page, or choose what is shown.")
				: __("Nothing falls due in this week. Turn the page, or choose what is shown.")
		);
	}

	more() {
		return this.data.more
			? el("p.text-muted", { role: "status" }, __("There is more than can be shown. Choose a week."))
			: null;
	}
}

function weekday(day) {
	return WEEKDAYS()[(moment(day).day() + 6) % 7];
}

const LATE = { red: () => __("Overdue"), orange: () => __("Due within 2 days") };

function entry(item) {
	return el(
		"li",
		{},
		el(
			`a.sc-entry.sc-${item.colour}`,
			{
				href: frappe.utils.get_form_link(item.doctype, item.name),
				title: [item.title, item.subject, item.bureau_name].filter(Boolean).join("\n"),
			},
			LATE[item.colour] ? only_for_readers(`${LATE[item.colour]()}：`) : null,
			el("strong", {}, item.title),
			" ",
			el("span", {}, item.subject)
		)
	);
}
