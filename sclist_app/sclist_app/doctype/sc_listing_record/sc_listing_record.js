frappe.ui.form.on("SC Listing Record", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display(["is_demo", "run"], false);
		const listed = ["L1", "L2", "L3"].includes(frm.doc.state);
		frm.page.set_indicator(__(frm.doc.state), listed ? "red" : "gray");
		if (frm.doc.case) {
			frm.add_custom_button(__("Open the case"), () =>
				frappe.set_route("Form", "SC Case", frm.doc.case)
			);
		}
	},
});
