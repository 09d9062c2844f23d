frappe.listview_settings["SC Task"] = {
	add_fields: ["status", "due_on", "reference_doctype", "reference_name"],
	hide_name_column: true,
	get_indicator(doc) {
		const [label, colour] = sclist.due_indicator(doc);
		return [label, colour, `status,=,${doc.status}`];
	},
	onload(listview) {
		listview.page.add_inner_button(__("My Desk"), () => frappe.set_route("sc-desk"));
	},
	refresh(listview) {
		// before Frappe 16 a phone shows the first column alone: whose task it is belongs to it
		const narrow = window.innerWidth < 768 && parseInt(frappe.boot.versions?.frappe) < 16;
		listview.$result.toggleClass("whose-task", narrow);
		if (!narrow) return;
		for (const { name, title, subject_line } of listview.data) {
			if (!subject_line) continue;
			const link = listview.$result.find(`a[href$="/${encodeURIComponent(name)}"]`).first();
			link.text(`${title}：${subject_line}`);
		}
	},
	button: {
		show: (doc) => Boolean(doc.reference_name),
		get_label: () => __("Open the case"),
		get_description: () => __("Open the case this task belongs to"),
		action: (doc) => frappe.set_route("Form", doc.reference_doctype, doc.reference_name),
	},
};
