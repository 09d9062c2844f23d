frappe.ui.form.on("SC Listing Record", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display(["is_demo", "run"], false);
		const listed = ["L1", "L2", "L3"].includes(frm.doc.state);
		frm.page.set_indicator(__(frm.doc.state), listed ? "red" : "gray");
		if (frm.doc.case) {
			frm.add_custom_button(__("Open the case"), () =>
				frappe.set_route("Form", "SC Case", frm.doc.case)
			);
		}
		if (sclist.filling_bureaus().includes(frm.doc.bureau)) offer_next(frm, listed);
		if (frm.doc.objection_marked) {
			frm.dashboard.add_comment(__("An objection is being handled."), "orange", true);
		}
	},
});

// What the bureau that decided may open for this record; each new form says what the law asks for.
function offer_next(frm, listed) {
	const offer = (label, doctype, values = {}) =>
		frm.add_custom_button(
			label,
			() => frappe.new_doc(doctype, { record: frm.doc.name, ...values }),
			__("Next Step")
		);
	if (listed) {
		if (frm.doc.term_end && frm.doc.term_end < frappe.datetime.get_today())
			offer(__("Remove after the Term"), "SC Removal", { kind: "Expiry Removal" });
		offer(__("Revoke the Listing"), "SC Removal", { kind: "Revocation of Listing" });
		offer(__("Register an Objection"), "SC Objection");
	} else if (frm.doc.state === "L7") {
		offer(__("Revoke the Early Removal"), "SC Removal", { kind: "Restoration" });
	}
}
