import { button, el, only_for_readers } from "./dom";
import { get } from "./calls";
import { follow, list_link, page_link } from "./addresses";
import { approving, job } from "./my_desk";
import { fills_forms, my_posts } from "./posts";
import { asked_for_tour, offer_tour, start_tour } from "./tour";

const MINE = [
	["open", () => __("Waiting for me")],
	["today", () => __("Due today")],
	["overdue", () => __("Overdue"), true],
	["returned", () => __("Sent back to me")],
];

/** What whoever fills in the forms begins, by post. */
const BEGIN = {
	case_officer: () => [
		[__("New listing case"), () => sclist.new_case()],
		[__("New Penalty"), () => frappe.new_doc("SC Penalty")],
		[__("New Entity"), () => frappe.new_doc("SC Entity")],
	],
	acceptance_clerk: () => [
		[__("Register an Application"), () => frappe.new_doc("SC Repair Application")],
	],
	credit_officer: () => [[__("Register an Objection"), () => frappe.new_doc("SC Objection")]],
};

/** The list that posts with no task open look into. */
const LOOK = {
	document_officer: () => [__("Look at the papers"), () => frappe.set_route("List", "SC Notice")],
	service_officer: () => [__("Look at the papers"), () => frappe.set_route("List", "SC Notice")],
	credit_officer: () => [
		__("Look at the list in force"),
		() => frappe.set_route("List", "SC Listing Record"),
	],
	publisher: () => [
		__("Look at the publications"),
		() => frappe.set_route("List", "SC Publication"),
	],
	publication_reviewer: () => [
		__("Look at the publications"),
		() => frappe.set_route("List", "SC Publication"),
	],
	verifier: () => [
		__("Look at the applications"),
		() => frappe.set_route("List", "SC Repair Application"),
	],
};

/** For whoever writes the rules of a bureau. */
const CONFIGURE = () => [
	[__("Copy a model or go on with a draft"), () => frappe.set_route("procedure-studio")],
];

function begun() {
	return fills_forms() ? my_posts().flatMap((post) => BEGIN[post]?.() || []) : [];
}

/** What an empty page says and offers, by kind of user. */
const NOTHING = {
	casework: () =>
		begun().length
			? [__("Begin something new above; tasks appear here by themselves."), null]
			: [
					__("As soon as a case reaches your post, it appears here."),
					my_posts()
						.map((post) => LOOK[post]?.())
						.find(Boolean) || [
						__("Look at the cases in progress"),
						() => frappe.set_route("List", "SC Case"),
					],
				],
	approvals: () => [
		__("As soon as a case reaches your post, it appears here."),
		[__("Look at the cases in progress"), () => frappe.set_route("List", "SC Case")],
	],
	supervision: () => [
		__("You have no tasks of your own. Above you see where the bureaus stand."),
		[__("By Bureau"), () => frappe.set_route("sc-bureaus")],
	],
	rules: () => [
		__("You have no tasks of your own. Above you see the state of the rules."),
		[__("Procedure Versions"), () => frappe.set_route("List", "SC Procedure Version")],
	],
};

/** The first page of a kind of user, inside a block of its workspace. */
export function show_home(host, home) {
	const place = el("div.sc-home", { "data-home": home });
	host.replaceChildren(place);
	const load = () => fill(place, home);
	load();
	// coming back from a case, the numbers are those of now
	$(document).on("page-change", function again() {
		if (!place.isConnected) $(document).off("page-change", again);
		else if (place.checkVisibility()) load();
	});
}

async function fill(place, home) {
	if (!my_posts().length) {
		place.replaceChildren(
			el(
				"div.sc-section.sc-empty",
				{},
				__("You hold no post yet. Ask the administrator of your bureau to assign you one.")
			)
		);
		return;
	}
	if (!place.children.length) place.append(el("div.sc-loading", {}, __("Loading your first page…")));
	let data;
	try {
		data = await get("home.shown", { home });
	} catch {
		if (!place.querySelector(".sc-tiles"))
			place.replaceChildren(
				el("div.sc-section.sc-empty", {}, [
					el("p", {}, __("The numbers could not be read.")),
					button(__("Try again"), { onclick: () => fill(place, home) }),
				])
			);
		return;
	}
	const looks = ["supervision", "rules"].includes(home);
	const tasks = [
		tiles(
			__("My tasks"),
			MINE.map(([key, label, hot]) => own(key, label(), data.mine[key], hot))
		),
		home === "casework" ? beginning(begun()) : null,
		home === "approvals" ? approving(data.urgent, data.urgent.length === data.mine.open) : null,
		urgent(data, home),
	];
	const numbers = [
		home === "rules" && frappe.boot.sclist?.configures ? beginning(CONFIGURE()) : null,
		tiles(
			home === "rules" ? __("State of the rules") : __("At a glance"),
			data.figures.map((figure) => tile(figure.key, figure.label, figure.value, figure.hot, of(figure)))
		),
		charts(data.charts),
	];
	// who looks after others seldom has tasks of their own
	const idle = looks && !data.mine.open;
	place.replaceChildren(
		...[
			...(looks ? numbers : tasks),
			...(looks ? (idle ? [urgent(data, home)] : tasks) : numbers),
			el("div.sc-home-foot", {}, button(__("Show me around"), { onclick: () => start_tour(home) })),
		].filter(Boolean)
	);
	if (asked_for_tour()) start_tour(home);
	else offer_tour(home);
}

