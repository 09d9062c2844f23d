frappe.ui.form.on("SC Document Template", {
	refresh: (frm) => sclist.template_editor(frm),
	document_kind: (frm) => sclist.template_editor(frm),
	paper_format: (frm) => sclist.template_editor(frm),
	body: (frm) => frm.sclist_editor?.update(),
	date_style: (frm) => frm.sclist_editor?.update(),
});
