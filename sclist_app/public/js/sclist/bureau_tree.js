import { button, el, only_for_readers } from "./dom";
import { get } from "./calls";
import { follow, list_link } from "./addresses";
import { my_posts } from "./posts";
import { day } from "./words";

const SHOWN = [
	["cases", () => __("Cases in Progress")],
	["listed", () => __("Parties on the List")],
	["tasks", () => __("Open Tasks")],
	["late", () => __("Overdue Tasks")],
];
const PAGE = 20;

/** The tree of bureaus with numbers, those below included, and the documents of the chosen one. */
export class BureauTree {
	constructor(page) {
		this.page = page;
		this.show = "cases";
		this.search = "";
		this.open = new Set();
		this.body = el("div.sc-desk.sc-by-bureau");
		$(page.main).append(this.body);
		page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
	}

	async load() {
		if (!my_posts().length) {
			this.say(__("You hold no post yet. Ask the administrator of your bureau to assign you one."));
			return;
		}
		if (!this.data) this.say(__("Loading the bureaus…"));
		const ticket = (this.ticket = {});
		const data = await get("plots.bureaus", { show: this.show }).catch(() => null);
		if (ticket !== this.ticket) return;
		if (!data) {
			if (!this.data) this.say(__("The bureaus could not be read. Try again."));
			return;
		}
		this.data = data;
		const first = data.bureaus[0];
		if (!data.bureaus.some((bureau) => bureau.name === this.chosen)) this.chosen = first?.name;
		if (first && !this.open.size) this.open.add(first.name);
		await this.read();
	}

	say(text) {
		this.body.replaceChildren(el("div.sc-empty", {}, text));
	}

	async read(start = 0) {
		const asked = this.chosen;
		const rows = asked
			? await get("plots.documents", { below: asked, show: this.show, start }).catch(() => null)
			: [];
		if (asked !== this.chosen || !rows) return;
		this.rows = start ? [...this.rows, ...rows] : rows;
		this.render();
		if (start) this.body.querySelectorAll(".sc-jobs a")[start]?.focus();
	}

	render() {
		this.body.replaceChildren(
			this.head(),
			el("div.sc-tree-columns", {}, this.tree(), this.documents())
		);
	}

	head() {
		return el(
			"div.sc-calendar-head",
			{},
			el(
				"select.form-control.input-sm",
				{
					"aria-label": __("What is counted"),
					"data-key": "show",
					onchange: async (event) => {
						this.show = event.target.value;
						await this.load();
						this.body.querySelector('[data-key="show"]')?.focus();
					},
				},
				SHOWN.map(([value, label]) => el("option", { value, selected: value === this.show }, label()))
			)
		);
	}

	children_of(name) {
		return this.data.bureaus.filter((bureau) => bureau.parent === name);
	}

	/** Names of the bureaus the search finds and of those above them; null without a search. */
	found() {
		const text = this.search.trim();
		if (!text) return null;
		const above = new Map(this.data.bureaus.map((bureau) => [bureau.name, bureau.parent]));
		const names = new Set();
		for (const bureau of this.data.bureaus) {
			if (!bureau.bureau_name.includes(text) && !bureau.name.startsWith(text)) continue;
			for (let name = bureau.name; name && !names.has(name); name = above.get(name)) names.add(name);
		}
		return names;
	}

	tree() {
		const box = el("div.sc-branches");
		const draw = () => {
			this.kept = this.found();
			box.replaceChildren(
				this.kept?.size === 0
					? el("p.sc-empty", { role: "status" }, __("No bureau of this name."))
					: this.branch(this.children_of(""))
			);
		};
		const search = el("input.form-control.input-sm.sc-tree-search", {
			type: "search",
			value: this.search,
			placeholder: __("Find a bureau by its name"),
			"aria-label": __("Find a bureau by its name"),
			oninput: (event) => {
				this.search = event.target.value;
				draw();
			},
			onkeydown: (event) => {
				if (event.key !== "Enter") return;
				event.preventDefault();
				const hits = this.data.bureaus.filter((one) => one.bureau_name.includes(this.search.trim()));
				if (this.search.trim() && hits.length)
					box.querySelector(`[data-key="bureau-${hits[0].name}"]`)?.click();
			},
		});
		draw();
		return el("nav.sc-section.sc-tree", { "aria-label": __("Bureaus") }, search, box);
	}

