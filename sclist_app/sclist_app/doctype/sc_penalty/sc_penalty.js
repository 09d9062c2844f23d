frappe.ui.form.on("SC Penalty", {
	setup(frm) {
		const own = sclist.filling_bureaus();
		if (own.length) frm.set_query("bureau", () => ({ filters: { name: ["in", own] } }));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.bureau) frm.set_value("bureau", sclist.default_bureau());
	},

	refresh(frm) {
		frm.toggle_display("is_demo", false);
		const likely = frm.fields_dict.likely_grounds;
		likely.df.formatter = (codes) =>
			frappe.utils.escape_html(frm.doc.__onload?.likely_grounds || codes || "");
		likely.refresh_input?.();
		if (frm.is_new() || !sclist.fills_forms()) return;
		frm.add_custom_button(__("Open a listing case"), async () => {
			await frappe.new_doc("SC Case");
			const form = cur_frm;
			if (form?.doctype !== "SC Case" || !form.is_new()) return;
			const row = (form.doc.penalties || []).find((one) => !one.penalty) || form.add_child("penalties");
			frappe.utils.add_link_title("SC Penalty", frm.doc.name, frm.doc.document_number);
			await frappe.model.set_value(row.doctype, row.name, "penalty", frm.doc.name);
			form.refresh_field("penalties");
		});
	},
});
