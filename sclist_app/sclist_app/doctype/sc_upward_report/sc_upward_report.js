frappe.ui.form.on("SC Upward Report", {
	refresh(frm) {
		offer_paper(frm, frm.doc.decision, __("Removal Decision"));
		offer_paper(frm, frm.doc.paper, __("Report Paper"));
		const own = sclist.my_bureau_codes().includes(frm.doc.bureau);
		if (!own || frm.doc.status === "To Report") return;
		if (frm.doc.status === "Reported") {
			frm.add_custom_button(__("Mark as read"), () => send(frm, "read_report", {}));
		}
		frm.add_custom_button(__("Write an opinion"), () =>
			frappe.prompt(
				{
					fieldname: "text",
					fieldtype: "Small Text",
					label: __("Opinion of the Superior"),
					default: frm.doc.comment,
					reqd: 1,
				},
				({ text }) => send(frm, "comment_report", { text }),
				__("Write an opinion"),
				__("Save")
			)
		);
	},
});

function offer_paper(frm, notice, label) {
	if (!notice) return;
	const address = `/api/method/sclist_app.api.papers.download?notice=${encodeURIComponent(notice)}`;
	frm.add_custom_button(label, () => window.open(address, "_blank", "noopener"), __("Papers"));
}

async function send(frm, method, args) {
	await frappe.call({
		method: `sclist_app.api.repair.${method}`,
		type: "POST",
		args: { report: frm.docname, ...args },
		freeze: true,
	});
	await frm.reload_doc();
}
