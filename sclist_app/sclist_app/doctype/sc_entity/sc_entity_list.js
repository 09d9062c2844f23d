frappe.listview_settings["SC Entity"] = {
	add_fields: ["entity_kind"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour = { Unit: "blue", Institution: "purple", Person: "green" }[doc.entity_kind] || "gray";
		return [__(doc.entity_kind), colour, `entity_kind,=,${doc.entity_kind}`];
	},
};
