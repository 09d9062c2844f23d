import { badge, button, el } from "./dom";
import { due_badge, moment_text, VERB_KIND, vote_words } from "./words";
import { ask_and_act } from "./act_dialog";
import { open_posted_pdf, post } from "./calls";
import { papers_drawn } from "./procedure";
import { FILE_TYPES } from "./ask";
import { TOOLS } from "./tools";
import { page_link } from "./addresses";

/** What the reader can do now; if nothing, whom the document waits for. */
export function now(panel) {
	const { tasks = [], run, doc } = panel.view;
	const open = tasks.filter((task) => ["Open", "Claimed"].includes(task.status));
	const mine = open.filter((task) => task.mine);
	const others = open.filter((task) => !task.mine);
	let body;
	if (mine.length)
		body = [
			mine.map((task) => card(panel, task)),
			others.length ? waits_for(panel, others) : null,
		];
	else if (others.length)
		body = [
			others.some((task) => task.vote?.own) ? null : el("p", {}, __("Nothing here waits for you.")),
			waits_for(panel, others),
		];
	else if (!run) body = el("p.text-muted", {}, __("The procedure starts when the form is saved."));
	else if (doc.run_status === "Ended" || run.status === "Ended")
		body = el("p.text-muted", {}, __("The procedure has ended."));
	else
		body = el(
			"p.text-muted",
			{},
			__("No task is open. A waiting period is running; the next task comes by itself."),
		);
	return el(
		"section.sc-section.sc-now",
		{},
		el("div.sc-section-head", {}, el("h5", {}, __("What you can do now"))),
		body,
	);
}

/** One line a step; of a joint signature, who has signed and who is still asked. */
function waits_for(panel, tasks) {
	const steps = new Map();
	for (const task of tasks) {
		const key = task.vote ? task.step : task.name;
		steps.set(key, [...(steps.get(key) || []), task]);
	}
	return el(
		"ul.sc-waits",
		{},
		[...steps.values()].map((group) => {
			const [task] = group;
			return el(
				"li",
				{},
				el("strong", {}, task.step_title),
				el(
					"span",
					{},
					task.vote
						? vote_words(task.vote)
						: __("waits for {0}", [task.assignee_name || task.post_title]),
				),
				due_badge(task),
				group
					.filter((one) => one.may_vacate)
					.map((one) =>
						button(
							group.length > 1
								? __("Leave {0} out of the vote", [one.assignee_name])
								: __("Leave out of the vote"),
							{
								class: "btn btn-xs btn-default",
								onclick: () => leave_out(panel, one),
							},
						),
					),
				reasons([...new Set(group.flatMap((one) => one.barred || []))]),
			);
		}),
	);
}

/** Nobody can act on this seat; the count goes on without it. */
function leave_out(panel, task) {
	frappe.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		async ({ reason }) => {
			await post("posts.vacate", { task: task.name, reason });
			await panel.changed();
		},
		__("Leave {0} out of the vote", [task.assignee_name]),
		__("Confirm"),
	);
}

function card(panel, task) {
	return el(
		"article.sc-task",
		{ "data-task": task.name },
		el(
			"div.sc-task-head",
			{},
			el("h4", {}, task.step_title),
			due_badge(task),
			task.acting_for_name ? badge(__("For {0}", [task.acting_for_name]), "blue") : null,
			el(
				"span.text-muted",
				{},
				[task.division_name, task.post_title, moment_text(task.opened_on)]
					.filter(Boolean)
					.join(" · "),
			),
		),
		task.instructions ? el("p.sc-instructions", {}, task.instructions) : null,
		reasons(task.barred),
		task.vote ? el("p.sc-vote", {}, vote_words(task.vote)) : null,
		materials(panel, task),
		task.approves
			? el(
					"a.btn.btn-sm.btn-default",
					{ href: page_link("sc-approval", task.name) },
					__("Open the approval page"),
				)
			: null,
		TOOLS[task.tool]?.(panel, task) || null,
		samples(panel, task),
		actions(panel, task),
	);
}

function reasons(texts) {
	if (!texts?.length) return null;
	return el(
		"ul.sc-reasons",
		{},
		texts.map((text) => el("li", {}, text)),
	);
}

