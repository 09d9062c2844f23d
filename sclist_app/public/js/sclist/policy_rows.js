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
	const steps = (frm.doc.steps || []).filter((row) => row.code);
	grid.update_docfield_property("step", "fieldtype", "Autocomplete");
	grid.update_docfield_property(
		"step",
		"options",
		steps.map((row) => ({ value: row.code, label: `${row.code} ${row.title || ""}` }))
	);
	grid.refresh();
}
