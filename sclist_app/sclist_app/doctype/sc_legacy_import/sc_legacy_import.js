frappe.ui.form.on("SC Legacy Import", {
	refresh(frm) {
		sclist.show_legacy_import(frm);
	},
});
