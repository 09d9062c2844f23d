import { get, post, tell } from "./calls";
import { my_bureaus } from "./posts";

/** Asks for one's own absence or delegation, with the deputies the server offers; resolves when it is entered. */
export async function enter_absence() {
	const bureaus = my_bureaus();
	if (!bureaus.length) {
		frappe.msgprint(__("You hold no post, so there is nothing to hand on."));
		return;
	}
	const today = frappe.datetime.get_today();
	const dialog = new frappe.ui.Dialog({
		title: __("Absence or Delegation"),
		fields: [
			{
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Absence Kind"),
				options: ["Absence", "Delegation"].map((value) => ({ value, label: __(value) })),
				default: "Absence",
				reqd: 1,
				description: __(
					"Absence: the person does nothing in this time. Delegation: both may act, a vote is cast by the deputy."
				),
			},
			{
				fieldname: "bureau",
				fieldtype: "Select",
				label: __("Bureau"),
				options: bureaus.map((row) => ({ value: row.name, label: row.bureau_name })),
				default: bureaus[0].name,
				reqd: 1,
				hidden: bureaus.length === 1,
				change: () => offer(dialog),
			},
			{ fieldname: "from_date", fieldtype: "Date", label: __("From Day"), default: today, reqd: 1 },
			{ fieldname: "to_date", fieldtype: "Date", label: __("Until Day"), reqd: 1 },
			{ fieldname: "column", fieldtype: "Column Break" },
			{ fieldname: "post", fieldtype: "Select", label: __("Post Represented"), options: [] },
			{
				fieldname: "deputy",
				fieldtype: "Select",
				label: __("Deputy"),
				options: [],
				description: __("Empty: the standing deputy named in the post assignment."),
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		primary_action_label: __("Enter"),
		async primary_action(values) {
			await post("posts.register_absence", values);
			dialog.hide();
			tell(__("Entered. Your deputy sees the tasks from the first day on."));
			dialog.done();
		},
	});
	await offer(dialog);
	return new Promise((resolve) => {
		dialog.done = resolve;
		dialog.show();
	});
}

async function offer(dialog) {
	const bureau = dialog.get_value("bureau") || my_bureaus()[0].name;
	const [posts, people] = await Promise.all([
		get("posts.own_posts", { bureau }),
		get("posts.deputies", { bureau }),
	]);
	dialog.set_df_property("post", "options", [
		{ value: "", label: __("All posts in which cases are handled") },
		...posts.map((row) => ({ value: row.post, label: row.post_name })),
	]);
	dialog.set_df_property("deputy", "options", [
		"",
		...people.map((row) => ({ value: row.user, label: `${row.name}（${row.posts}）` })),
	]);
}

/** One's own running row can be ended at once. */
export function end_absence(frm) {
	const own = frm.doc.user === frappe.session.user || frappe.user.has_role("System Manager");
	if (frm.is_new() || frm.doc.ended_early || !own || frm.doc.to_date < frappe.datetime.get_today()) return;
	frm.add_custom_button(__("End now"), () =>
		frappe.confirm(__("End it now? Open tasks go back to the holder of the post."), async () => {
			await post("posts.end_absence", { absence: frm.doc.name });
			await frm.reload_doc();
		})
	);
}

/** Can this effect be queued again? Only the administrator's page offers it. */
export function retry_effect(frm) {
	if (frm.doc.status !== "Failed" || !frappe.user.has_role("System Manager")) return;
	frm.add_custom_button(__("Try again"), async () => {
		await post("effects.retry", { effect_run: frm.doc.name });
		tell(__("Queued."));
		await frm.reload_doc();
	});
}

/** In a draft, the routes offer the effects by their names. */
export async function offer_effects(frm) {
	const grid = frm.fields_dict.transitions?.grid;
	if (!grid) return;
	const effects = await get("effects.choices").catch(() => []);
	grid.update_docfield_property("effects", "fieldtype", "MultiSelect");
	grid.update_docfield_property(
		"effects",
		"options",
		effects.map((row) => ({
			value: row.value,
			label: row.value,
			description: row.after_commit ? `${row.label}（${__("after saving")}）` : row.label,
		}))
	);
}
