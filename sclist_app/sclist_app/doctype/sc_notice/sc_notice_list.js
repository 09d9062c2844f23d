frappe.listview_settings["SC Notice"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator(doc) {
		return [__(doc.status), doc.status === "Voided" ? "red" : "green", `status,=,${doc.status}`];
	},
};
