frappe.listview_settings["SC Clock"] = {
	add_fields: ["status", "due_on"],
	hide_name_column: true,
	get_indicator(doc) {
		const late = doc.status === "Running" && doc.due_on && doc.due_on < frappe.datetime.get_today();
		const colour = late
			? "red"
			: { Running: "blue", Paused: "orange", Met: "green", Elapsed: "gray" }[doc.status];
		return [late ? __("Overdue") : __(doc.status), colour || "gray", `status,=,${doc.status}`];
	},
};
