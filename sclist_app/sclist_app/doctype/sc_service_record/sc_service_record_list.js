frappe.listview_settings["SC Service Record"] = {
	add_fields: ["result", "cancelled_by"],
	hide_name_column: true,
	get_indicator(doc) {
		if (doc.cancelled_by) return [__("Cancelled"), "gray", "cancelled_by,is,set"];
		const colour = { Served: "green", Refused: "orange", Failed: "red" }[doc.result] || "gray";
		return [__(doc.result), colour, `result,=,${doc.result}`];
	},
};
