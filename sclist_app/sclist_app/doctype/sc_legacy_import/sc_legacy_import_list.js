frappe.listview_settings["SC Legacy Import"] = {
	hide_name_column: true,
	refresh(listview) {
		if (sclist.fills_forms()) {
			listview.page.set_primary_action(__("Import the Old List"), () => sclist.import_old_list(), "add");
		}
	},
	get_indicator(doc) {
		const colour = { Checked: "orange", Importing: "blue", Imported: "green", Failed: "red" }[doc.status];
		return [__(doc.status), colour || "gray", `status,=,${doc.status}`];
	},
};
