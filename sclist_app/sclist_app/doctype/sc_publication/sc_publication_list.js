frappe.listview_settings["SC Publication"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour =
			{
				"To Push": "orange",
				Pushed: "blue",
				Posted: "green",
				Published: "green",
				"To Withdraw": "orange",
				"Push Failed": "red",
			}[doc.state] || "gray";
		return [__(doc.state), colour, `state,=,${doc.state}`];
	},
};
