frappe.listview_settings["SC Case"] = {
	add_fields: ["run_status", "outcome", "state_title"],
	hide_name_column: true,
	onload(listview) {
		sclist.offer_printing(listview);
	},
	primary_action() {
		sclist.new_case();
	},
	get_indicator(doc) {
		const text = frappe.utils.escape_html;
		if (doc.run_status === "Ended") {
			const colour = { Listed: "red", "Not Listed": "green", Dropped: "gray" }[doc.outcome] || "gray";
			return [__(doc.outcome || "Ended"), colour, `outcome,=,${doc.outcome || ""}`];
		}
		if (doc.state_title) return [text(doc.state_title), "blue", `state_title,=,${text(doc.state_title)}`];
		return [__("In progress"), "blue", "run_status,=,Active"];
	},
	formatters: {
		state_title: () => "",
	},
};
