frappe.ui.form.on("SC Removal", {
	setup(frm) {
		frm.set_query("record", () => ({
			filters: {
				bureau: ["in", sclist.filling_bureaus()],
				state: ["in", frm.doc.kind === "Restoration" ? ["L7"] : ["L1", "L2", "L3"]],
			},
		}));
	},

	refresh(frm) {
		frm.toggle_display(
			["state", "state_title", "run", "run_status", "outcome", "is_demo", "procedure_version"],
			false
		);
		frm.toggle_display(
			["bureau", "removal_title", "entity", "entity_name", "entity_kind", "code_shown"],
			!frm.is_new()
		);
		frm.toggle_display("tab_progress", !frm.is_new());
		frm.toggle_display("reasons", frm.doc.kind !== "Expiry Removal");
		explain(frm);
	},

	kind(frm) {
		frm.toggle_display("reasons", frm.doc.kind !== "Expiry Removal");
		explain(frm);
	},
});

// What the law asks for, next to the choice.
function explain(frm) {
	const texts = {
		"Expiry Removal": __(
			"The term is over: the bureau that listed decides on the first working day after it. Article 13 of Order 11."
		),
		"Revocation of Listing": __(
			"The basis of the listing has changed: examine it anew and, if no ground is left, revoke at once. Article 15 of Order 11."
		),
		Restoration: __(
			"The early removal was obtained by concealment or falsification: hear the party, then restore. Article 21 of Order 11."
		),
	};
	frm.set_df_property("kind", "description", frappe.utils.escape_html(texts[frm.doc.kind] || ""));
}
