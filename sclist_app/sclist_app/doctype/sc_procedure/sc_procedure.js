frappe.ui.form.on("SC Procedure", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Open in the Studio"), async () => {
			// the draft under work, else the newest version
			const rows = await frappe.db.get_list("SC Procedure Version", {
				fields: ["name", "status"],
				filters: { procedure: frm.doc.name },
				order_by: "version_no desc",
				limit: 50,
			});
			const version = rows.find((row) => row.status === "Draft") || rows[0];
			if (version) frappe.set_route("procedure-studio", version.name);
			else frappe.msgprint(__("This procedure has no version yet. Copy one that applies."));
		});
	},
});
