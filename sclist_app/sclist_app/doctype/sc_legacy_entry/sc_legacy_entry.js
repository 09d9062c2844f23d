frappe.ui.form.on("SC Legacy Entry", {
	setup(frm) {
		frm.set_query("penalty", () => ({
			filters: { bureau: frm.doc.bureau, status: ["!=", "Revoked"] },
		}));
	},

	refresh(frm) {
		frm.toggle_display(
			["state", "state_title", "run", "run_status", "outcome", "is_demo", "procedure_version"],
			false
		);
		const said = frm.doc.__onload?.sclist_policy?.fields || {};
		const asked = ["decision", "moved_out_on"].find((field) => ["Edit", "Required"].includes(said[field]));
		if (asked) frm.add_custom_button(__("Fill In What Is Asked"), () => frm.scroll_to_field(asked));
		if (frm.doc.record) {
			frm.add_custom_button(__("Open the Listing Record"), () =>
				frappe.set_route("Form", "SC Listing Record", frm.doc.record)
			);
		}
	},
});
