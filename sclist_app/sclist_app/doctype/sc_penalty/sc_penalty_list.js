frappe.listview_settings["SC Penalty"] = {
	add_fields: ["status", "entity_name"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour =
			{
				Effective: "red",
				"Under Review": "orange",
				"In Litigation": "orange",
				Changed: "yellow",
				Performed: "green",
			}[doc.status] || "gray";
		return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
