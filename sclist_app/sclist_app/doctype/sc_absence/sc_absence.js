frappe.ui.form.on("SC Absence", {
	refresh(frm) {
		if (frm.doc.ended_early) frm.page.set_indicator(__("Ended Early"), "gray");
		sclist.end_absence(frm);
	},
});
