/** What the session's user holds, as the server put it into the boot data. */
function mine() {
	return frappe.boot.sclist || {};
}

/** @returns {Array<{name: string, bureau_name: string}>} */
export function my_bureaus() {
	return mine().bureaus || [];
}

export function my_bureau_codes() {
	return my_bureaus().map((bureau) => bureau.name);
}

/** Bureaus in which the user registers entities, penalties and cases. */
export function filling_bureaus() {
	return mine().fills_forms || [];
}

export function fills_forms() {
	return filling_bureaus().length > 0;
}

export function my_posts() {
	return mine().posts || [];
}

export function default_bureau() {
	return filling_bureaus()[0] || my_bureau_codes()[0] || "";
}

// The posts that look below; the server asks the posts themselves again.
const LOOKING_BELOW = [
	"SC Supervisor",
	"SC Auditor",
	"SC Principal Leader",
	"SC Deputy Leader",
	"SC Credit Officer",
];

export function reads_below() {
	return (
		mine().reads_below ??
		(my_posts().length > 0 && LOOKING_BELOW.some((role) => frappe.user_roles.includes(role)))
	);
}

/** Links to the user's own bureaus show their names before any document has been read. */
export function name_own_bureaus() {
	for (const bureau of my_bureaus())
		frappe.utils.add_link_title("SC Bureau", bureau.name, bureau.bureau_name);
}

/** The desk names a page's workspace by its module; ours are by post, so only those open to the user count. */
export function keep_open_workspaces() {
	const shown = frappe.boot.allowed_workspaces || frappe.boot.sidebar_pages?.pages;
	const all = frappe.boot.module_wise_workspaces;
	if (!shown || !all) return;
	const names = new Set(shown.map((page) => page.name));
	for (const module of Object.keys(all)) {
		if (module === "SCList App")
			all[module] = all[module].filter((name) => names.has(name)).sort(by_place(shown));
	}
}

function by_place(pages) {
	const place = new Map(pages.map((page, i) => [page.name, i]));
	return (a, b) => place.get(a) - place.get(b);
}
