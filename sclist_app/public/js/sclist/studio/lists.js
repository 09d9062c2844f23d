import { get } from "../calls";
import { badge, el, table } from "../dom";
import { copy_version } from "../version_tools";

export const COLOURS = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" };
const RANK = Object.keys(COLOURS);
const MOST = 100;

/** Which versions there are: one's own first, then what may be copied, the others folded. */
export async function version_lists() {
	const { bureaus: places = [], configures } = frappe.boot.sclist || {};
	const own = places.map((bureau) => bureau.name);
	const above = await superiors(own);
	const [mine, models, all, applying] = await Promise.all([
		own.length ? versions({ bureau: ["in", own] }) : [],
		above.length ? versions({ bureau: ["in", above], status: "Published" }) : [],
		versions({}),
		Promise.all(
			[...own, ...above].map((bureau) =>
				get("procedures.applying", { bureau }).catch(() => []),
			),
		),
	]);
	const used = new Set(applying.flat().map((row) => row.version));
	const known = new Set([...mine, ...models].map((row) => row.name));
	const others = all.filter((row) => !known.has(row.name));
	const names = await bureau_names([...mine, ...models, ...others]);
	const list = (title, rows) => versions_table(title, rows, names, used);
	const to_copy = (title, rows) =>
		versions_table(title, rows, names, used, configures && own.length ? places : []);
	return el(
		"div.sc-section",
		{},
		el(
			"p.text-muted",
			{},
			__("Choose the procedure to look at or to change. A published one is copied first."),
		),
		own.length ? part(__("Of this bureau"), mine, list, __(
			"There is no version of your own yet. Copy one of the models below.",
		)) : null,
		models.length
			? part(__("Models: published versions of superior bureaus"), models, to_copy)
			: null,
		others.length
			? el(
					"details",
					known.size ? {} : { open: "" },
					el("summary", {}, __("Of other bureaus ({0})", [others.length])),
					list(__("Procedure Versions"), others),
				)
			: null,
		known.size || others.length ? null : el("p", {}, __("There are no procedures you may read.")),
	);
}

function part(title, rows, list, empty) {
	return el(
		"section",
		{},
		el("h5", {}, title),
		rows.length ? list(title, rows) : el("p.text-muted", {}, empty),
	);
}

async function versions(filters) {
	const rows = await frappe.db.get_list("SC Procedure Version", {
		fields: ["name", "version_title", "status", "kind", "bureau", "modified"],
		filters,
		order_by: "modified desc",
		limit: MOST,
	});
	return rows.sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status));
}

async function superiors(own) {
	if (!own.length) return [];
	const places = await bureaus({ name: ["in", own] });
	const found = await Promise.all(
		places.map(({ lft, rgt }) => bureaus({ lft: ["<", lft], rgt: [">", rgt] })),
	);
	return [...new Set(found.flat().map((bureau) => bureau.name))].filter(
		(name) => !own.includes(name),
	);
}

async function bureau_names(rows) {
	const wanted = [...new Set(rows.map((row) => row.bureau || ""))];
	const found = wanted.length ? await bureaus({ name: ["in", wanted] }) : [];
	return new Map(found.map((bureau) => [bureau.name, bureau.bureau_name]));
}

function bureaus(filters) {
	return frappe.db.get_list("SC Bureau", {
		fields: ["name", "bureau_name", "lft", "rgt"],
		filters,
		order_by: "lft asc",
		limit: MOST,
	});
}

/** places: the bureaus one may copy for; none where a row is only opened. */
function versions_table(title, rows, names, used, places = []) {
	const go = (name) => (event) => {
		event.preventDefault();
		frappe.set_route("procedure-studio", name);
	};
	return table(
		title,
		[
			__("Version"),
			__("Kind"),
			__("Bureau"),
			__("Status"),
			...(places.length ? [__("Copy")] : []),
		],
		rows.map((row) => [
			el(
				"a",
				{
					href: `/app/procedure-studio/${encodeURIComponent(row.name)}`,
					onclick: go(row.name),
				},
				row.version_title || row.name,
			),
			__(row.kind),
			names.get(row.bureau) || "—",
			[
				badge(__(row.status), COLOURS[row.status]),
				" ",
				used.has(row.name) ? badge(__("In use"), "green") : null,
			],
			...(places.length ? [copy_button(row, places)] : []),
		]),
	);
}

function copy_button(row, places) {
	const copy = () =>
		copy_version(
			{ name: row.name, kind: row.kind, kind_label: __(row.kind) },
			{
				fieldtype: "Select",
				options: places.map(({ name, bureau_name }) => ({ value: name, label: bureau_name })),
				default: places[0].name,
			},
			places[0].bureau_name,
			(made) => frappe.set_route("procedure-studio", made),
		);
	return el(
		"button.btn.btn-xs.btn-default",
		{
			type: "button",
			onclick: copy,
			"aria-label": `${__("Copy for a bureau")}：${row.version_title}`,
		},
		__("Copy for a bureau"),
	);
}
