{
	// one opens one's own; the filter stands above the list and can be taken away
	const [bureau, ...more] = frappe.boot.sclist?.bureaus || [];

	frappe.listview_settings["SC Procedure Version"] = {
		hide_name_column: true,
		add_fields: ["status"],
		filters: bureau && !more.length ? [["bureau", "=", bureau.name]] : [],
		onload(list) {
			sclist.package_tools(list);
		},
		get_indicator(doc) {
			const colour = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" }[
				doc.status
			];
			return [__(doc.status), colour || "gray", `status,=,${doc.status}`];
		},
	};
}
