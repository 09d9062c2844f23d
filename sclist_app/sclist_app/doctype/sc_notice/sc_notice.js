frappe.ui.form.on("SC Notice", {
	refresh(frm) {
		sclist.show_paper(frm);
	},
});
