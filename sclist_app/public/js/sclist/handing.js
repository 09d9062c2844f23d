import { get, post, tell } from "./calls";

/** The acts beside the buttons, in the form's menu “More”: only those that make sense where the case stands. */
export function offer_more(panel) {
	const { frm, view } = panel;
	if (!frm?.add_custom_button || !view?.run || view.run.status === "Ended") return;
	const group = __("More acts");
	const tasks = panel.my_tasks();
	const suspended = view.run.status === "Suspended";
	const offer = (label, act) => {
		frm.remove_custom_button(label, group);
		frm.add_custom_button(label, act, group);
	};
	const drop = (label) => frm.remove_custom_button(label, group);
	const all = [
		[__("Transfer"), tasks.length && !suspended, () => hand_on(panel, tasks[0], "transfer")],
		[
			__("Add a signer"),
			tasks.some(voted_on(panel)) && !suspended,
			() => hand_on(panel, tasks[0], "add_signer"),
		],
		[__("Withdraw"), panel.view.may_withdraw, () => with_reason(panel, __("Withdraw"), "withdraw")],
		[__("Urge"), !tasks.length && view.tasks.length && !suspended, () => urge(panel)],
		[__("Copy to"), true, () => copy_to(panel)],
		[__("Suspend"), tasks.length && !suspended, () => with_reason(panel, __("Suspend"), "suspend")],
		[__("Resume"), suspended, () => with_reason(panel, __("Resume"), "resume")],
	];
	for (const [label, possible, act] of all) possible ? offer(label, act) : drop(label);
}

const voted_on = (panel) => (task) =>
	(panel.procedure?.steps || []).some(
		(step) => step.code === task.step && step.mode && step.mode !== "One"
	);

function with_reason(panel, title, path) {
	frappe.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		async ({ reason }) => {
			await post(`run.${path}`, { run: panel.view.run.name, reason });
			await panel.changed();
		},
		title,
		__("Confirm")
	);
}

async function hand_on(panel, task, path) {
	const people = await get("run.people", { task: task.name });
	const fit = people.filter(
		(person) => person.user !== frappe.session.user && (path === "add_signer" || person.same_post)
	);
	if (!fit.length) {
		frappe.msgprint(
			__("Nobody else can take this over. Ask the administrator to assign someone to the post.")
		);
		return;
	}
	frappe.prompt(
		[
			{
				fieldname: "to",
				fieldtype: "Select",
				label: __("Person"),
				options: fit.map((person) => ({ value: person.user, label: person.name })),
				reqd: 1,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		async ({ to, reason }) => {
			await post(`run.${path}`, { task: task.name, to, reason });
			await panel.changed();
		},
		path === "transfer" ? __("Transfer") : __("Add a signer"),
		__("Confirm")
	);
}

async function urge(panel) {
	const answer = await post("run.urge", { run: panel.view.run.name }).catch(() => null);
	if (!answer) return; // the server has said why
	const { people } = answer;
	tell(__("{0} persons were reminded.", [people]));
	await panel.load();
}

async function copy_to(panel) {
	const task = panel.view.tasks[0];
	const people = task ? await get("run.people", { task: task.name }) : [];
	frappe.prompt(
		[
			{
				fieldname: "to",
				fieldtype: "Select",
				label: __("Person"),
				options: people
					.filter((person) => person.user !== frappe.session.user)
					.map((person) => ({ value: person.user, label: person.name })),
				reqd: 1,
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
		],
		async ({ to, note }) => {
			await post("run.copy_to", { run: panel.view.run.name, to, note: note || "" });
			tell(__("Copied for information."));
			await panel.load();
		},
		__("Copy to"),
		__("Confirm")
	);
}
