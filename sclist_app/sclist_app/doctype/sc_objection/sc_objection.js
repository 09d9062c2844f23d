frappe.ui.form.on("SC Objection", {
	setup(frm) {
		frm.set_query("record", () => ({ filters: { bureau: ["in", sclist.filling_bureaus()] } }));
	},

	refresh(frm) {
		frm.toggle_display(
			["state", "state_title", "run", "run_status", "outcome", "is_demo", "procedure_version"],
			false
		);
		frm.toggle_display(
			["bureau", "objection_title", "entity", "entity_name", "entity_kind", "code_shown"],
			!frm.is_new()
		);
		frm.toggle_display("tab_progress", !frm.is_new());
		frm.toggle_display(
			["section_examination_and_answer", "section_review_by_an_external_body"],
			!frm.is_new()
		);
		const said = frm.doc.__onload?.sclist_policy?.fields || {};
		if (!frm.is_new() && ["Edit", "Required"].includes(said.result))
			frm.add_custom_button(__("Enter the Findings and the Answer"), () => frm.scroll_to_field("findings"));
	},
});
