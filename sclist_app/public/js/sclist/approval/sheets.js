import { button, el } from "../dom";
import { open_posted_pdf } from "../calls";
import { send } from "./calls";

const ZOOM = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2];
const PICTURE = /\.(png|jpe?g|bmp|gif)$/i;

/** Does the window only hold one column? Then papers stand in the page, not in a box of their own. */
export function narrow() {
	return window.matchMedia("(max-width: 991px)").matches;
}

/**
 * The papers to be signed, in full, each under a tab, and beside them whatever file of the case is looked at.
 *
 * `on_read(keys)` is called with all the papers whose end has been on the screen.
 */
export class Sheets {
	constructor({ task, version, sheets, labels, on_read, on_unread }) {
		Object.assign(this, { task, version, labels, on_read, on_unread });
		this.tabs = sheets.map((sheet) => ({ ...sheet, sheet: true }));
		this.read = new Set();
		this.zoom = 0;
		this.list = el("div.sc-tabs", { role: "tablist", "aria-label": __("Papers and files") });
		this.box = el("div.sc-paper-box", { role: "tabpanel", tabindex: "0", id: "sc-paper-box" });
		this.tools = el("div.sc-paper-tools");
		this.node = el("section.sc-section.sc-sheets", { "aria-label": __("Papers and files") }, [
			this.list,
			this.tools,
			this.box,
		]);
		if (this.tabs.length) this.show(this.tabs[0]);
		else this.nothing();
	}

	nothing() {
		this.list.replaceChildren();
		this.tools.replaceChildren();
		this.box.replaceChildren(
			el(
				"div.sc-empty",
				{},
				el("p", {}, __("This step leads to no paper.")),
				el("p", {}, __("Files of the case open here: press one on the left.")),
			),
		);
	}

	label(tab) {
		return [tab.title, tab.addressee].filter(Boolean).join(" · ");
	}

	write_tabs() {
		const nodes = this.tabs.map((tab) => {
			const current = tab === this.current;
			const read = tab.sheet && this.read.has(tab.key);
			return el(
				"button.sc-tab",
				{
					type: "button",
					role: "tab",
					"aria-selected": String(current),
					"aria-controls": "sc-paper-box",
					tabindex: current ? "0" : "-1",
					"data-sheet": tab.key,
					onclick: () => this.show(tab),
					onkeydown: (event) => this.walk(event, tab),
				},
				tab.sheet && this.labels[tab.action]
					? el("span.sc-tab-when", {}, this.labels[tab.action])
					: null,
				this.label(tab),
				read
					? el(
							"span.sc-tab-read",
							{ title: __("Read to the end") },
							"✓",
							el("span.sr-only", {}, __("Read to the end")),
						)
					: null,
			);
		});
		this.list.replaceChildren(...nodes);
	}

	walk(event, tab) {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
		if (!step || event.altKey) return;
		event.preventDefault();
		const at = this.tabs.indexOf(tab) + step;
		this.show(this.tabs[(at + this.tabs.length) % this.tabs.length]);
		this.list.querySelector('[aria-selected="true"]')?.focus();
	}

	async show(tab) {
		this.current = tab;
		this.watcher?.disconnect();
		this.write_tabs();
		if (tab.sheet) await this.show_sheet(tab);
		else this.show_file_of(tab);
	}

	async show_sheet(tab) {
		this.tools.replaceChildren(...this.sheet_tools(tab));
		if (!tab.answer) {
			this.box.replaceChildren(el("div.sc-loading", {}, __("The paper is being drawn up…")));
			try {
				tab.answer = await send("approval.paper", {
					task: this.task,
					key: tab.key,
					version: this.version,
				});
			} catch (error) {
				if (this.current === tab) this.broken(tab, error.message);
				return;
			}
			// it says something else than when the case was read
			if (!tab.answer.read) this.on_unread();
		}
		if (this.current !== tab) return;
		if (tab.answer.fault) {
			this.box.replaceChildren(
				el(
					"div.sc-empty",
					{},
					el("p", {}, __("This paper cannot be written yet:")),
					el("p.sc-prose", {}, tab.answer.fault),
				),
			);
			this.seen(tab);
			return;
		}
		this.box.replaceChildren(this.frame(tab));
		this.box.scrollTop = 0;
	}

	broken(tab, message) {
		this.box.replaceChildren(
			el(
				"div.sc-empty",
				{ role: "alert" },
				el("p", {}, message),
				button(__("Try again"), { onclick: () => this.show(tab) }),
			),
		);
	}

	frame(tab) {
		const end = el("div.sc-paper-end", { "aria-hidden": "true" });
		const holder = this.sheet_of(this.label(tab), tab.answer.html, () => this.watch(tab, end));
		return el("div", {}, holder, end, this.onward(tab));
	}

	// No script runs in it and it reaches nothing outside; the page measures it to show it whole.
	sheet_of(title, html, on_load = () => {}) {
		const sheet = el("iframe", {
			title,
			sandbox: "allow-same-origin",
			scrolling: "no",
			tabindex: "-1",
		});
		const holder = el("div.sc-paper", {}, sheet);
		sheet.addEventListener("load", () => {
			if (!sheet.contentDocument?.body?.childElementCount) return;
			this.fit(holder, sheet);
			on_load();
		});
		sheet.srcdoc = html;
		return holder;
	}

	/** Under a paper: the next of those not read yet. */
	onward(tab) {
		const at = this.tabs.indexOf(tab);
		const next = [...this.tabs.slice(at + 1), ...this.tabs.slice(0, at)].find(
			(one) => one.sheet && one.action === tab.action && !this.read.has(one.key),
		);
		if (!next) return null;
		return el(
			"div.sc-paper-next",
			{},
			button(__("Next paper: {0}", [this.label(next)]), {
				class: "btn btn-default sc-thumb",
				onclick: () => {
					this.show(next);
					if (narrow()) this.node.scrollIntoView({ block: "start" });
					else this.box.focus({ preventScroll: true });
				},
			}),
		);
	}

