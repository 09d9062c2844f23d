frappe.ui.form.on("SC Procedure Binding", {
	bureau: (frm) => sclist.show_applying(frm),
	kind: (frm) => sclist.show_applying(frm),
});
