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
// columns that hold several, separated by commas
const STEP_LISTS = [
	["transitions", "target"],
	["steps", "waits_for"],
	["steps", "separate_from"],
];

const steps_of = (frm) =>
	(frm.doc.steps || [])
		.filter((row) => row.code)
		.map((row) => ({ value: row.code, label: `${row.code} ${row.title || ""}`.trim() }));

// a field for several writes what it shows: the codes, with the titles beside them in the list
const codes_of = (frm) =>
	(frm.doc.steps || [])
		.filter((row) => row.code)
		.map((row) => ({ value: row.code, label: row.code, description: row.title || "" }));

function conditions_of(frm) {
	const codes = new Set((frm.doc.conditions || []).map((row) => row.code).filter(Boolean));
	return [...codes].map((value) => ({ value, label: value }));
}

function buttons_of(frm, { step }) {
	const rows = (frm.doc.transitions || []).filter((row) => row.step === step && row.action);
	return [...new Map(rows.map((row) => [row.action, row.label])).entries()].map(([value, label]) => ({
		value,
		label: `${value} ${label || ""}`.trim(),
	}));
}

function values_of(_frm, { field }) {
	const fact = frappe.boot.sclist?.facts?.[field];
	if (fact?.type === "flag")
		return [
			{ value: "1", label: __("Yes") },
			{ value: "0", label: __("No") },
		];
	return (fact?.options || []).map((value) => ({ value, label: __(value) }));
}

// What is offered when a cell is entered: rows may have been added since the form was opened.
const OFFERED = {
	...Object.fromEntries(
		Object.entries(STEP_COLUMNS).map(([table, column]) => [`${table}.${column}`, steps_of])
	),
	...Object.fromEntries(STEP_LISTS.map(([table, column]) => [`${table}.${column}`, codes_of])),
	"transitions.condition": conditions_of,
	"documents.action": buttons_of,
	"conditions.value": values_of,
};

/** In a draft, steps, buttons, conditions, facts and values are chosen by their names; nobody types a code of one. */
function offer_codes(frm) {
	for (const [table, column] of Object.entries(STEP_COLUMNS)) choose(frm, table, column, steps_of(frm));
	for (const [table, column] of STEP_LISTS) choose(frm, table, column, codes_of(frm), "MultiSelect");
	choose(frm, "transitions", "condition", conditions_of(frm));
	choose(frm, "documents", "action", []);
	choose(frm, "conditions", "value", []);
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
	const said = (table, column, words) =>
		frm.fields_dict[table]?.grid?.update_docfield_property(column, "formatter", (value, _df, _options, row) =>
			frappe.utils.escape_html(value ? words(value, row) : "")
		);
	said("conditions", "field", (value) => names.get(value) || value);
	said("conditions", "value", (value, row) => value_words(row, value));
	// the studio's words for the same rows
	const titles = (value) => {
		const known = new Map(steps_of(frm).map((step) => [step.value, step.label]));
		return value
			.split(/[,，\s]+/)
			.filter(Boolean)
			.map((code) => known.get(code) || code)
			.join("、");
	};
	for (const [table, column] of [...Object.entries(STEP_COLUMNS), ...STEP_LISTS]) said(table, column, titles);
	for (const table of new Set(Object.keys(OFFERED).map((place) => place.split(".")[0]))) {
		const grid = frm.fields_dict[table]?.grid;
		grid?.refresh();
		grid?.wrapper.off("focusin.sclist").on("focusin.sclist", "input", (event) => renew(frm, table, grid, event));
	}
}

function renew(frm, table, grid, { target }) {
	const name = target.closest(".grid-row")?.dataset.name;
	const column = target.closest("[data-fieldname]")?.dataset.fieldname;
	const row = grid.grid_rows_by_docname?.[name];
	const offer = OFFERED[`${table}.${column}`];
	if (!row || !offer) return;
	for (const control of [row.on_grid_fields_dict?.[column], row.grid_form?.fields_dict?.[column]]) {
		if (control?.input !== target || !control.set_data) continue;
		control.df.options = offer(frm, row.doc);
		control.set_data(control.df.options);
		// "1" is shown as yes, as it is in the list
		if (column === "value" && control.df.options.some(({ value }) => value === control.value))
			control.set_formatted_input(control.value);
	}
}

// A list keeps what was typed: several values stand in one cell, and a code may be entered before its row.
function choose(frm, table, column, options, fieldtype = "Autocomplete") {
	const grid = frm.fields_dict[table]?.grid;
	if (!grid) return;
	grid.update_docfield_property(column, "fieldtype", fieldtype);
	grid.update_docfield_property(column, "ignore_validation", 1);
	grid.update_docfield_property(column, "options", options);
}

function value_words(row, value) {
	const fact = frappe.boot.sclist?.facts?.[row?.field];
	if (!value || !fact) return value || "";
	if (fact.type === "flag") return ["1", "true", "yes", "是"].includes(value) ? __("Yes") : __("No");
	return fact.options?.length ? value.split(/[,，]/).map((one) => __(one.trim())).join("、") : value;
}
