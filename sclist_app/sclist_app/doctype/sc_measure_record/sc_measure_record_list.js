frappe.listview_settings["SC Measure Record"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour =
			{ "To Carry Out": "orange", "In Force": "red", "To Lift": "orange" }[doc.state] || "gray";
		return [__(doc.state), colour, `state,=,${doc.state}`];
	},
};
