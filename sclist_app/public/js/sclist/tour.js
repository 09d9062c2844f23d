import { button, el } from "./dom";
import { post_quietly } from "./calls";
import { page_link } from "./addresses";

/*
 * A walk over the first page, once a user and again from the help menu. Not the framework's Form Tour: its driver is
 * another one in 15 and in 16, and neither can be left with the keyboard alone.
 */

const MENU = () => [
	"#navbar-search, .search-bar input, .navbar-search-bar",
	__("Find anything"),
	__("Type the name of an entity, a document number or a page here. The keys written in it bring you here from anywhere."),
];
const BELL = () => [
	".dropdown-notifications:not(.hidden), .sidebar-notification, .notifications-icon",
	__("Messages"),
	__("New tasks, limits that come near and what was sent back are announced here."),
];
const MINE = () => [
	"[data-figure='mine-open']",
	__("What waits for you"),
	__("Each number opens the list behind it: all your tasks, those due today, those overdue, those sent back."),
];
const URGENT = () => [
	".sc-urgent",
	__("Begin here"),
	__("The tasks with the nearest end of the limit stand first. One click opens the case at the place where you act."),
];
const BARS = () => [
	".sc-charts",
	__("Where the cases stand"),
	__("Each bar is a link: it opens exactly the documents it counts."),
];

const STOPS = {
	casework: () => [
		MINE(),
		URGENT(),
		[
			".sc-home-new",
			__("Begin something new"),
			__("Register the party, the penalty, then the listing case. What is entered once is not asked again."),
		],
		BARS(),
		BELL(),
		MENU(),
	],
	approvals: () => [
		MINE(),
		URGENT(),
		[
			"[data-figure='late']",
			__("What is late in your bureau"),
			__("Red numbers need somebody's hand. Open them and urge whoever has the task."),
		],
		BARS(),
		BELL(),
	],
	supervision: () => [
		[
			"[data-figure='late']",
			__("What is late below you"),
			__("All numbers count your bureau and the bureaus below it."),
		],
		BARS(),
		[
			".sc-charts [data-chart='cases_by_bureau'], .shortcut-widget-box",
			__("By Bureau"),
			__("The tree of bureaus with the number of each, those below included."),
		],
		BELL(),
		MENU(),
	],
	rules: () => [
		frappe.boot.sclist?.approves_rules && [
			"[data-figure='review']",
			__("What waits for your approval"),
			__("Versions handed in by the rule administrator. Open one: the picture marks what it changes, and there it is approved or sent back."),
		],
		frappe.boot.sclist?.configures && [
			"[data-figure='drafts']",
			__("Your drafts"),
			__("A procedure is changed in a draft. Published versions stay as they are; cases end as they began."),
		],
		[
			"[data-figure='parents']",
			__("When the model changes"),
			__("If the procedure yours was copied from has a newer version, it is counted here; take over what you want."),
		],
		[
			"[data-figure='no_procedure']",
			__("Nobody is left without rules"),
			__("A bureau for which neither it nor one above has a procedure is counted here."),
		],
		[
			".shortcut-widget-box",
			__("To the rules"),
			__("Procedures, templates and limits are opened here. What the law fixes is locked and names its article."),
		],
		MENU(),
	],
};

const KEY = "sclist_tour_";
let running = null;

/** Once a user, when the first page is there. */
export function offer_tour(home) {
	if (running || frappe.defaults.get_user_default(KEY + home)) return;
	start_tour(home);
}

/** From the help menu: on whichever page, the walk begins on the user's first page. */
export function help_tour() {
	const here = document.querySelector(".sc-home");
	if (here && here.checkVisibility()) start_tour(here.dataset.home);
	else {
		sessionStorage.setItem("sclist_tour", "1");
		window.location.href = page_link("");
	}
	return false;
}

export function asked_for_tour() {
	const asked = sessionStorage.getItem("sclist_tour");
	sessionStorage.removeItem("sclist_tour");
	return Boolean(asked);
}

export function start_tour(home) {
	running?.close();
	const stops = STOPS[home]()
		.filter(Boolean)
		.map(([where, title, text]) => ({ node: seen(where), title, text }))
		.filter((stop) => stop.node);
	if (!stops.length) return;
	running = new Tour(home, stops);
}

