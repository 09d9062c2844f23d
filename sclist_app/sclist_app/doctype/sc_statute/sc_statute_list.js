frappe.listview_settings["SC Statute"] = {
	add_fields: ["valid_from", "valid_to"],
	hide_name_column: true,
	get_indicator(doc) {
		const today = frappe.datetime.get_today();
		if (doc.valid_to && doc.valid_to < today) return [__("No Longer in Force"), "gray", `valid_to,<,${today}`];
		if (doc.valid_from > today) return [__("To Come"), "blue", `valid_from,>,${today}`];
		return [__("In Force"), "green", `valid_from,<=,${today}`];
	},
};
