/**
 * A DOM element. Text becomes a text node, so nothing a user typed is ever read as HTML.
 *
 * @param {string} tag "div.class.other"
 * @param {Object} [attrs] attributes; on* functions become listeners; false, null and undefined are left out
 * @param {...(Node|string|number|Array|null|false)} children
 */
export function el(tag, attrs, ...children) {
	const [name, ...classes] = tag.split(".");
	const node = document.createElement(name || "div");
	if (classes.length) node.className = classes.join(" ");
	for (const [key, value] of Object.entries(attrs || {})) {
		if (value === false || value === null || value === undefined) continue;
		if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
		else node.setAttribute(key, value === true ? "" : value);
	}
	append(node, children);
	return node;
}

function append(node, children) {
	for (const child of children) {
		if (Array.isArray(child)) append(node, child);
		else if (child === null || child === undefined || child === false || child === "") continue;
		else node.append(child instanceof Node ? child : String(child));
	}
}

export function badge(text, colour = "gray") {
	return el(`span.sc-badge.sc-${colour}`, {}, text);
}

export function only_for_readers(text) {
	return el("span.sr-only", {}, text);
}

export function button(label, options = {}) {
	const { kind = "default", ...attrs } = options;
	return el(`button.btn.btn-sm.btn-${kind}`, { type: "button", ...attrs }, label);
}

/** A date that does not break over two lines. */
export function on_one_line(text) {
	return text ? el("span.sc-line", {}, text) : "";
}

/** A link out, or plain text where the address is not http(s). */
export function link_out(address, label) {
	if (!/^(https?:\/\/|\/)/i.test(address || "")) return el("span", {}, label || address || "");
	return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label || address);
}

export function form_link(doctype, name, label) {
	return el("a", { href: frappe.utils.get_form_link(doctype, name) }, label || name);
}

/** A section of the panel with a heading; null where there is nothing to show. */
export function section(title, body, extra) {
	if (!body) return null;
	return el(
		"section.sc-section",
		{},
		el("div.sc-section-head", {}, el("h5", {}, title), extra || null),
		body
	);
}

function is_empty(cell) {
	return cell === "" || cell === null || cell === undefined;
}

/**
 * A table that turns into cards on a narrow screen.
 *
 * @param {string} caption for screen readers
 * @param {string[]} heads
 * @param {Array<Array<Node|string|Array>>} rows
 */
export function table(caption, heads, rows) {
	return el(
		"table.sc-table",
		{},
		el("caption.sr-only", {}, caption),
		el(
			"thead",
			{},
			el(
				"tr",
				{},
				heads.map((head) => el("th", { scope: "col" }, head))
			)
		),
		el(
			"tbody",
			{},
			rows.map((row) =>
				el(
					"tr",
					{},
					row.map((cell, i) =>
						el("td", { "data-head": heads[i] }, is_empty(cell) ? null : el("div", {}, cell))
					)
				)
			)
		)
	);
}
