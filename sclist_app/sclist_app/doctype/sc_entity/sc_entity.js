frappe.ui.form.on("SC Entity", {
	setup(frm) {
		frm.set_query("unit", () => ({ filters: { entity_kind: ["!=", "Person"] } }));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.bureau) frm.set_value("bureau", sclist.default_bureau());
	},

	refresh(frm) {
		frm.toggle_display("is_demo", false);
		if (!frm.is_new()) frm.toggle_display("bureau", true);
		sclist.reveal_button(frm);
	},

	entity_name: (frm) => look_for_twins(frm, "entity_name"),
	uscc: (frm) => look_for_twins(frm, "uscc"),
});

// Says at once, with a link, that the party is registered already; the server refuses a second one anyway.
async function look_for_twins(frm, fieldname) {
	const text = (frm.doc[fieldname] || "").trim();
	const show = (html) => frm.set_df_property(fieldname, "description", html);
	if (text.length < 2) return show("");
	const found = await frappe
		.call({ method: "sclist_app.api.entities.look_up", type: "POST", args: { text } })
		.then((response) => response.message || []);
	if ((frm.doc[fieldname] || "").trim() !== text) return;
	const twins = found.filter(
		(row) => row.name !== frm.doc.name && (fieldname === "uscc" || row.entity_name === text)
	);
	const links = twins.map((row) => {
		const link = document.createElement("a");
		link.href = frappe.utils.get_form_link("SC Entity", row.name);
		link.textContent = `${row.entity_name} ${row.code_shown || ""}`;
		return link.outerHTML;
	});
	show(links.length ? `${__("Already registered:")} ${links.join(" ")}` : "");
}
