frappe.listview_settings["SC Document Template"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { Draft: "orange", "In Review": "blue", "In Force": "green", Retired: "gray" };
		return [__(doc.state), colours[doc.state] || "gray", `state,=,${doc.state}`];
	},
};
