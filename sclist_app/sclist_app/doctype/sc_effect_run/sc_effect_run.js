frappe.ui.form.on("SC Effect Run", {
	refresh(frm) {
		frm.disable_save();
		const colour = { Queued: "blue", Done: "green", Failed: "red" }[frm.doc.status];
		frm.page.set_indicator(__(frm.doc.status), colour || "gray");
		sclist.retry_effect(frm);
	},
});
