frappe.ui.form.on("SC Print Job", {
	refresh(frm) {
		sclist.show_print_job(frm);
	},
});
