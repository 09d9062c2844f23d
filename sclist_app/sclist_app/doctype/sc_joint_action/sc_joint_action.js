frappe.ui.form.on("SC Joint Action", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display(["run", "is_demo"], false);
		// sending and feedback are recorded in the case, by whoever has its task
		if (frm.doc.case)
			frm.page.set_primary_action(__("Open the case"), () =>
				frappe.set_route("Form", "SC Case", frm.doc.case)
			);
	},
});
