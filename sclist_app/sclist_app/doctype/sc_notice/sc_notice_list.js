frappe.listview_settings["SC Notice"] = {
	add_fields: ["status", "service_state", "service_due"],
	hide_name_column: true,
	onload(listview) {
		sclist.offer_printing(listview);
	},
	get_indicator(doc) {
		const late = doc.service_due && doc.service_due < frappe.datetime.get_today();
		if (doc.status === "Issued" && doc.service_state === "To Serve" && late)
			return [__("Service Overdue"), "red", `service_state,=,To Serve|service_due,<,${frappe.datetime.get_today()}`];
		const colour = { Issued: "green", Corrected: "orange" }[doc.status] || "red";
		return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