	fit(holder, sheet) {
		const body = sheet.contentDocument?.body;
		if (!body) return;
		if (narrow()) body.style.padding = "6mm 4mm";
		sheet.style.width = "2000px";
		const width = Math.ceil(body.getBoundingClientRect().width);
		sheet.style.width = `${width}px`;
		const height = Math.ceil(body.getBoundingClientRect().height);
		sheet.style.height = `${height}px`;
		const whole = Math.max(0.3, (this.box.clientWidth - (narrow() ? 2 : 24)) / width);
		const scale = this.zoom || Math.min(1.15, whole);
		this.scale = scale;
		sheet.style.transform = `scale(${scale})`;
		holder.style.width = `${Math.floor(width * scale)}px`;
		holder.style.height = `${Math.ceil(height * scale)}px`;
	}

	refit() {
		const sheet = this.box.querySelector("iframe[sandbox]");
		if (sheet) this.fit(sheet.parentNode, sheet);
	}

	watch(tab, end) {
		this.watcher?.disconnect();
		this.watcher = new IntersectionObserver((entries) => {
			if (entries.some((entry) => entry.isIntersecting)) this.seen(tab);
		});
		this.watcher.observe(end);
	}

	seen(tab) {
		if (this.read.has(tab.key)) return;
		this.read.add(tab.key);
		this.write_tabs();
		this.on_read(this.read);
	}

	sheet_tools(tab) {
		const change = (step) => {
			const now = this.scale || 1;
			const next =
				step > 0
					? ZOOM.find((z) => z > now + 0.02)
					: [...ZOOM].reverse().find((z) => z < now - 0.02);
			this.zoom = next || this.zoom || now;
			this.refit();
		};
		const small = { class: "btn btn-xs btn-default" };
		return [
			el(
				"span.text-muted",
				{},
				tab.later
					? __("Draft; issued in the step “{0}”", [tab.step_title])
					: __("Draft; issued by this act"),
			),
			el(
				"span.sc-buttons",
				{ role: "group", "aria-label": __("Size of the paper") },
				button("－", { ...small, "aria-label": __("Smaller"), onclick: () => change(-1) }),
				button(__("Fit the width"), {
					...small,
					onclick: () => {
						this.zoom = 0;
						this.refit();
					},
				}),
				button("＋", { ...small, "aria-label": __("Larger"), onclick: () => change(1) }),
				button(__("As PDF"), {
					...small,
					onclick: () => open_posted_pdf("approval.paper_pdf", { task: this.task, key: tab.key }),
				}),
			),
		];
	}

	/** Show a file of the case where the papers stand. */
	show_file(title, address) {
		let tab = this.tabs.find((one) => one.key === address);
		if (!tab) {
			tab = { key: address, title, address };
			this.tabs.push(tab);
		}
		this.show(tab);
		if (narrow()) this.node.scrollIntoView({ block: "start" });
		else this.box.focus({ preventScroll: true });
	}

	show_file_of(tab) {
		const close = () => {
			this.tabs.splice(this.tabs.indexOf(tab), 1);
			this.tabs.length ? this.show(this.tabs[0]) : this.nothing();
		};
		const whole = el(
			"a.btn.btn-xs.btn-default",
			{ href: tab.address, target: "_blank", rel: "noopener noreferrer" },
			__("Open in a window of its own"),
		);
		this.tools.replaceChildren(
			el("span.text-muted", {}, __("File of the case")),
			el(
				"span.sc-buttons",
				{},
				whole,
				button(__("Close the file"), { class: "btn btn-xs btn-default", onclick: close }),
			),
		);
		const path = tab.address.split("?")[0];
		const issued = new URLSearchParams(tab.address.split("?")[1]).get("notice");
		const is_pdf = /\.pdf$/i.test(path) || issued;
		if (PICTURE.test(path))
			this.box.replaceChildren(el("img.sc-file", { src: tab.address, alt: tab.title }));
		else if (is_pdf && !narrow())
			this.box.replaceChildren(el("iframe.sc-file", { src: tab.address, title: tab.title }));
		else if (issued) this.show_issued(tab, issued);
		else
			this.box.replaceChildren(
				this.outside(
					tab,
					is_pdf
						? __("Phones show PDF files in a window of their own.")
						: __(
								"This kind of file cannot be shown here. Open it with a program of your computer.",
							),
				),
			);
		this.box.scrollTop = 0;
	}

	outside(tab, text) {
		return el(
			"div.sc-empty",
			{},
			el("p", {}, text),
			el(
				"a.btn.btn-primary.sc-thumb",
				{ href: tab.address, target: "_blank", rel: "noopener noreferrer" },
				__("Open the file"),
			),
		);
	}

	/** An issued paper where no PDF can be shown: its text, as it was issued. */
	async show_issued(tab, notice) {
		if (!tab.html) {
			this.box.replaceChildren(el("div.sc-loading", {}, __("The paper is being opened…")));
			try {
				tab.html = (await send("approval.issued", { notice })).html;
			} catch (error) {
				if (this.current === tab) this.box.replaceChildren(this.outside(tab, error.message));
				return;
			}
		}
		if (this.current !== tab) return;
		this.box.replaceChildren(
			el("p.sc-note", {}, __("The text as it was issued. The PDF is the paper itself.")),
			this.sheet_of(tab.title, tab.html),
		);
	}
}
