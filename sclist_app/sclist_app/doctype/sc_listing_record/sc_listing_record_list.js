frappe.listview_settings["SC Listing Record"] = {
	add_fields: ["state", "term_end"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour = { L1: "orange", L2: "orange", L3: "red" }[doc.state] || "gray";
		return [__(doc.state), colour, `state,=,${doc.state}`];
	},
};