function seen(where) {
	return [...document.querySelectorAll(where)].find((node) => node.checkVisibility());
}

class Tour {
	constructor(home, stops) {
		Object.assign(this, { home, stops, at: 0, before: document.activeElement });
		this.light = el("div.sc-tour-light", { "aria-hidden": "true" });
		this.box = el("div.sc-tour", { role: "dialog", "aria-modal": "true", "aria-labelledby": "sc-tour-title" });
		this.keys = (event) => this.key(event);
		this.place = () => this.stand();
		document.addEventListener("keydown", this.keys, true);
		// whoever goes on to another page works already
		$(document).one("page-change.sc-tour", () => this.close());
		window.addEventListener("resize", this.place);
		window.addEventListener("scroll", this.place, true);
		document.body.append(this.light, this.box);
		this.show();
	}

	show() {
		const { title, text, node } = this.stops[this.at];
		const last = this.at === this.stops.length - 1;
		this.box.replaceChildren(
			el("h5", { id: "sc-tour-title" }, title),
			el("p", {}, text),
			el(
				"div.sc-tour-foot",
				{},
				el("span.text-muted", {}, __("Stop {0} of {1}", [this.at + 1, this.stops.length])),
				el(
					"div.sc-buttons",
					{},
					last ? null : button(__("Skip the tour"), { onclick: () => this.close() }),
					this.at ? button(__("Previous stop"), { onclick: () => this.go(-1) }) : null,
					button(last ? __("Begin to work") : __("Next stop"), {
						kind: "primary",
						onclick: () => (last ? this.close() : this.go(1)),
					})
				)
			)
		);
		node.scrollIntoView({ block: "center" });
		this.stand();
		this.box.querySelector(".btn-primary").focus({ preventScroll: true });
	}

	/** The light over what is meant, the words under it or over it, always inside the window. */
	stand() {
		const around = this.stops[this.at].node.getBoundingClientRect();
		const gap = 6;
		const top = Math.max(around.top - gap, 4);
		const bottom = Math.min(around.bottom + gap, window.innerHeight - 4);
		Object.assign(this.light.style, {
			top: `${top}px`,
			left: `${Math.max(around.left - gap, 4)}px`,
			width: `${Math.min(around.width + 2 * gap, window.innerWidth - 8)}px`,
			height: `${Math.max(bottom - top, 0)}px`,
		});
		const { offsetWidth: width, offsetHeight: height } = this.box;
		let y = bottom + 10;
		if (y + height > window.innerHeight - 8) y = top - height - 10;
		if (y < 8) y = window.innerHeight - height - 8;
		const x = Math.min(Math.max(around.left, 8), window.innerWidth - width - 8);
		Object.assign(this.box.style, { top: `${y}px`, left: `${Math.max(x, 8)}px` });
	}

	go(by) {
		this.at += by;
		this.show();
	}

	key(event) {
		if (event.key === "Escape") this.close();
		else if (event.key === "ArrowRight" && this.at < this.stops.length - 1) this.go(1);
		else if (event.key === "ArrowLeft" && this.at) this.go(-1);
		else if (event.key === "Tab") this.keep(event);
		else return;
		event.stopPropagation();
	}

	/** The tabulator stays among the buttons of the words. */
	keep(event) {
		const buttons = [...this.box.querySelectorAll("button")];
		const next = buttons.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
		event.preventDefault();
		buttons[(next + buttons.length) % buttons.length].focus();
	}

	close() {
		document.removeEventListener("keydown", this.keys, true);
		$(document).off("page-change.sc-tour");
		window.removeEventListener("resize", this.place);
		window.removeEventListener("scroll", this.place, true);
		this.light.remove();
		this.box.remove();
		running = null;
		window.scrollTo(0, 0);
		this.before?.focus?.({ preventScroll: true });
		const key = KEY + this.home;
		if (frappe.defaults.get_user_default(key)) return;
		frappe.boot.user.defaults[key] = "1";
		post_quietly("home.tour_seen", { tour: this.home }).catch(() => {});
	}
}
