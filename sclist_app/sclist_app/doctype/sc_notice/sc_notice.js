frappe.ui.form.on("SC Notice", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display(["is_demo", "run", "step", "file"], false);
		frm.page.set_indicator(__(frm.doc.status), frm.doc.status === "Voided" ? "red" : "green");
		frm.add_custom_button(__("Open the PDF"), () =>
			window.open(
				`/api/method/sclist_app.api.papers.download?notice=${encodeURIComponent(frm.doc.name)}`,
				"_blank",
				"noopener"
			)
		);
		if (frm.doc.reference_name) {
			frm.add_custom_button(__("Open the case"), () =>
				frappe.set_route("Form", frm.doc.reference_doctype, frm.doc.reference_name)
			);
		}
	},
});
