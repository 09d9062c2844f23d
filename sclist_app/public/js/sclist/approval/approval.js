import { badge, button, el, form_link } from "../dom";
import { get, tell } from "../calls";
import { my_posts } from "../posts";
import { due_badge, moment_text } from "../words";
import { send } from "./calls";
import { Decide, kept_opinion } from "./decide";
import { facts } from "./facts";
import { Several } from "./several";
import { narrow, Sheets } from "./sheets";

const FILES =
	'a[href^="/private/files/"], a[href^="/files/"], a[href*="sclist_app.api.papers.download"]';

/**
 * The page of whoever approves: what waits, one case after the other, or several that were read.
 *
 * `sc-approval` shows the list, `sc-approval/<task>` one case.
 */
export class Approval {
	constructor(page) {
		this.page = page;
		this.queue = [];
		this.done = new Map();
		this.root = el("div.sc-approval.sc-panel");
		this.told = el("div.sr-only", { role: "status", "aria-live": "polite" });
		$(page.main).append(this.root, this.told);
		this.root.addEventListener("click", (event) => this.look_at_file(event));
		document.addEventListener("keydown", (event) => this.key(event), true);
		window.addEventListener(
			"resize",
			frappe.utils.debounce(() => this.lay_out(), 200),
		);
	}

	/** By the address: a task, or the list. */
	async show() {
		const task = frappe.get_route()[1];
		if (!my_posts().length) {
			this.fill(
				el(
					"div.sc-section.sc-empty",
					{},
					__("You hold no post yet. Ask the administrator of your bureau to assign you one."),
				),
			);
			return;
		}
		if (task) await this.open(task);
		else await this.list();
	}

	fill(...nodes) {
		this.sheets?.watcher?.disconnect();
		this.sheets = this.decide = null;
		this.root.replaceChildren(...nodes.filter(Boolean));
	}

	go(task) {
		if (frappe.get_route()[1] === task) this.show();
		else frappe.set_route("sc-approval", task);
	}

	// ------------------------------------------------------------------ the list

	async waiting() {
		const rows = await get("approval.waiting");
		// what was done here stays in the count until the list is left
		const known = this.queue.filter(
			(row) => this.done.has(row.name) || rows.some((one) => one.name === row.name),
		);
		const fresh = rows.filter((row) => !known.some((one) => one.name === row.name));
		this.queue = [
			...known.map((row) => rows.find((one) => one.name === row.name) || row),
			...fresh,
		];
		return rows;
	}

	async list() {
		this.task = null;
		this.queue = [];
		this.done.clear();
		this.page.set_title(__("Approval Page"));
		this.fill(el("div.sc-loading", {}, __("Loading your tasks…")));
		let rows;
		try {
			rows = await this.waiting();
		} catch {
			this.failed(() => this.list());
			return;
		}
		this.fill(
			new Several({
				rows,
				open: (task) => this.go(task),
				reload: () => this.waiting(),
			}).node,
		);
	}

	failed(again) {
		this.fill(
			el(
				"div.sc-empty",
				{ role: "alert" },
				el("p", {}, __("Your tasks could not be read. Try again.")),
				button(__("Try again"), { onclick: again }),
			),
		);
	}

	// ------------------------------------------------------------------ one case

	async open(task, note = null) {
		const ticket = (this.ticket = {});
		this.task = task;
		if (!note) this.fill(el("div.sc-loading", {}, __("Loading the case…")));
		try {
			const [data] = await Promise.all([
				get("approval.page", { task }),
				this.queue.some((row) => row.name === task) ? null : this.waiting(),
			]);
			if (ticket !== this.ticket) return;
			this.data = data;
		} catch {
			if (ticket === this.ticket) this.failed(() => this.open(task));
			return;
		}
		for (const [key, title] of Object.entries(this.data.titles)) {
			const [doctype, name] = key.split("::");
			frappe.utils.add_link_title(doctype, name, title);
		}
		this.render(note);
	}

	panel() {
		const { view, doc, task } = this.data;
		return {
			doctype: view.doc.doctype,
			name: view.doc.name,
			view,
			procedure: null,
			frm: {
				doc,
				doctype: view.doc.doctype,
				docname: view.doc.name,
				fields_dict: {},
				is_dirty: () => false,
			},
			my_tasks: () => view.tasks.filter((one) => one.mine && one.name === task),
			changed: () => this.open(this.task),
			load: () => this.open(this.task),
		};
	}

