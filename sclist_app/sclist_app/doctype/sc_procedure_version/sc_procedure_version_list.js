frappe.listview_settings["SC Procedure Version"] = {
	add_fields: ["status"],
	get_indicator(doc) {
		const colour = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" }[
			doc.status
		];
		return [__(doc.status), colour || "gray", `status,=,${doc.status}`];
	},
};
