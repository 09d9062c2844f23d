frappe.listview_settings["SC Procedure Version"] = {
	hide_name_column: true,
	add_fields: ["status"],
	onload(list) {
		sclist.package_tools(list);
	},
	get_indicator(doc) {
		const colour = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" }[
			doc.status
		];
		return [__(doc.status), colour || "gray", `status,=,${doc.status}`];
	},
};