	render(note) {
		const { data } = this;
		const panel = this.panel();
		const [own] = panel.my_tasks();
		this.page.set_title(__("Approval Page"));
		const left = el(
			"div.sc-facts",
			{ tabindex: "-1" },
			note,
			...facts(panel, own, data.brief, data.signed).filter(Boolean),
		);
		this.fill(this.head(own));
		if (!own) {
			this.root.append(
				el(
					"section.sc-section.sc-warn",
					{ role: "alert" },
					data.why.map((text) => el("p", {}, text)),
					kept_opinion(data.task),
					el(
						"div.sc-buttons",
						{},
						this.following()
							? button(__("Next case"), { kind: "primary", onclick: () => this.skip(1) })
							: null,
						button(__("Back to the list"), { onclick: () => frappe.set_route("sc-approval") }),
					),
				),
				left,
			);
			return;
		}
		const labels = {};
		const going = own.actions.find((action) => ["Agree", "Forward"].includes(action.verb));
		for (const action of own.actions)
			if (action !== going) labels[action.action] = __("If “{0}”", [action.label]);
		this.sheets = new Sheets({
			task: data.task,
			version: data.version,
			sheets: data.sheets,
			labels,
			on_read: () => this.read(going),
			on_unread: () => {
				data.read = false;
				this.mark.replaceChildren();
			},
		});
		this.decide = new Decide({
			task: own,
			version: data.version,
			outlook: data.outlook,
			unread: (action) => this.unread(action).map((sheet) => this.sheets.label(sheet)),
			on_done: (action) => this.acted(action),
			on_changed: () => this.moved_on(),
		});
		this.root.append(
			el("div.sc-desk-split", {}, left, this.sheets.node, this.decide.node),
			this.jump(),
		);
		this.lay_out();
		this.read(going);
		if (!narrow()) this.root.querySelector(".sc-approval-head h4")?.focus({ preventScroll: true });
	}

	/** On a wide screen case, paper and decision share the window; nothing of the decision is out of sight. */
	lay_out() {
		const split = this.root.querySelector(".sc-desk-split");
		if (!split) return;
		const top = split.getBoundingClientRect().top + window.scrollY;
		split.style.height = narrow() ? "" : `${Math.max(460, window.innerHeight - top - 12)}px`;
		this.sheets?.refit();
	}

	head(own) {
		const { view } = this.data;
		const at = this.queue.findIndex((row) => row.name === this.data.task);
		const row = this.queue[at];
		this.mark = el("span.sc-read-mark", { role: "status" });
		return el(
			"header.sc-approval-head",
			{},
			el(
				"nav.sc-buttons",
				{ "aria-label": __("Cases one after the other") },
				button(__("Back to the list"), {
					class: "btn btn-sm btn-default",
					onclick: () => frappe.set_route("sc-approval"),
				}),
				at >= 0
					? el("strong.sc-counter", {}, __("No. {0} of {1}", [at + 1, this.queue.length]))
					: null,
				button([__("Previous case"), el("kbd", {}, "Alt+K")], {
					class: "btn btn-sm btn-default",
					disabled: !this.following(-1),
					onclick: () => this.skip(-1),
				}),
				button([__("Leave for later, next"), el("kbd", {}, "Alt+J")], {
					class: "btn btn-sm btn-default",
					disabled: !this.following(),
					onclick: () => this.skip(1),
				}),
				this.mark,
			),
			el(
				"div.sc-approval-title",
				{},
				el("h4", { tabindex: "-1" }, row?.subject_line || view.doc.title || view.doc.name),
				own ? badge(own.step_title, "blue") : null,
				own ? due_badge(own) : null,
				own?.acting_for_name ? badge(__("For {0}", [own.acting_for_name]), "orange") : null,
				el(
					"span.text-muted",
					{},
					[view.doc.name, view.doc.bureau_name, own && __("Received {0}", [moment_text(own.opened_on)])]
						.filter(Boolean)
						.join(" · "),
				),
				form_link(view.doc.doctype, view.doc.name, __("Whole file")),
			),
			own?.instructions ? el("p.sc-instructions", {}, own.instructions) : null,
		);
	}

	/** On a phone: a bar under the thumb. */
	jump() {
		const to = (selector) => () =>
			this.root.querySelector(selector)?.scrollIntoView({ block: "start" });
		return el(
			"nav.sc-jump",
			{ "aria-label": __("Parts of the page") },
			button(__("The case in brief"), {
				class: "btn btn-default sc-thumb",
				onclick: to(".sc-approval-head"),
			}),
			this.data.sheets.length
				? button(__("See the papers"), {
						class: "btn btn-default sc-thumb",
						onclick: to(".sc-sheets"),
					})
				: null,
			button(__("Decide"), { class: "btn btn-primary sc-thumb", onclick: to(".sc-decide") }),
		);
	}

	// ------------------------------------------------------------------ reading

	unread(action) {
		return this.data.sheets.filter(
			(sheet) => sheet.action === action?.action && !this.sheets?.read.has(sheet.key),
		);
	}

