import { get } from "./calls";

// kind of procedure → its steerable fields
const known = new Map();

/** In a draft, the form-policy table offers the fields of the document by their labels, and the steps by their titles. */
export async function offer_fields(frm) {
	const grid = frm.fields_dict.fields?.grid;
	const kind = frm.doc.kind;
	if (!grid || !kind) return;
	if (!known.has(kind)) known.set(kind, get("fields.steerable", { kind }).catch(() => []));
	const fields = await known.get(kind);
	if (frm.doc.kind !== kind) return;
	const labels = new Map(fields.map((row) => [row.value, row.label]));
	grid.update_docfield_property("field", "fieldtype", "Autocomplete");
	grid.update_docfield_property("field", "options", fields);
	grid.update_docfield_property("field", "formatter", (value) =>
		frappe.utils.escape_html(labels.get(value) || value || "")
	);
	grid.update_docfield_property(
		"field",
		"description",
		__("A field of the form, or a column of one of its tables")
	);
	grid.refresh();
	offer_codes(frm); // the grids of the other tabs stand only now
}

// table → columns that hold the code of a step
const STEP_COLUMNS = { transitions: "step", limits: "step", materials: "step", documents: "step", fields: "step" };

/** In a draft, steps, conditions and facts are chosen by their names; nobody types a code of one. */
function offer_codes(frm) {
	const steps = (frm.doc.steps || [])
		.filter((row) => row.code)
		.map((row) => ({ value: row.code, label: `${row.code} ${row.title || ""}` }));
	for (const [table, column] of Object.entries(STEP_COLUMNS)) choose(frm, table, column, steps);
	const codes = new Set((frm.doc.conditions || []).map((row) => row.code).filter(Boolean));
	choose(
		frm,
		"transitions",
		"condition",
		[...codes].map((code) => ({ value: code, label: code }))
	);
	const facts = Object.entries(frappe.boot.sclist?.facts || {}).filter(
		([, fact]) => !fact.kinds?.length || fact.kinds.includes(frm.doc.kind)
	);
	const names = new Map(facts.map(([name, { label }]) => [name, label]));
	choose(
		frm,
		"conditions",
		"field",
		facts.map(([value, { label }]) => ({ value, label }))
	);
	const grid = frm.fields_dict.conditions?.grid;
	grid?.update_docfield_property("field", "formatter", (value) =>
		frappe.utils.escape_html(names.get(value) || value || "")
	);
	grid?.update_docfield_property("value", "formatter", (value, _df, _options, row) =>
		frappe.utils.escape_html(value_words(row, value))
	);
	grid?.refresh();
}

// A list keeps what was typed: several values stand in one cell, and a code may be entered before its row.
function choose(frm, table, column, options) {
	const grid = frm.fields_dict[table]?.grid;
	if (!grid) return;
	grid.update_docfield_property(column, "fieldtype", "Autocomplete");
	grid.update_docfield_property(column, "ignore_validation", 1);
	grid.update_docfield_property(column, "options", options);
	grid.refresh();
}

function value_words(row, value) {
	const fact = frappe.boot.sclist?.facts?.[row?.field];
	if (!value || !fact) return value || "";
	if (fact.type === "flag") return ["1", "true", "yes", "是"].includes(value) ? __("Yes") : __("No");
	return fact.options?.length ? value.split(/[,，]/).map((one) => __(one.trim())).join("、") : value;
}
