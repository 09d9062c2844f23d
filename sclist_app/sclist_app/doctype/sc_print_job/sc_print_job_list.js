frappe.listview_settings["SC Print Job"] = {
	hide_name_column: true,
	add_fields: ["status"],
	get_indicator(doc) {
		const colour = { "Being Made": "blue", Ready: "green", Failed: "red" }[doc.status];
		return [__(doc.status), colour || "gray", `status,=,${doc.status}`];
	},
};
