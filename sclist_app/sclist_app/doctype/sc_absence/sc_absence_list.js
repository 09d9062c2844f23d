frappe.listview_settings["SC Absence"] = {
	add_fields: ["kind", "from_date", "to_date", "ended_early", "deputy_name"],
	hide_name_column: true,
	get_indicator(doc) {
		const today = frappe.datetime.get_today();
		if (doc.ended_early || doc.to_date < today) return [__("Ended", null, "SC Absence"), "gray", `to_date,<=,${today}`];
		if (doc.from_date > today) return [__("To Come"), "blue", `from_date,>,${today}`];
		return [__(doc.kind), "orange", `kind,=,${doc.kind}`];
	},
	formatters: {
		from_date(value, _df, doc) {
			const year = frappe.datetime.get_today().slice(0, 5);
			const day = (date) => (date.startsWith(year) ? date.slice(5) : date);
			const who = doc.deputy_name ? __("by {0}", [doc.deputy_name]) : __("no deputy named");
			const text = `${__("{0} to {1}", [day(doc.from_date), day(doc.to_date)])} · ${who}`;
			return frappe.utils.escape_html(text);
		},
	},
	onload(listview) {
		listview.page.add_inner_button(__("Enter my absence"), async () => {
			await sclist.enter_absence();
			listview.refresh();
		});
	},
};
