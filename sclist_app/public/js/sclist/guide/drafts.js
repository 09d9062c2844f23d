import { button, el } from "../dom";
import { moment_text } from "../words";

/**
 * What was typed and not saved survives a closed tab, a lost connection and the end of a session: it is kept in this
 * browser, per user and document, and offered back. Numbers of persons are never kept.
 */
const KEPT = ["SC Case", "SC Penalty", "SC Entity"];
const NEVER = ["id_number", "id_number_sealed", "id_number_key", "phone", "notice_email"];
const ID_NUMBER = /(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/g;
const DAYS = 14;
const PREFIX = "sclist:draft:";
// a stored draft is saved by itself when its form has rested this long
const REST = 30000;

function key(doctype, name) {
	return `${PREFIX}${frappe.session.user}:${doctype}:${name}`;
}

export function remember(doctype, name, content) {
	const at = new Date().toISOString();
	try {
		localStorage.setItem(key(doctype, name), JSON.stringify(scrub({ ...content, at })));
	} catch {
		// the browser's store is full or closed; typing goes on
	}
}

export function recall(doctype, name) {
	try {
		const found = JSON.parse(localStorage.getItem(key(doctype, name)));
		if (!found) return null;
		if (Date.now() - Date.parse(found.at) > DAYS * 86400000) {
			forget(doctype, name);
			return null;
		}
		return { ...found, at_text: moment_text(moment(found.at).format("YYYY-MM-DD HH:mm:ss")) };
	} catch {
		return null;
	}
}

export function forget(doctype, name) {
	try {
		localStorage.removeItem(key(doctype, name));
	} catch {
		// nothing was kept then
	}
}

/** What is typed in a dialog is kept until it has been registered, and stands there again the next time. */
export function keep_dialog(dialog, slot, refill = true) {
	const kept = refill ? recall(...slot) : null;
	let done = false;
	if (kept) {
		dialog.set_values(kept.values);
		const note = el(
			"p.sc-note",
			{ role: "status" },
			__("What you typed on {0} and did not register stands here again.", [kept.at_text]),
			" ",
			button(__("Discard"), {
				class: "btn btn-xs btn-default",
				onclick: () => {
					forget(...slot);
					dialog.clear();
					note.remove();
				},
			})
		);
		dialog.$body.prepend(note);
	}
	const first = JSON.stringify(standing(dialog));
	const keep = () => {
		const values = standing(dialog);
		if (!done && JSON.stringify(values) !== first) remember(...slot, { values });
	};
	const timer = setInterval(keep, 1500);
	dialog.onhide = () => {
		clearInterval(timer);
		keep();
	};
	return () => {
		done = true;
		forget(...slot);
	};
}

/** What stands in the dialog. Its own `get_values` draws needed fields anew, and what is being typed would be gone. */
function standing(dialog) {
	const values = Object.entries(dialog.fields_dict).map(([name, field]) => [name, field.get_value?.()]);
	return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null && value !== ""));
}

function scrub(value) {
	if (typeof value === "string") return value.replace(ID_NUMBER, "");
	if (Array.isArray(value)) return value.map(scrub);
	if (value && typeof value === "object") {
		return Object.fromEntries(
			Object.entries(value)
				.filter(([name]) => !NEVER.includes(name))
				.map(([name, one]) => [name, scrub(one)])
		);
	}
	return value;
}

// ------------------------------------------------------------------- forms

/** Called on every refresh of a form. */
export function keep_draft(frm) {
	if (!KEPT.includes(frm.doctype) || !window.localStorage) return;
	listen(frm.doctype);
	if (frm.sclist_drafted !== frm.docname) {
		frm.sclist_drafted = frm.docname;
		frm.sclist_draft_banner?.remove();
		frm.sclist_first = null;
		frm.sclist_typed = "";
		if (!frm.is_new() && !frm.is_dirty()) begin(frm);
		offer(frm);
	}
	if (!frm.sclist_begins) {
		// a new form begins with what its scripts put in, until somebody types: the field's value comes after its event
		frm.sclist_begins = true;
		frm.wrapper.addEventListener("input", () => begin(frm), true);
	}
	start();
}

/** Keep what stood in the form before anybody typed. */
function begin(frm) {
	if (frm.sclist_first === null) frm.sclist_first = frm.sclist_typed = typed(frm);
}

function slot(frm) {
	return frm.is_new() ? "new" : frm.docname;
}

const listening = new Set();

function listen(doctype) {
	if (listening.has(doctype)) return;
	listening.add(doctype);
	frappe.ui.form.on(doctype, {
		before_save(frm) {
			frm.sclist_slot = slot(frm);
		},
		after_save(frm) {
			forget(frm.doctype, frm.sclist_slot || slot(frm));
			forget(frm.doctype, frm.docname);
			frm.sclist_drafted = frm.docname;
			frm.sclist_typed = frm.sclist_first = typed(frm);
			frm.sclist_draft_banner?.remove();
		},
	});
}

function typed(frm) {
	const out = {};
	for (const df of frm.meta.fields) {
		const value = frm.doc[df.fieldname];
		if (NEVER.includes(df.fieldname) || value === undefined || value === null || value === "") continue;
		if (frappe.model.table_fields.includes(df.fieldtype)) {
			const columns = frappe.get_meta(df.options).fields.map((one) => one.fieldname);
			const rows = value
				.map((row) =>
					Object.fromEntries(columns.filter((one) => row[one]).map((one) => [one, row[one]]))
				)
				.filter((row) => Object.keys(row).length);
			if (rows.length) out[df.fieldname] = rows;
		} else if (!frappe.model.no_value_type.includes(df.fieldtype) && typeof value !== "object") {
			out[df.fieldname] = value;
		}
	}
	return JSON.stringify(out);
}

