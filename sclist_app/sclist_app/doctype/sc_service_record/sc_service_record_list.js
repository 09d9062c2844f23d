frappe.listview_settings["SC Service Record"] = {
	add_fields: ["result"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour = { Served: "green", Refused: "orange", Failed: "red" }[doc.result] || "gray";
		return [__(doc.result), colour, `result,=,${doc.result}`];
	},
};
