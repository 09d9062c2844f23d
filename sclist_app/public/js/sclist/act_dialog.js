import { el } from "./dom";
import { new_token, post, tell } from "./calls";
import { papers_drawn } from "./procedure";
import { join_names, VERB_KIND } from "./words";

const drafts = new Map();

/** Asks for the opinion, says what happens next, and acts once however often the button is pressed. */
export async function ask_and_act(panel, task, action) {
	if (panel.frm?.is_dirty()) {
		// What was typed belongs to what is decided; a form that does not save decides nothing.
		await panel.frm.save();
		if (panel.frm.is_dirty()) return null;
		await panel.load();
		const fresh = find(panel, task.name, action.action);
		if (!fresh || fresh.action.blocked?.length) return null;
		({ task, action } = fresh);
	}
	return open_dialog(panel, task, action);
}

function open_dialog(panel, task, action) {
	const token = new_token();
	let seen = panel.view.run?.seq;
	let busy = false;
	const drawn = papers_drawn(panel.procedure, task.step, action.action);
	const draft = `${task.name} ${action.action}`;

	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(`${task.step_title} · ${action.label}`),
		fields: [
			{ fieldname: "note", fieldtype: "HTML" },
			{
				fieldname: "opinion",
				fieldtype: "Small Text",
				label: action.reason_required ? __("Opinion and reasons") : __("Opinion (optional)"),
				reqd: action.reason_required ? 1 : 0,
				default: drafts.get(draft) || "",
			},
		],
		primary_action_label: frappe.utils.escape_html(action.label),
		primary_action: async ({ opinion }) => {
			if (busy) return;
			busy = true;
			dialog.disable_primary_action();
			try {
				const answer = await post(
					"run.act",
					{ task: task.name, action: action.action, opinion: opinion || "", seen, token },
					drawn.length ? __("The papers are being drawn up…") : undefined
				);
				await dialog.set_value("opinion", "");
				dialog.hide();
				tell(answer?.message || __("Done: {0}", [action.label]));
				await panel.changed();
			} catch {
				const fresh = await after_refusal(panel, dialog, task, action, seen);
				if (!fresh) return; // stays busy: there is nothing left to confirm
				seen = panel.view.run?.seq;
				busy = false;
			}
		},
	});

	// Closed without acting: the words are still there when it is opened again.
	dialog.onhide = () => drafts.set(draft, dialog.get_value("opinion") || "");

	write_note(dialog, [
		action.target_title ? el("p", {}, __("Next: {0}", [action.target_title])) : null,
		drawn.length
			? el("p", {}, __("Draws up: {0}", [join_names(drawn.map((paper) => paper.title))]))
			: null,
	]);
	if (VERB_KIND[action.verb] === "danger") {
		dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
	}
	dialog.$wrapper.addClass("sc-dialog");
	dialog.show();
	return dialog;
}

// The server refused or the line broke: read again, keep what was typed, and say whether it can still be done.
async function after_refusal(panel, dialog, task, action, seen) {
	const view = await panel.load();
	const fresh = find(panel, task.name, action.action);
	if (!fresh) {
		write_note(dialog, [
			el(
				"p.sc-warn",
				{},
				__("This task is no longer open to you. Your opinion is kept here so that you can copy it.")
			),
		]);
		dialog.get_primary_btn().addClass("hide");
		return null;
	}
	if (view?.run?.seq !== seen) {
		write_note(dialog, [
			el(
				"p.sc-warn",
				{},
				__(
					"Something has happened in this case since you opened it. The page has been renewed and your opinion kept. Look at it, then confirm again."
				)
			),
			fresh.action.target_title ? el("p", {}, __("Next: {0}", [fresh.action.target_title])) : null,
		]);
	}
	if (!fresh.action.blocked?.length) dialog.enable_primary_action();
	return fresh;
}

function find(panel, task_name, code) {
	const task = panel.my_tasks().find((one) => one.name === task_name);
	const action = task?.actions?.find((one) => one.action === code);
	return action ? { task, action } : null;
}

function write_note(dialog, nodes) {
	dialog.fields_dict.note.$wrapper.get(0).replaceChildren(...nodes.filter(Boolean));
}
