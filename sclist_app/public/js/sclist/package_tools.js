import { download, post } from "./calls";
import { el } from "./dom";

const own_bureau = () => frappe.boot.sclist?.bureaus?.[0]?.name || "";

/** Import and export of a bureau's rules as one file, in the list of versions; the server checks everything again. */
export function package_tools(list) {
	const { configures, approves_rules } = frappe.boot.sclist || {};
	if (configures) list.page.add_inner_button(__("Import a package of rules"), () => bring_in(list));
	if (configures || approves_rules) {
		list.page.add_menu_item(__("Export all rules of my bureau"), () =>
			download("procedures.export_bureau", { bureau: own_bureau() })
		);
	}
}

function bring_in(list) {
	const file = el("input", { type: "file", accept: ".json,application/json", class: "form-control" });
	const dialog = new frappe.ui.Dialog({
		title: __("Import a package of rules"),
		fields: [
			{ fieldname: "file", fieldtype: "HTML" },
			{
				fieldname: "bureau",
				fieldtype: "Link",
				options: "SC Bureau",
				label: __("Bureau"),
				default: own_bureau(),
				reqd: 1,
			},
			{
				fieldname: "code",
				fieldtype: "Data",
				label: __("Procedure Code"),
				description: __("Of several procedures in the file, their own codes are put behind it."),
				reqd: 1,
			},
			{ fieldname: "procedure_name", fieldtype: "Data", label: __("Procedure Name") },
		],
		primary_action_label: __("Import"),
		primary_action: async ({ bureau, code, procedure_name }) => {
			const [chosen] = file.files;
			if (!chosen) {
				frappe.msgprint(__("Choose the file first."));
				return;
			}
			dialog.disable_primary_action();
			try {
				const made = await post(
					"procedures.import_package",
					{ content: await chosen.text(), bureau, code, procedure_name: procedure_name || "" },
					__("The package is being read…")
				);
				dialog.hide();
				tell_made(made);
				list.refresh();
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	const label = el("label", { class: "control-label" }, __("File of the package"), file);
	dialog.fields_dict.file.$wrapper.get(0).replaceChildren(el("div.form-group", {}, label));
	dialog.show();
}

function tell_made({ versions, created, present }) {
	const links = versions.map((name) =>
		el("li", {}, el("a", { href: frappe.utils.get_form_link("SC Procedure Version", name) }, name))
	);
	const dialog = new frappe.ui.Dialog({ title: __("The package was imported") });
	dialog.$body
		.get(0)
		.replaceChildren(
			el(
				"div",
				{},
				el("p", {}, __("Drafts to look at, to check and to submit for approval:")),
				el("ul", {}, links),
				created.length
					? el("p", {}, __("{0} other rules were entered for the bureau.", [created.length]))
					: null,
				present.length
					? el(
							"p.text-muted",
							{},
							__("{0} rules were left as the bureau has them already.", [present.length])
						)
					: null
			)
		);
	dialog.show();
}
