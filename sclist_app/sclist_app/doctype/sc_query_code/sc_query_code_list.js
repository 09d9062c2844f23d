frappe.listview_settings["SC Query Code"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator(doc) {
		return [__(doc.status), doc.status === "In Use" ? "green" : "gray", `status,=,${doc.status}`];
	},
};
