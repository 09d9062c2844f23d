frappe.ui.form.on("SC Task", {
	refresh(frm) {
		frm.disable_save();
		// on a phone only this one does not hide in the menu
		frm.page.set_primary_action(__("Open the case"), () =>
			frappe.set_route("Form", frm.doc.reference_doctype, frm.doc.reference_name)
		);
		const [label, colour] = sclist.due_indicator(frm.doc);
		frm.page.set_indicator(label, colour);
		frm.toggle_display(["run", "step", "round", "kind", "action", "is_demo"], false);
	},
});
