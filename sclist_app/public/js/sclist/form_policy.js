import { get } from "./calls";

const OPEN = ["Edit", "Required"];
const CLOSED = ["Hidden", "Masked"];

// doctype and bureau → what a new document may bring
const of_new = new Map();

/**
 * Hides, locks, stars and masks the fields of a form as the server will judge them again on saving.
 *
 * The policy comes with the document, so it stands before the fields are drawn. The values of hidden fields are not
 * in the browser, those of masked ones are masked already.
 */
export function apply_form_policy(frm) {
	if (frm.is_new()) return for_new(frm);
	const policy = frm.doc.__onload?.sclist_policy;
	if (!policy) return;
	apply(frm, policy);
	if (policy.open) frm.enable_save();
	else frm.disable_save();
}

async function for_new(frm) {
	watch_bureau(frm);
	const { doctype, docname } = frm;
	const bureau = frm.doc.bureau;
	if (!bureau) return;
	const key = `${doctype} ${bureau}`;
	if (!of_new.has(key)) of_new.set(key, get("fields.of_new", { doctype, bureau }).catch(() => null));
	const policy = await of_new.get(key);
	if (policy && frm.docname === docname && frm.is_new()) apply(frm, policy);
}

const watched = new Set();

function watch_bureau(frm) {
	if (watched.has(frm.doctype)) return;
	watched.add(frm.doctype);
	frappe.ui.form.on(frm.doctype, "bureau", (form) => form.is_new() && for_new(form));
}

function apply(frm, policy) {
	// the DocType's own fields; what is set below goes to the copy of this document
	for (const df of frappe.get_meta(frm.doctype).fields) {
		const said = policy.fields[df.fieldname];
		if (!said || (frm.is_new() && df.fieldname === "bureau")) continue;
		const set = (property, value) => frm.set_df_property(df.fieldname, property, value);
		if (!df.read_only) set("read_only", OPEN.includes(said) ? 0 : 1);
		set("reqd", said !== "Hidden" && (df.reqd || said === "Required") ? 1 : 0);
		for_this_step(frm, df.fieldname, "hidden", said === "Hidden", set, [1, df.hidden || 0]);
		const told = [__("Masked for you in this step"), df.description || ""];
		for_this_step(frm, df.fieldname, "description", said === "Masked", set, told);
	}
	for (const [name, said] of Object.entries(policy.fields)) {
		const [table, column] = name.split(".");
		if (column) apply_column(frm, table, column, said);
	}
}

function apply_column(frm, table, column, said) {
	const grid = frm.fields_dict[table]?.grid;
	const df = frappe.meta.get_docfield(grid?.doctype, column);
	if (!df) return;
	const set = (property, value) => {
		// the copy of this document, which the grid takes over when it is drawn, and the rows drawn already
		frappe.meta.get_docfield(grid.doctype, column, frm.docname)[property] = value;
		frm.set_df_property(table, property, value, frm.docname, column);
	};
	set("read_only", OPEN.includes(said) ? 0 : 1);
	set("reqd", said === "Required" || (df.reqd && !CLOSED.includes(said)) ? 1 : 0);
	for_this_step(frm, `${table}.${column}`, "hidden", said === "Hidden", set, [1, df.hidden || 0], () =>
		// the grid keeps the columns it once chose, and so does each of its rows
		grid.reset_grid()
	);
}

// What one step changed, the next one puts back; what other scripts set is left alone.
function for_this_step(frm, name, property, wanted, set, [now, else_], then = () => {}) {
	frm.sclist_steered = frm.sclist_steered || new Set();
	const key = `${frm.docname} ${name} ${property}`;
	if (!wanted && !frm.sclist_steered.has(key)) return;
	set(property, wanted ? now : else_);
	if (wanted) frm.sclist_steered.add(key);
	else frm.sclist_steered.delete(key);
	then();
}
