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
		if (sclist.filling_bureaus().includes(frm.doc.bureau)) {
			offer_next(frm, listed);
			frm.add_custom_button(__("Issue a New Query Code"), () => issue_code(frm));
		}
		if (frm.doc.objection_marked) {
			frm.dashboard.add_comment(__("An objection is being handled."), "orange", true);
		}
		if (frm.doc.execution_suspended) {
			frm.dashboard.add_comment(__("Execution is suspended."), "orange", true);
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
		offer(__("Register an Application for Early Removal"), "SC Repair Application");
		if (frm.doc.term_end && frm.doc.term_end < frappe.datetime.get_today())
			offer(__("Remove after the Term"), "SC Removal", { kind: "Expiry Removal" });
		offer(__("Revoke the Listing"), "SC Removal", { kind: "Revocation of Listing" });
		offer(__("Register an Objection"), "SC Objection");
	} else if (frm.doc.state === "L7") {
		offer(__("Revoke the Early Removal"), "SC Removal", { kind: "Restoration" });
	}
}

// A party that lost its code gets another one at the counter; nobody can look up the old one.
function issue_code(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Issue a New Query Code"),
		fields: [
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason and Proof of Identity"),
				description: __("For example: code lost; business licence and power of attorney checked."),
				reqd: 1,
			},
		],
		primary_action_label: __("Issue a New Query Code"),
		async primary_action({ reason }) {
			const { message } = await frappe.call({
				method: "sclist_app.api.query_codes.issue",
				type: "POST",
				args: { record: frm.doc.name, reason },
				freeze: true,
			});
			dialog.hide();
			frappe.msgprint({
				title: __("Query Code"),
				message: `<p>${frappe.utils.escape_html(frm.doc.entity_name)}</p>
					<p class="h3 text-monospace">${frappe.utils.escape_html(message.code)}</p>
					<p>${__(
						"The earlier code is void at once. The new one is shown once only: print it or write it down for the party."
					)}</p>`,
			});
			frm.reload_doc();
		},
	});
	dialog.show();
}
