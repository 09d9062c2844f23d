frappe.ui.form.on("SC Follow Up", {
	refresh(frm) {
		frm.disable_save();
		frm.toggle_display(["run", "is_demo"], false);
		frm.add_custom_button(__("Open the Listing Record"), () =>
			frappe.set_route("Form", "SC Listing Record", frm.doc.record)
		);
		if (!sclist.filling_bureaus().includes(frm.doc.bureau)) return;
		if (frm.doc.state === "To Visit") {
			frm.page.set_primary_action(__("Record the visit"), () => record(frm));
		} else if (frm.doc.state === "Visited") offer_next(frm);
	},
});

// What the visit led to is opened here; each new form says what the law asks for.
function offer_next(frm) {
	const next = {
		"New Case": [__("New listing case"), () => sclist.new_case()],
		"Revoke the Removal": [
			__("Revoke the Early Removal"),
			() => frappe.new_doc("SC Removal", { record: frm.doc.record, kind: "Restoration" }),
		],
	}[frm.doc.outcome];
	if (next) frm.add_custom_button(...next);
}

function record(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Record the visit"),
		fields: [
			{
				fieldname: "visited_on",
				fieldtype: "Date",
				label: __("Visited On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "visitors",
				fieldtype: "Data",
				label: __("Visitors"),
				reqd: 1,
				description: __("At least two, separated by “、”."),
			},
			{ fieldname: "persons_met", fieldtype: "Data", label: __("Persons Met"), reqd: 1 },
			{ fieldname: "findings", fieldtype: "Text", label: __("What Was Found"), reqd: 1 },
			{
				fieldname: "outcome",
				fieldtype: "Select",
				label: __("Outcome of the Visit"),
				options: ["No Problem", "Ordinary Enforcement", "New Case", "Revoke the Removal"].map(
					(value) => ({ value, label: __(value) })
				),
				reqd: 1,
				description: __(
					"Hazards are a matter for ordinary enforcement or a new case; only fraud in the application lets the removal be revoked (art. 21 of Order 11)."
				),
			},
		],
		primary_action_label: __("Save the visit"),
		primary_action: async (values) => {
			dialog.disable_primary_action();
			try {
				await frappe.call({
					method: "sclist_app.api.follow_up.visit",
					type: "POST",
					args: { visit_name: frm.doc.name, ...values },
					freeze: true,
				});
				dialog.hide();
				frm.reload_doc();
			} catch {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
}
