frappe.listview_settings["SC Message"] = {
	add_fields: ["mail_state"],
	hide_name_column: true,
	get_indicator(doc) {
		const colour =
			{ "Mail Failed": "red", "No Address": "orange", "Mail To Send": "blue", "Mail Sent": "green" }[
				doc.mail_state
			] || "gray";
		return [__(doc.mail_state), colour, `mail_state,=,${doc.mail_state}`];
	},
};
