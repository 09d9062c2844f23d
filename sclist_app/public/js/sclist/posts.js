/** What the session's user holds, as the server put it into the boot data. */
function mine() {
	return frappe.boot.sclist || {};
}

export function my_bureaus() {
	return (mine().bureaus || []).map((bureau) => bureau.name);
}

export function my_posts() {
	const codes = (mine().posts || []).map((post) => (typeof post === "string" ? post : post.post || post.name));
	return [...new Set(codes)];
}

export function default_bureau() {
	return my_bureaus()[0] || "";
}

export function holds_role(...roles) {
	return roles.some((role) => frappe.user_roles.includes(role));
}
