frappe.ui.form.on("SC Case", {
	setup(frm) {
		const own = sclist.filling_bureaus();
		if (own.length) frm.set_query("bureau", () => ({ filters: { name: ["in", own] } }));
		frm.set_query("penalty", "penalties", () =>
			frm.doc.bureau ? { filters: { bureau: frm.doc.bureau } } : {}
		);
	},

	onload(frm) {
		if (!frm.is_new()) return;
		if (!frm.doc.bureau) frm.set_value("bureau", sclist.default_bureau());
		propose_measures(frm);
	},

	refresh(frm) {
		frm.toggle_display(["state", "state_title", "run", "run_status", "outcome", "is_demo"], false);
		frm.toggle_display("case_title", !frm.is_new());
		frm.toggle_display("tab_progress", !frm.is_new());
		explain_ground(frm);
	},

	ground: explain_ground,
});

frappe.ui.form.on("SC Case Penalty", {
	async penalty(frm, cdt, cdn) {
		const row = locals[cdt][cdn];
		if (row.penalty) await take_over(frm, await frappe.db.get_doc("SC Penalty", row.penalty));
	},
});

frappe.ui.form.on("SC Case Subject", {
	async entity(frm, cdt, cdn) {
		const row = locals[cdt][cdn];
		if (!row.entity) return;
		const entity = await frappe.db.get_doc("SC Entity", row.entity);
		const values = { entity_name: entity.entity_name, entity_kind: entity.entity_kind };
		if (entity.entity_kind === "Person" && entity.unit && !row.unit_name) {
			values.unit_name = (
				await frappe.db.get_value("SC Entity", entity.unit, "entity_name")
			).message.entity_name;
		}
		await frappe.model.set_value(cdt, cdn, values);
	},
});

// What the penalty already says is not typed again: its bureau, the penalised party, its decision as evidence.
async function take_over(frm, penalty) {
	if (!frm.doc.bureau) await frm.set_value("bureau", penalty.bureau);
	if (!(frm.doc.subjects || []).some((row) => row.entity === penalty.entity)) {
		const row = fresh_row(frm, "subjects", "entity");
		frappe.utils.add_link_title("SC Entity", penalty.entity, penalty.entity_name);
		await frappe.model.set_value(row.doctype, row.name, "entity", penalty.entity);
	}
	const title = __("Penalty decision {0}", [penalty.document_number]);
	if (penalty.file && !(frm.doc.evidence || []).some((row) => row.file === penalty.file)) {
		const row = fresh_row(frm, "evidence", "title");
		await frappe.model.set_value(row.doctype, row.name, {
			title,
			kind: "Penalty Decision",
			file: penalty.file,
		});
	}
	if (!frm.doc.facts && penalty.violation) await frm.set_value("facts", penalty.violation);
	frm.refresh_fields(["subjects", "evidence"]);
	frappe.show_alert(
		penalty.file
			? __("Party, evidence and facts were taken over from the penalty.")
			: __("Party and facts were taken over from the penalty. Its decision is not attached there; upload it.")
	);
}

// The measures the law attaches to every listing stand in a new case; the officer may take them out.
async function propose_measures(frm) {
	if ((frm.doc.measures || []).some((row) => row.measure)) return;
	const measures = await frappe.db.get_list("SC Management Measure", {
		fields: ["name", "title"],
		filters: { default_on: 1 },
		order_by: "name asc",
		limit: 20,
	});
	if (!frm.is_new() || (frm.doc.measures || []).some((row) => row.measure)) return;
	for (const measure of measures) {
		frappe.utils.add_link_title("SC Management Measure", measure.name, measure.title);
		fresh_row(frm, "measures", "measure").measure = measure.name;
	}
	frm.refresh_field("measures");
}

// The empty row a new form begins with is used first.
function fresh_row(frm, table, key) {
	return (frm.doc[table] || []).find((row) => !row[key]) || frm.add_child(table);
}

async function explain_ground(frm) {
	const code = frm.doc.ground;
	const ground = code ? await frappe.db.get_doc("SC Listing Ground", code).catch(() => null) : null;
	if (code !== frm.doc.ground) return;
	const lines = ground ? [ground.article, ground.text, ground.must_show].filter(Boolean) : [];
	frm.set_df_property("ground", "description", lines.map(frappe.utils.escape_html).join("<br>"));
	const accident = !ground || ground.accident_based || (frm.doc.accidents || []).length;
	frm.toggle_display("section_accidents", accident);
}
