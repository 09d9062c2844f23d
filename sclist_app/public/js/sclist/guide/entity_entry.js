import { el } from "../dom";
import { tell } from "../calls";
import { quietly } from "./guide";
import { keep_dialog } from "./drafts";

const SLOT = ["SC Entity", "quick"];

/** A new party in a dialog: numbers are judged while they are typed, and who is registered already is offered. */
export function enter_entity({ values = {}, done, existing }) {
	const person = "eval:doc.entity_kind=='Person'";
	const unit = "eval:doc.entity_kind!='Person'";
	const dialog = new frappe.ui.Dialog({
		title: __("Register a new party"),
		fields: [
			{
				fieldname: "entity_kind",
				fieldtype: "Select",
				label: __("Entity Kind"),
				options: ["Unit", "Institution", "Person"].map((value) => ({ value, label: __(value) })),
				default: values.entity_kind || "Unit",
				reqd: 1,
				onchange: () => judge(),
			},
			{ fieldname: "entity_name", fieldtype: "Data", label: __("Entity Name"), reqd: 1 },
			{
				fieldname: "uscc",
				fieldtype: "Data",
				label: __("Unified Social Credit Code"),
				depends_on: unit,
				mandatory_depends_on: unit,
				onchange: () => judge(),
			},
			{
				fieldname: "id_type",
				fieldtype: "Select",
				label: __("Certificate Type"),
				options: [
					"Resident Identity Card",
					"Passport",
					"HK, Macao and Taiwan Residence Permit",
					"Foreign Permanent Resident Card",
				].map((value) => ({ value, label: __(value) })),
				default: "Resident Identity Card",
				depends_on: person,
				onchange: () => judge(),
			},
			{
				fieldname: "id_number",
				fieldtype: "Data",
				label: __("Certificate Number"),
				depends_on: person,
				mandatory_depends_on: person,
				onchange: () => judge(),
			},
			{ fieldname: "column", fieldtype: "Column Break" },
			{
				fieldname: "address",
				fieldtype: "Small Text",
				label: __("Registered Address"),
				mandatory_depends_on: unit,
			},
			{
				fieldname: "legal_representative",
				fieldtype: "Data",
				label: __("Legal Representative"),
				depends_on: unit,
				// the notice names who represents the party
				mandatory_depends_on: unit,
			},
			{
				fieldname: "industry",
				fieldtype: "Select",
				label: __("Industry"),
				options: frappe.meta.get_docfield("SC Case", "industry")?.options || "",
				depends_on: unit,
			},
			{
				fieldname: "unit",
				fieldtype: "Link",
				label: __("Employer"),
				options: "SC Entity",
				depends_on: person,
				get_query: () => ({ filters: { entity_kind: ["!=", "Person"] } }),
			},
			{ fieldname: "position", fieldtype: "Data", label: __("Position"), depends_on: person },
			{ fieldname: "phone", fieldtype: "Data", label: __("Phone") },
		],
		primary_action_label: __("Register"),
		primary_action: async () => {
			const typed = dialog.get_values();
			if (!typed || dialog.sclist_busy) return;
			dialog.sclist_busy = true;
			dialog.disable_primary_action();
			try {
				const doc = { doctype: "SC Entity", bureau: sclist.default_bureau(), ...typed };
				const stored = await frappe.db.insert(doc);
				registered();
				dialog.hide();
				tell(__("{0} is registered.", [stored.entity_name]));
				done(stored);
			} catch {
				// the server has said what is wrong; everything typed stays
			} finally {
				dialog.sclist_busy = false;
				dialog.enable_primary_action();
			}
		},
	});
	dialog.$wrapper.addClass("sc-dialog");

	function beside(fieldname, nodes) {
		const wrapper = dialog.fields_dict[fieldname].$wrapper;
		wrapper.find(".sc-field-note, .sc-field-hint").remove();
		wrapper.append(...nodes);
	}

	// what is wrong stands beside the field, at once
	async function judge() {
		const kind = dialog.get_value("entity_kind");
		const fieldname = kind === "Person" ? "id_number" : "uscc";
		const number = (dialog.get_value(fieldname) || "").trim();
		if (!number) return beside(fieldname, []);
		const found = await quietly("entities.check_identifier", {
			kind,
			number,
			id_type: dialog.get_value("id_type") || "",
		});
		if (!found || (dialog.get_value(fieldname) || "").trim() !== number) return;
		const nodes = [
			...found.errors.map((text) => el("div.sc-field-note", { role: "alert" }, text)),
			...found.warnings.map((text) => el("div.sc-field-hint", {}, text)),
		];
		if (found.twin)
			nodes.push(
				el(
					"div.sc-field-note",
					{ role: "alert" },
					__("Already registered:"),
					" ",
					el(
						"button.btn.btn-xs.btn-default",
						{
							type: "button",
							onclick: () => {
								registered();
								dialog.hide();
								existing({ ...found.twin, entity_kind: kind });
							},
						},
						__("Use {0}", [found.twin.entity_name])
					)
				)
			);
		beside(fieldname, nodes);
	}

	const { unit_name, ...given } = values;
	if (given.unit) frappe.utils.add_link_title("SC Entity", given.unit, unit_name || given.unit);
	dialog.show();
	dialog.set_values(given);
	const registered = keep_dialog(dialog, SLOT, !given.entity_name && !given.unit);
	return dialog;
}