/** What the step needs in the evidence, and a way to add what is missing. */
function materials(panel, task) {
	if (!task.materials?.length) return null;
	const evidence = panel.frm?.doc?.evidence;
	const present = new Set(
		(evidence || []).filter((row) => row.file).map((row) => (row.title || "").trim()),
	);
	return el(
		"div.sc-materials",
		{},
		el("div.sc-label", {}, __("Materials of this step")),
		el(
			"ul",
			{},
			task.materials.map((item) => {
				const there = present.has(item.title.trim());
				return el(
					"li",
					{},
					item.title,
					" ",
					there
						? badge(__("In the file"), "green")
						: badge(
								item.required ? __("Must be there") : __("If any"),
								item.required ? "orange" : "gray",
							),
					" ",
					there || !panel.frm?.fields_dict.evidence
						? null
						: button(__("Upload"), {
								class: "btn btn-xs btn-default",
								"aria-label": `${__("Upload")} ${item.title}`,
								onclick: () => upload_evidence(panel, item.title),
							}),
				);
			}),
		),
	);
}

const PICTURE = /\.(png|jpe?g|bmp|gif|webp)$/i;

/** Upload one file as the evidence wanted, or any number that are called as their files are. */
export function upload_evidence(panel, wanted = "") {
	const frm = panel.frm;
	const arrived = [];
	let saving = Promise.resolve();
	// a row added while the form is being saved would be gone with the answer
	async function take_in() {
		const files = arrived.splice(0);
		if (!files.length) return;
		for (const file of files) enter_evidence(frm, file, wanted);
		frm.dirty();
		frm.refresh_field("evidence");
		await frm.save();
	}
	new frappe.ui.FileUploader({
		doctype: frm.doctype,
		docname: frm.docname,
		allow_multiple: !wanted,
		make_attachments_public: false,
		restrictions: { allowed_file_types: FILE_TYPES },
		on_success: (file) => {
			arrived.push(file);
			saving = saving.then(take_in, take_in);
			return saving;
		},
	});
}

function enter_evidence(frm, file, wanted) {
	const title = wanted || file.file_name.replace(/\.[^.]+$/, "");
	const row = (frm.doc.evidence || []).find(
		(one) => !one.file && (!one.title || one.title === title),
	);
	Object.assign(row || frm.add_child("evidence"), {
		title,
		kind: row?.kind || (PICTURE.test(file.file_url) ? "Photograph or Video" : "Other"),
		file: file.file_url,
	});
}

/** Sample buttons for the papers the next action would draw; nothing is drawn by looking. */
function samples(panel, task) {
	const subjects = panel.view.subjects || [];
	const drawn = subjects.length ? papers_drawn(panel.procedure, task.step) : [];
	const unique = [...new Map(drawn.map((paper) => [paper.kind, paper])).values()];
	if (!unique.length) return null;
	const buttons = unique.flatMap((paper) =>
		subjects.map((subject) =>
			button(subjects.length > 1 ? `${paper.title}(${subject.entity_name})` : paper.title, {
				class: "btn btn-xs btn-default",
				onclick: () =>
					open_posted_pdf("papers.preview", {
						doctype: panel.doctype,
						name: panel.name,
						document_kind: paper.kind,
						subject: subject.entity,
					}),
			}),
		),
	);
	return el(
		"div.sc-samples",
		{},
		el("div.sc-label", {}, __("Papers this step draws up (look at a sample first)")),
		el("div.sc-buttons", {}, buttons),
	);
}

function actions(panel, task) {
	const list = task.actions || [];
	if (!list.length) return null;
	const blocked = list.filter((action) => action.blocked?.length);
	const warnings = [...new Set(list.flatMap((action) => action.warnings || []))];
	return [
		warnings.length
			? el("div", {}, el("div.sc-label", {}, __("Please note:")), reasons(warnings))
			: null,
		blocked.length
			? el(
					"div.sc-blocked",
					{ id: `sc-blocked-${task.name}` },
					blocked.map((action) => [
						el("div.sc-label", {}, __("Before “{0}” is possible:", [action.label])),
						reasons(action.blocked),
					]),
				)
			: null,
		el(
			"div.sc-actions",
			{ role: "group", "aria-label": task.step_title },
			list.map((action) =>
				button(action.label, {
					kind: VERB_KIND[action.verb] || "default",
					disabled: Boolean(action.blocked?.length),
					"aria-describedby": action.blocked?.length ? `sc-blocked-${task.name}` : null,
					"data-action": action.action,
					title: action.target_title ? __("Next: {0}", [action.target_title]) : null,
					onclick: () => ask_and_act(panel, task, action),
				}),
			),
		),
	];
}
