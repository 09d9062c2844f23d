import { badge, button, el } from "./dom";
import { follow, page_link } from "./addresses";
import { get } from "./calls";
import { late_papers } from "./late_papers";
import { day, due_badge, moment_text } from "./words";
import { fills_forms, my_bureaus, my_posts, reads_below } from "./posts";

const LIMIT = 50;
const SORTS = ["open", "today", "overdue", "returned"];

/** What waits for the user, the most urgent first; for supervisors what is overdue below them. */
export class MyDesk {
	constructor(page) {
		this.page = page;
		this.filter = "open";
		this.body = el("div.sc-desk");
		$(page.main).append(this.body);
		page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
		if (fills_forms()) {
			page.set_primary_action(__("New listing case"), () => sclist.new_case(), "add");
		}
	}

	async load() {
		if (!my_posts().length) {
			this.body.replaceChildren(
				el(
					"div.sc-section.sc-empty",
					{},
					__("You hold no post yet. Ask the administrator of your bureau to assign you one."),
				),
			);
			return;
		}
		if (!this.data) this.body.replaceChildren(el("div.sc-loading", {}, __("Loading your tasks…")));
		// an address like sc-desk/overdue opens that list
		const asked = frappe.get_route()[1];
		if (SORTS.includes(asked) && asked !== this.asked) this.filter = asked;
		this.asked = asked;
		const [data, below, unserved] = await Promise.all([
			get("tasks.mine", { limit: LIMIT, show: this.filter }),
			this.overdue_below().catch(() => null),
			late_papers(),
		]).catch(() => []);
		if (!data) {
			if (!this.data)
				this.body.replaceChildren(
					el("div.sc-empty", {}, __("Your tasks could not be read. Try again.")),
				);
			return;
		}
		Object.assign(this, { data, below, unserved });
		this.render();
	}

	/** Overdue tasks of bureaus the user reads but does not belong to; null for posts that do not look below. */
	async overdue_below() {
		if (!reads_below()) return null;
		const own = new Set(my_bureaus().map((bureau) => bureau.bureau_name));
		const { tasks } = await get("tasks.overdue_below", { limit: LIMIT });
		return tasks.filter((task) => task.overdue && !own.has(task.bureau_name));
	}

	/** Another sort of tasks, from the first on. */
	async choose(filter) {
		const data = await get("tasks.mine", { limit: LIMIT, show: filter }).catch(() => null);
		if (!data) return;
		Object.assign(this, { data, filter });
		this.render();
	}

	/** The next tasks of the list under those that are shown. */
	async load_more() {
		const { tasks } = this.data;
		const next = await get("tasks.mine", {
			limit: LIMIT,
			start: tasks.length,
			show: this.filter,
		}).catch(() => null);
		if (!next) return;
		const shown = new Set(tasks.map((task) => task.name));
		this.data = {
			tasks: [...tasks, ...next.tasks.filter((task) => !shown.has(task.name))],
			counts: next.counts,
		};
		this.render();
		this.body.querySelectorAll(".sc-jobs > li > a")[tasks.length]?.focus();
	}

	render() {
		const tasks = this.data.tasks || [];
		this.body.replaceChildren(
			...[
				this.counts(),
				approving(tasks, tasks.length === this.data.counts?.open),
				this.list(tasks),
				this.more(tasks),
				this.unserved,
				this.supervised(),
			].filter(Boolean),
		);
	}

	counts() {
		const counts = this.data.counts || {};
		const cell = (key, label, hot) =>
			el(
				`button.sc-count${hot && counts[key] ? ".sc-hot" : ""}`,
				{
					type: "button",
					"aria-pressed": String(this.filter === key),
					"data-count": key,
					onclick: async () => {
						await this.choose(this.filter === key ? "open" : key);
						this.body.querySelector(`[data-count="${key}"]`)?.focus();
					},
				},
				el("strong", {}, counts[key] ?? 0),
				label,
			);
		return el(
			"div.sc-counts",
			{ role: "group", "aria-label": __("Filter the tasks") },
			cell("open", __("Waiting for me")),
			cell("today", __("Due today")),
			cell("overdue", __("Overdue"), true),
			cell("returned", __("Sent back to me")),
		);
	}

