frappe.listview_settings["SC Legacy Entry"] = {
	add_fields: ["run_status", "outcome", "state_title", "decision"],
	hide_name_column: true,
	onload(listview) {
		if (sclist.fills_forms()) {
			listview.page.add_inner_button(__("Import the Old List"), () => sclist.import_old_list());
		}
	},
	get_indicator(doc) {
		const text = frappe.utils.escape_html;
		if (doc.run_status === "Ended")
			return [
				{ Listed: __("Entered anew"), Removed: __("Moved out") }[doc.outcome] || __("Closed"),
				"gray",
				`outcome,=,${doc.outcome || ""}`,
			];
		if (doc.state_title) return [text(doc.state_title), "blue", `state_title,=,${text(doc.state_title)}`];
		return [__("In progress"), "blue", "run_status,=,Active"];
	},
	formatters: {
		state_title: () => "",
	},
};
