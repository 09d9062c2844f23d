frappe.ui.form.on("SC Task", {
	refresh(frm) {
		frm.disable_save();
		frm.add_custom_button(__("Open the case"), () =>
			frappe.set_route("Form", frm.doc.reference_doctype, frm.doc.reference_name)
		).addClass("btn-primary");
		const [label, colour] = sclist.due_indicator(frm.doc);
		frm.page.set_indicator(label, colour);
		frm.toggle_display(["run", "step", "round", "kind", "action", "is_demo"], false);
	},
});