let timer = null;

function start() {
	if (timer) return;
	timer = setInterval(() => keep(window.cur_frm), 1500);
	const at_once = () => keep(window.cur_frm);
	document.addEventListener("visibilitychange", () => document.hidden && at_once());
	window.addEventListener("pagehide", at_once);
}

function keep(frm) {
	if (!frm?.doc || !KEPT.includes(frm.doctype) || frm.sclist_drafted !== frm.docname) return;
	if (frm.sclist_first === null) return begin(frm);
	const now = typed(frm);
	if (now !== frm.sclist_typed) {
		frm.sclist_typed = now;
		frm.sclist_changed_at = Date.now();
		if (now === frm.sclist_first || (!frm.is_new() && !frm.is_dirty())) return;
		remember(frm.doctype, slot(frm), {
			modified: frm.doc.modified,
			values: JSON.parse(now),
			titles: titles(frm),
			guide: frm.sclist_guide?.guided
				? { stage: frm.sclist_guide.stage, answers: frm.sclist_guide.answers }
				: null,
		});
		return;
	}
	save_by_itself(frm);
}

function titles(frm) {
	const out = [];
	const note = (df, value) => {
		const title = value && df.fieldtype === "Link" && frappe.utils.get_link_title(df.options, value);
		if (title) out.push([df.options, value, title]);
	};
	for (const df of frm.meta.fields) {
		if (frappe.model.table_fields.includes(df.fieldtype)) {
			for (const row of frm.doc[df.fieldname] || [])
				for (const column of frappe.get_meta(df.options).fields) note(column, row[column.fieldname]);
		} else note(df, frm.doc[df.fieldname]);
	}
	return out;
}

function offer(frm) {
	const found = recall(frm.doctype, slot(frm));
	if (!found) return;
	if (JSON.stringify(found.values) === typed(frm)) return;
	const changed = !frm.is_new() && found.modified !== frm.doc.modified;
	const banner = el(
		"div.sc-draft",
		{ role: "status" },
		el(
			"span",
			{},
			__("What you typed on {0} was not saved.", [found.at_text]),
			changed ? ` ${__("The document was changed since; compare before you save.")}` : ""
		),
		el(
			"span.sc-buttons",
			{},
			button(__("Restore"), {
				kind: "primary",
				"data-draft": "restore",
				onclick: () => {
					restore(frm, found);
					banner.remove();
				},
			}),
			button(__("Discard"), {
				"data-draft": "discard",
				onclick: () => {
					forget(frm.doctype, slot(frm));
					banner.remove();
				},
			})
		)
	);
	frm.sclist_draft_banner = banner;
	frm.layout.wrapper.prepend(banner);
}

function restore(frm, found) {
	for (const title of found.titles || []) frappe.utils.add_link_title(...title);
	for (const df of frm.meta.fields) {
		const value = found.values[df.fieldname];
		const field = frm.fields_dict[df.fieldname];
		if (value === undefined || !field) continue;
		if (frappe.model.table_fields.includes(df.fieldtype)) {
			frm.clear_table(df.fieldname);
			for (const row of value) Object.assign(frm.add_child(df.fieldname), row);
		} else if (!(df.set_only_once && !frm.is_new())) frm.doc[df.fieldname] = value;
	}
	frm.dirty();
	frm.refresh();
	frm.sclist_typed = "";
	if (found.guide && frm.sclist_guide) {
		frm.sclist_guide.answers = found.guide.answers || {};
		frm.sclist_guide.go(found.guide.stage || 1);
	}
	frappe.show_alert({ message: __("Restored. Save it to keep it."), indicator: "blue" });
}

// --------------------------------------------------------- saving by itself

/** A stored case whose form has rested is saved, if nothing it needs is missing; it never moves on by that. */
function save_by_itself(frm) {
	if (frm.doctype !== "SC Case" || frm.is_new() || !frm.is_dirty() || frm.sclist_saving_itself) return;
	if (!frm.doc.__onload?.sclist_policy?.open) return;
	if (!frm.sclist_changed_at || Date.now() - frm.sclist_changed_at < REST) return;
	if (frm.sclist_refused === frm.sclist_typed || busy() || incomplete(frm)) return;
	frm.sclist_saving_itself = true;
	const was = frm.sclist_typed;
	if (frm.sclist_guide?.guided) frm.sclist_guide.saving = true;
	frm.save("Save", null, null, () => (frm.sclist_refused = was))
		.then(() => {
			if (!frm.is_dirty())
				frappe.show_alert({ message: __("The draft was saved by itself."), indicator: "green" });
		})
		.catch(() => (frm.sclist_refused = was))
		.finally(() => (frm.sclist_saving_itself = false));
}

function busy() {
	return Boolean(
		document.querySelector(".modal.show, .grid-row-open, .grid-row .form-control:focus, .awesomplete ul:not([hidden]) li")
	);
}

function incomplete(frm) {
	const lacks = (doc, fields) =>
		fields.some((df) => df.reqd && !["Section Break", "Column Break"].includes(df.fieldtype) && !doc[df.fieldname]);
	if (lacks(frm.doc, frm.meta.fields)) return true;
	return frm.meta.fields
		.filter((df) => frappe.model.table_fields.includes(df.fieldtype))
		.some((df) => (frm.doc[df.fieldname] || []).some((row) => lacks(row, frappe.get_meta(df.options).fields)));
}
