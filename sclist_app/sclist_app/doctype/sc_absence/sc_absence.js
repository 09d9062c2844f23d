frappe.ui.form.on("SC Absence", {
	refresh(frm) {
		if (frm.doc.ended_early) frm.page.set_indicator(__("Ended Early"), "gray");
		// the names stand beside the accounts; who only reads needs the names alone
		frm.toggle_display(["user", "deputy"], frm.is_new() || frappe.user.has_role("System Manager"));
		sclist.end_absence(frm);
	},
});