	list(tasks) {
		if (!tasks.length) return this.nothing();
		return el("section.sc-section", {}, el("ul.sc-jobs", {}, tasks.map(job)));
	}

	nothing() {
		if (this.filter !== "open") {
			return el(
				"section.sc-section.sc-empty",
				{},
				el("p", {}, __("No task of this kind.")),
				button(__("Show all"), {
					onclick: () => this.choose("open"),
				}),
			);
		}
		const officer = fills_forms();
		return el(
			"section.sc-section.sc-empty",
			{},
			el("p", {}, __("Nothing waits for you.")),
			el(
				"p",
				{},
				officer
					? __("Register a penalty or open a new listing case; tasks appear here by themselves.")
					: __("As soon as a case reaches your post, it appears here."),
			),
			el(
				"div.sc-buttons.justify-content-center",
				{},
				officer
					? button(__("New listing case"), {
							kind: "primary",
							onclick: () => sclist.new_case(),
						})
					: null,
				button(__("All cases"), { onclick: () => frappe.set_route("List", "SC Case") }),
			),
		);
	}

	more(tasks) {
		const all = this.data.counts?.[this.filter] || 0;
		if (all <= tasks.length) return null;
		return el(
			"div.sc-more",
			{},
			el(
				"p.text-muted",
				{ role: "status" },
				__("The {0} most urgent of {1} are shown.", [tasks.length, all]),
			),
			button(__("Show more"), { onclick: () => this.load_more() }),
		);
	}

	supervised() {
		if (!this.below) return null;
		return el(
			"section.sc-section",
			{},
			el("div.sc-section-head", {}, el("h5", {}, __("Overdue in subordinate bureaus"))),
			this.below.length
				? el("ul.sc-jobs", {}, this.below.map(job))
				: el("p.text-muted", {}, __("No subordinate bureau is late.")),
		);
	}
}

/**
 * Whoever approves goes through their cases one after the other. whole: these are all the tasks one has, so they can
 * be counted.
 */
export function approving(tasks, whole) {
	const mine = tasks.filter((task) => task.approves);
	const count = mine.length;
	if (!count) return null;
	return el(
		"p.sc-approve-all",
		{},
		el(
			"a.btn.btn-sm.btn-primary",
			{ href: page_link("sc-approval", mine[0].name), onclick: follow },
			whole
				? __("Approve one after the other ({0})", [count])
				: __("Approve one after the other"),
		),
	);
}

/** One task as a link to its case. */
export function job(task) {
	return el(
		"li",
		{},
		el(
			"a.sc-job",
			{ href: frappe.utils.get_form_link(task.reference_doctype, task.reference_name) },
			el(
				"div.sc-job-main",
				{},
				el("div.sc-job-title", {}, task.subject_line || task.title),
				el(
					"div.text-muted",
					{},
					[
						task.step_title || task.title,
						task.division_name,
						task.post_title,
						task.acting_for_name && __("For {0}", [task.acting_for_name]),
						task.bureau_name,
					]
						.filter(Boolean)
						.join(" · "),
				),
			),
			el(
				"div.sc-job-side",
				{},
				task.returned ? badge(__("Sent back"), "orange") : null,
				due_badge(task),
				el(
					"span.text-muted",
					{},
					task.due_on
						? __("Due {0}", [day(task.due_on)])
						: task.opened_on
							? __("Received {0}", [moment_text(task.opened_on)])
							: "",
				),
			),
		),
		task.approves
			? el(
					"span.sc-job-act",
					{},
					el(
						"a.btn.btn-sm.btn-default",
						{ href: page_link("sc-approval", task.name) },
						__("Open the approval page"),
					),
				)
			: null,
	);
}
