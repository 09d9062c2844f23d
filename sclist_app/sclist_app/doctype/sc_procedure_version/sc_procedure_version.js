frappe.ui.form.on("SC Procedure Version", {
	refresh(frm) {
		const colour = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" }[
			frm.doc.status
		];
		if (!frm.is_new()) frm.page.set_indicator(__(frm.doc.status), colour || "gray");
		if (["Published", "Retired"].includes(frm.doc.status)) {
			frm.disable_form();
			frm.set_intro(
				__(
					"This version is published and no longer changes. Copy it into a new draft to change the procedure."
				),
				"blue"
			);
		}
		outline(frm);
		sclist.version_tools(frm);
	},
	steps_remove: outline,
	transitions_remove: outline,
});

function outline(frm) {
	if (frm.is_new()) return;
	frm.sclist_outline?.remove();
	const body = document.createElement("div");
	const section = frm.dashboard.add_section(body, __("Procedure at a glance"));
	frm.sclist_outline =
		section?.closest?.(".form-dashboard-section") || $(body).closest(".form-dashboard-section");
	sclist.show_outline(frm, body);
	frm.dashboard.show();
}