	/** Once the end of every paper that agreeing leads to was on the screen, the server writes the case down as read. */
	async read(going) {
		this.decide?.remind();
		if (this.data.read) {
			this.mark.replaceChildren(badge(`✓ ${__("Read to the end")}`, "green"));
			return;
		}
		if (!this.data.approves || this.reading || !this.sheets || this.unread(going).length) return;
		const { task, version } = this.data;
		this.reading = true;
		try {
			await send("approval.read", { task, version });
			if (this.data.task !== task) return;
			this.data.read = true;
			this.mark.replaceChildren(badge(`✓ ${__("Read to the end")}`, "green"));
		} catch (error) {
			if (error.kind === "ChangedSince" && this.data.task === task) await this.moved_on();
		} finally {
			this.reading = false;
		}
	}

	look_at_file(event) {
		const link = event.target.closest?.(FILES);
		if (!link || !this.sheets || link.closest(".sc-sheets") || event.ctrlKey || event.metaKey)
			return;
		event.preventDefault();
		// in a table of papers the first link is the paper's name, the others its copies
		const named = link.closest("tr")?.querySelector("a") || link;
		this.sheets.show_file(named.textContent.trim() || __("File"), link.getAttribute("href"));
	}

	// ------------------------------------------------------------------ going on

	acted(action) {
		const text = __("Done: {0}", [action.label]);
		this.done.set(this.data.task, action.label);
		this.told.textContent = text;
		tell(text);
		const next = this.following();
		if (next) this.go(next.name);
		else this.finished();
	}

	/** Who waits next: onward from here and then from the start; backwards only up to the start. */
	following(step = 1) {
		const at = this.queue.findIndex((row) => row.name === this.task);
		const open = (row) => row.name !== this.task && !this.done.has(row.name);
		if (step < 0) return this.queue.slice(0, Math.max(at, 0)).reverse().find(open);
		return [...this.queue.slice(at + 1), ...this.queue.slice(0, Math.max(at, 0))].find(open);
	}

	skip(step) {
		const next = this.following(step);
		if (next) this.go(next.name);
	}

	/** All done, unless more has come meanwhile. */
	async finished() {
		const rows = await this.waiting().catch(() => []);
		const left = rows.filter((row) => !this.done.has(row.name));
		const handled = this.queue.filter((row) => this.done.has(row.name));
		this.task = null;
		this.fill(
			el(
				"section.sc-section.sc-empty.sc-finished",
				{ role: "status", tabindex: "-1" },
				el(
					"h4",
					{},
					left.length ? __("{0} more have come meanwhile", [left.length]) : __("All done"),
				),
				handled.length
					? el(
							"ul",
							{},
							handled.map((row) =>
								el(
									"li",
									{},
									form_link(
										row.reference_doctype,
										row.reference_name,
										row.subject_line || row.title,
									),
									" ",
									el("span.text-muted", {}, row.reference_name),
									" ",
									badge(this.done.get(row.name), "green"),
								),
							),
						)
					: null,
				el(
					"div.sc-buttons.justify-content-center",
					{},
					left.length
						? button(__("Go on"), { kind: "primary", onclick: () => this.go(left[0].name) })
						: null,
					button(__("My Desk"), { onclick: () => frappe.set_route("sc-desk") }),
				),
			),
		);
		this.root.querySelector(".sc-finished")?.focus();
	}

	/** Somebody acted while the page was open: show what, with the opinion kept. */
	async moved_on() {
		const known = this.data.view.events.length;
		const seen = this.data.task;
		const box = el("section.sc-section.sc-warn", { role: "alert", tabindex: "-1" });
		await this.open(seen, box);
		if (this.data?.task !== seen) return;
		const news = this.data.view.events
			.slice(known)
			.filter((event) => !["previewed", "disclosed"].includes(event.event));
		box.append(
			this.decide
				? el(
						"p",
						{},
						__(
							"Something has happened in this case since you opened it. The page has been renewed and your opinion kept. Look at it, then confirm again.",
						),
					)
				: "",
			news.length
				? el(
						"ul.sc-reasons",
						{},
						news.map((event) =>
							el(
								"li",
								{},
								[
									moment_text(event.at),
									event.actor_name,
									event.step_title,
									event.label,
									event.opinion,
								]
									.filter(Boolean)
									.join(" · "),
							),
						),
					)
				: "",
		);
		if (!this.decide) this.root.querySelector(".sc-warn")?.before(box);
		box.focus();
	}

	key(event) {
		if (
			frappe.get_route()[0] !== "sc-approval" ||
			!this.decide ||
			document.querySelector(".modal.show")
		)
			return;
		if (event.ctrlKey && event.key === "Enter" && !event.isComposing) {
			event.preventDefault();
			event.stopPropagation();
			this.decide.send();
			return;
		}
		if (!event.altKey || event.ctrlKey || event.metaKey) return;
		const letter = event.code?.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
		const taken =
			letter === "j"
				? (this.skip(1), true)
				: letter === "k"
					? (this.skip(-1), true)
					: letter && this.decide.choose_by_key(letter);
		if (!taken) return;
		event.preventDefault();
		event.stopPropagation();
	}
}
