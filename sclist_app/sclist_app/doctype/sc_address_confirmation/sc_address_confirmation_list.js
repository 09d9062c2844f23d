frappe.listview_settings["SC Address Confirmation"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator(doc) {
		return [__(doc.status), doc.status === "In Force" ? "green" : "gray", `status,=,${doc.status}`];
	},
};