/** Buttons by which something new is begun. */
function beginning(offers) {
	if (!offers.length) return null;
	return el(
		"div.sc-buttons.sc-home-new",
		{ role: "group", "aria-label": __("Begin something new") },
		offers.map(([label, onclick], i) => button(label, { kind: i ? "default" : "primary", onclick }))
	);
}

function of(figure) {
	return list_link(figure.doctype, figure.filters);
}

function own(key, label, value, hot) {
	return tile(`mine-${key}`, label, value, hot, page_link("sc-desk", key));
}

function tiles(title, list) {
	return el(
		"section.sc-tiles-section",
		{ "aria-label": title },
		el("h5", {}, title),
		el("ul.sc-tiles", {}, list)
	);
}

function tile(key, label, value, hot, href) {
	return el(
		"li",
		{},
		el(
			`a.sc-count${hot && value ? ".sc-hot" : ""}`,
			{ href, "data-figure": key, onclick: follow },
			el("strong", {}, value),
			el("span", {}, label)
		)
	);
}

function urgent(data, home) {
	if (!data.urgent.length) {
		const review = (data.figures || []).find(({ key, value }) => key === "review" && value);
		if (review && frappe.boot.sclist?.approves_rules) return in_review(review);
		const [text, offer] = NOTHING[home]();
		return el(
			"section.sc-section.sc-empty.sc-urgent",
			{},
			el("p", {}, el("strong", {}, __("Nothing waits for you."))),
			el("p", {}, text),
			offer ? button(offer[0], { onclick: offer[1] }) : null
		);
	}
	return el(
		"section.sc-section.sc-urgent",
		{},
		el(
			"div.sc-section-head",
			{},
			el("h5", {}, __("The most urgent")),
			el("a", { href: page_link("sc-desk"), onclick: follow }, __("All my tasks"))
		),
		el("ul.sc-jobs", {}, data.urgent.map(job))
	);
}

/** Versions to approve are no tasks of a case, yet they wait for somebody. */
function in_review({ value, doctype, filters }) {
	return el(
		"section.sc-section.sc-empty.sc-urgent",
		{},
		el("p", {}, el("strong", {}, __("{0} versions wait for your approval.", [value]))),
		el("p", {}, __("Open one: the drawing shows what changes, and there it is approved or sent back.")),
		button(__("See what changes"), {
			onclick: async () => {
				const rows = await frappe.db.get_list(doctype, { filters, limit: 2, order_by: "modified" });
				if (rows.length === 1) frappe.set_route("procedure-studio", rows[0].name);
				else frappe.set_route("List", doctype, filters);
			},
		})
	);
}

function charts(list) {
	if (!list.length) return null;
	return el("div.sc-charts", {}, list.map(chart));
}

/** Bars as a list of links: they can be read aloud, tabbed through and printed. */
function chart({ key, label, bars }) {
	const most = Math.max(...bars.map((bar) => bar.value), 1);
	return el(
		"section.sc-section",
		{ "data-chart": key },
		el("div.sc-section-head", {}, el("h5", {}, label)),
		el(
			"ul.sc-bars",
			{},
			bars.map((bar) =>
				el(
					"li",
					{},
					el(
						"a",
						{ href: of(bar), onclick: follow },
						el("span.sc-bar-label", {}, bar.label),
						el(
							"span.sc-bar-track",
							{ "aria-hidden": "true" },
							bar.value
								? el(`span${bar.hot ? ".sc-hot" : ""}`, {
										style: `width:${(100 * bar.value) / most}%`,
									})
								: null
						),
						only_for_readers("："),
						el("span.sc-bar-value", {}, bar.value)
					)
				)
			)
		)
	);
}
