frappe.ui.form.on("SC Message", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display(["is_demo", "message_key"], false);
		if (frm.doc.mail_state !== "Mail Failed") return;
		frm.add_custom_button(__("Send Again"), async () => {
			await frappe.call({
				method: "sclist_app.api.messages.retry",
				type: "POST",
				args: { message: frm.doc.name },
			});
			frm.reload_doc();
		});
	},
});
