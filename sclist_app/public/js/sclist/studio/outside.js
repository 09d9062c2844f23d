import { post, tell } from "../calls";
import { bind, copy_version, publish, with_reason } from "../version_tools";

/** A question that Enter answers with yes. */
export function sure(question, act) {
	const dialog = frappe.confirm(question, act);
	dialog?.$wrapper.one("shown.bs.modal", () => dialog.get_primary_btn().focus());
}

/** What leads out of the drawing: hand in, approve, publish, copy. The functions are those of the plain form. */
export function outside(store) {
	const { state } = store;
	// what the tools of the form need of it
	const form = () => ({
		doc: {
			...state.board.version,
			in_use: state.board.in_use,
			effective_from: state.content.head.effective_from,
			copied_from: state.board.compare_with[0]?.value || "",
		},
		reload_doc: store.load,
	});
	const open = (name) => frappe.set_route("procedure-studio", name);

	return {
		async submit() {
			document.activeElement?.blur?.();
			if (!(await store.save())) return;
			if (state.checked?.errors.length) {
				// said before anything is asked
				state.list_open = true;
				return;
			}
			ask_note(state.content.head.note, async (note) => {
				if (note !== (state.content.head.note || "")) {
					store.change((content) => {
						content.head.note = note;
					});
					if (!(await store.save())) return;
				}
				try {
					await post("procedures.submit", { version: state.version });
				} catch {
					state.list_open = true; // the server has said why
					return;
				}
				await store.load();
				tell(__("Submitted. The approver finds it in review."));
			});
		},
		send_back: () => with_reason(form(), __("Send back"), "send_back"),
		publish: () => publish(form()),
		bind: () => bind(form()),
		async new_draft() {
			open(
				(await post("procedures.new_draft", { version: state.version }, __("Copying…"))).name,
			);
		},
		copy() {
			const { bureaus } = state.board.rights;
			const where = { fieldtype: "Select", options: bureaus, default: bureaus[0]?.value };
			copy_version(state.board.version, where, bureaus[0]?.label, open);
		},
	};
}

/** What the approver reads first; Enter in a line of it hands the version in. */
function ask_note(known, act) {
	const dialog = frappe.prompt(
		[
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("What was changed and why, for whoever approves"),
				description: __("May be left empty. Every change is marked in the picture anyway."),
				default: known || "",
			},
		],
		({ note }) => act((note || "").trim()),
		__("Submit this version for approval?"),
		__("Submit for approval"),
	);
	dialog.$wrapper.one("shown.bs.modal", () => dialog.get_primary_btn().focus());
}
