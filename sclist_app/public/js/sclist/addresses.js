/** Addresses inside the desk, whatever its first part is called (/app on 15, /desk on 16). */
function desk() {
	return `/${frappe.utils.get_form_link("User", "x").split("/")[1]}`;
}

export function page_link(...parts) {
	return [desk(), ...parts.map((part) => encodeURIComponent(part))].join("/");
}

/**
 * A list with its filters.
 *
 * @param {Object<string, string|Array>} filters field → value or [operator, value]
 */
export function list_link(doctype, filters = {}) {
	const query = new URLSearchParams();
	for (const [field, value] of Object.entries(filters))
		query.set(field, Array.isArray(value) ? JSON.stringify(value) : value);
	const search = query.toString();
	return page_link(frappe.router.slug(doctype), "view", "list") + (search && `?${search}`);
}

/** Go to such an address without loading the desk anew; for links whose click the framework does not take. */
export function follow(event) {
	if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
	event.preventDefault();
	event.stopPropagation();
	const address = new URL(event.currentTarget.href);
	const options = {};
	for (const [field, value] of address.searchParams)
		options[field] = value.startsWith("[") ? JSON.parse(value) : value;
	frappe.route_options = options;
	frappe.set_route(address.pathname.split("/").slice(2).map(decodeURIComponent));
}
