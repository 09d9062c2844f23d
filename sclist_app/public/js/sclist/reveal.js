import { post } from "./calls";

const SECONDS = 30;

/** A button that shows a masked certificate number for half a minute, with a reason that is logged. */
export function reveal_button(frm, fieldname = "id_number") {
	const masked = frm.doc[fieldname];
	if (frm.is_new() || !masked) return;
	frm.add_custom_button(__("Show the certificate number"), () => {
		const dialog = new frappe.ui.Dialog({
			title: __("Show the certificate number"),
			fields: [
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Why do you need it?"),
					description: __(
						"Who looked, when and why is recorded. The number is shown for {0} seconds.",
						[SECONDS]
					),
					reqd: 1,
				},
			],
			primary_action_label: __("Show"),
			primary_action: async ({ reason }) => {
				dialog.disable_primary_action();
				try {
					const { id_number } = await post("entities.reveal", { entity: frm.doc.name, reason });
					dialog.hide();
					show(frm, fieldname, id_number);
				} catch {
					dialog.enable_primary_action();
				}
			},
		});
		dialog.show();
	});
}

// Shown beside the field, never in it: what stands in the field would be saved.
function show(frm, fieldname, number) {
	const field = frm.get_field(fieldname);
	const box = document.createElement("div");
	box.className = "sc-revealed";
	box.setAttribute("role", "status");
	const name = frm.docname;
	let left = SECONDS;
	const write = () => {
		box.textContent = `${number} (${__("hidden again in {0} s", [left])})`;
	};
	write();
	field.$wrapper.find(".sc-revealed").remove();
	field.$wrapper.append(box);
	const timer = setInterval(() => {
		left -= 1;
		if (left <= 0 || frm.docname !== name) {
			clearInterval(timer);
			box.remove();
		} else write();
	}, 1000);
}
