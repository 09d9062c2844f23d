frappe.ui.form.on("SC Address Confirmation", {
	refresh(frm) {
		if (frm.is_new()) {
			if (!frm.doc.confirmed_on) frm.set_value("confirmed_on", frappe.datetime.get_today());
			if (!frm.doc.bureau && sclist.default_bureau?.()) frm.set_value("bureau", sclist.default_bureau());
			return;
		}
		frm.disable_save();
		frm.page.set_indicator(__(frm.doc.status), frm.doc.status === "In Force" ? "green" : "gray");
		frm.add_custom_button(__("New confirmation"), () =>
			frappe.new_doc("SC Address Confirmation", { entity: frm.doc.entity })
		);
	},
	entity(frm) {
		if (!frm.doc.entity || !frm.is_new()) return;
		// a party often confirms the address it is registered under
		frappe.db
			.get_value("SC Entity", frm.doc.entity, ["address", "legal_representative", "entity_name", "entity_kind", "phone"])
			.then(({ message: of }) => {
				if (!of) return;
				const unit = of.entity_kind !== "Person";
				for (const [field, value] of [
					["address", of.address],
					["receiver", unit ? of.legal_representative : of.entity_name],
					["receiver_relationship", unit ? "法定代表人（负责人）" : "本人"],
					["phone", of.phone],
				])
					if (value && !frm.doc[field]) frm.set_value(field, value);
			});
	},
});
