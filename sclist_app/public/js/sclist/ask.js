import { tell } from "./calls";

/**
 * A dialog that sends once and renews the panel.
 *
 * @param {Object} options title, fields, label of the button, send(values) → Promise, done: text
 */
export function ask(panel, { title, fields, label, send, done }) {
	let busy = false;
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(title),
		fields,
		primary_action_label: label,
		primary_action: async (values) => {
			if (busy) return;
			busy = true;
			dialog.disable_primary_action();
			try {
				await send(values);
				dialog.hide();
				tell(done);
				await panel.changed();
			} catch {
				dialog.enable_primary_action();
			} finally {
				busy = false;
			}
		},
	});
	dialog.$wrapper.addClass("sc-dialog");
	dialog.show();
	return dialog;
}

/** What may be uploaded; the server looks at the content again. */
export const FILE_TYPES = [".pdf", ".jpg", ".jpeg", ".png", ".ofd", ".doc", ".docx"];

/** A private upload attached to the document of the panel. */
export function attach_field(panel, extra) {
	return {
		fieldtype: "Attach",
		options: {
			doctype: panel.doctype,
			docname: panel.name,
			make_attachments_public: false,
			restrictions: { allowed_file_types: FILE_TYPES },
		},
		...extra,
	};
}

/** Options of a select: English values of the server with their translation. */
export function choices(values) {
	return values.map((value) => ({ value, label: __(value) }));
}

export function fixed_text(text) {
	return { fieldtype: "HTML", options: `<p class="sc-note">${frappe.utils.escape_html(text)}</p>` };
}
