frappe.query_reports["SC Number Register"] = {
	filters: [
		{
			fieldname: "bureau",
			label: __("Bureau"),
			fieldtype: "Link",
			options: "SC Bureau",
			default: sclist.default_bureau?.() || sclist.my_bureau_codes?.()[0],
			reqd: 1,
		},
		{
			fieldname: "year",
			label: __("Year"),
			fieldtype: "Int",
			default: new Date().getFullYear(),
			reqd: 1,
		},
		{
			fieldname: "document_kind",
			label: __("Document Kind"),
			fieldtype: "Link",
			options: "SC Document Kind",
			get_query: () => ({ filters: { numbered: 1 } }),
		},
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "Select",
			options: ["", "Issued", "Corrected", "Voided", "Missing"].map((value) => ({
				value,
				label: value ? __(value) : "",
			})),
		},
	],
	formatter(value, row, column, data, format) {
		const shown = format(value, row, column, data);
		// the paper behind its number; what the system calls it says nothing to anybody
		if (column.fieldname === "number" && data?.notice) {
			const link = frappe.utils.get_form_link("SC Notice", data.notice);
			return `<a href="${link}">${frappe.utils.escape_html(value || "")}</a>`;
		}
		if (column.fieldname !== "status" || !data) return shown;
		const colour = { Issued: "green", Corrected: "orange" }[data.status_code] || "red";
		return `<span class="indicator-pill ${colour}">${frappe.utils.escape_html(data.status)}</span>`;
	},
};
