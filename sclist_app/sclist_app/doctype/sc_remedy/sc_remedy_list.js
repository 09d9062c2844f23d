frappe.listview_settings["SC Remedy"] = {
	add_fields: ["status", "result", "answer_due", "answered_on"],
	hide_name_column: true,
	get_indicator(doc) {
		if (doc.status === "Closed")
			return [__(doc.result || "Closed"), "gray", `status,=,Closed|result,=,${doc.result || ""}`];
		if (doc.status !== "Under Way") return [__(doc.status), "blue", `status,=,${doc.status}`];
		const due = doc.answered_on ? "" : doc.answer_due;
		if (due && due < frappe.datetime.get_today())
			return [__("Answer Overdue"), "red", `answer_due,<,Today|answered_on,is,not set`];
		return [__("Under Way"), due ? "orange" : "blue", "status,=,Under Way"];
	},
};
