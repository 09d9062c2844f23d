frappe.ui.form.on("SC Repair Application", {
	setup(frm) {
		frm.set_query("record", () => ({ filters: { state: ["in", ["L1", "L2", "L3"]] } }));
	},

	refresh(frm) {
		const engine = ["state", "state_title", "run", "run_status", "outcome", "is_demo"];
		frm.toggle_display(engine, false);
		if (frm.is_new() && frm.doc.record) tell(frm);
	},

	record: take_over,
});

// Who is listed, by whom and since when is known; whether it may be applied for is told before anyone types.
async function take_over(frm) {
	if (!frm.doc.record) return frm.set_intro("");
	const record = await frappe.db.get_doc("SC Listing Record", frm.doc.record);
	frappe.utils.add_link_title("SC Entity", record.entity, record.entity_name);
	frappe.utils.add_link_title("SC Listing Ground", record.ground, record.ground_text);
	await frm.set_value({
		applicant: record.entity,
		applicant_name: record.entity_name,
		entity_kind: record.entity_kind,
		code_shown: record.code_shown,
		bureau: record.bureau,
		decision_number: record.decision_number,
		ground: record.ground,
		listed_on: record.listed_on,
		term_end: record.term_end,
		earliest_application: record.earliest_application,
	});
	if (record.entity_kind === "Person") frm.set_value("capacity", "Party in Person");
	await tell(frm);
}

async function tell(frm) {
	const record = frm.doc.record;
	const { message: told } = await frappe.call({
		method: "sclist_app.api.repair.eligibility",
		type: "GET",
		args: { record },
	});
	if (frm.doc.record !== record || !frm.is_new()) return;
	const lines = (told.findings || []).map(frappe.utils.escape_html);
	if (told.running) lines.unshift(__("An application is under way already: {0}", [told.running]));
	frm.set_intro("");
	if (lines.length) frm.set_intro(lines.join("<br>"), "orange");
	else frm.set_intro(__("Early removal may be applied for."), "green");
}
