frappe.listview_settings["SC Effect Run"] = {
	add_fields: ["status"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour = { Queued: "blue", Done: "green", Failed: "red" }[doc.status];
		return [__(doc.status), colour || "gray", `status,=,${doc.status}`];
	},
};