	branch(bureaus) {
		const shown = this.kept ? bureaus.filter((bureau) => this.kept.has(bureau.name)) : bureaus;
		return el("ul", {}, shown.map((bureau) => this.node(bureau)));
	}

	/** A bureau is a button; those with some below have a second one to fold them. */
	node(bureau) {
		const below = this.children_of(bureau.name);
		const open = Boolean(this.kept) || this.open.has(bureau.name);
		const fold = below.length
			? el(
					"button.sc-fold",
					{
						type: "button",
						"aria-expanded": String(open),
						"aria-label": __("Bureaus below {0}", [bureau.bureau_name]),
						"data-key": `fold-${bureau.name}`,
						onclick: () => {
							this.open[open ? "delete" : "add"](bureau.name);
							this.render();
							this.focus(`fold-${bureau.name}`);
						},
					},
					open ? "▾" : "▸"
				)
			: el("span.sc-fold");
		return el(
			"li",
			{},
			el(
				"div.sc-branch",
				{},
				fold,
				el(
					`button.sc-bureau${bureau.name === this.chosen ? ".sc-chosen" : ""}`,
					{
						type: "button",
						"aria-pressed": String(bureau.name === this.chosen),
						"data-key": `bureau-${bureau.name}`,
						onclick: async () => {
							this.chosen = bureau.name;
							this.open.add(bureau.name);
							await this.read();
							this.focus(`bureau-${bureau.name}`);
						},
					},
					el("span", {}, bureau.bureau_name),
					only_for_readers("："),
					el(`span.sc-number${bureau.all ? "" : ".sc-none"}`, {}, bureau.all)
				)
			),
			open && below.length ? this.branch(below) : null
		);
	}

	focus(key) {
		this.body.querySelector(`[data-key="${key}"]`)?.focus();
	}

	documents() {
		const bureau = this.data.bureaus.find((one) => one.name === this.chosen);
		if (!bureau) return el("section.sc-section.sc-empty", {}, __("There is no bureau you may look into."));
		const filters = { ...this.data.filters, bureau: ["descendants of (inclusive)", bureau.name] };
		const leaf = !this.children_of(bureau.name).length;
		return el(
			"section.sc-section",
			{ "aria-label": bureau.bureau_name },
			el(
				"div.sc-section-head",
				{},
				el("h5", {}, bureau.bureau_name),
				el(
					"a",
					{ href: list_link(this.data.doctype, leaf ? { ...filters, bureau: bureau.name } : filters), onclick: follow },
					__("Open as a list")
				)
			),
			leaf || !bureau.all
				? null
				: el(
						"p.text-muted",
						{},
						__("{0} in all, {1} of them in this bureau itself.", [bureau.all, bureau.own])
					),
			this.rows.length
				? el("ul.sc-jobs", {}, this.rows.map(row))
				: el("p.sc-empty", { role: "status" }, __("Nothing of this kind here or below.")),
			this.rows.length && this.rows.length < bureau.all && this.rows.length % PAGE === 0
				? el(
						"div.sc-more",
						{},
						el("p.text-muted", {}, __("{0} of {1} are shown.", [this.rows.length, bureau.all])),
						button(__("Show more"), { onclick: () => this.read(this.rows.length) })
					)
				: null
		);
	}
}

function row(item) {
	return el(
		"li",
		{},
		el(
			"a.sc-job",
			{ href: frappe.utils.get_form_link(item.doctype, item.name) },
			el(
				"div.sc-job-main",
				{},
				el("div.sc-job-title", {}, item.title),
				el("div.text-muted", {}, [item.state, item.bureau_name].filter(Boolean).join(" · "))
			),
			el("div.sc-job-side", {}, el("span.text-muted", {}, day(item.day)))
		)
	);
}
