import { download, get, post, tell } from "./calls";
import { el, table } from "./dom";
import { day } from "./words";
import { move_cases } from "./moving_tools";
import { take_over } from "./takeover_tools";
import { running, trials } from "./trial";

/** What a rule administrator and an approver can do with a version; the server decides again. */
export function version_tools(frm) {
	if (frm.is_new()) return;
	const { configures, approves_rules } = frappe.boot.sclist || {};
	const { status, name } = frm.doc;
	const tools = __("Tools");
	const button = (label, act, group) => frm.add_custom_button(label, act, group);

	button(__("Open in the Studio"), () => frappe.set_route("procedure-studio", name));
	button(__("Check"), () => check(name));
	if ((configures || approves_rules) && ["Draft", "In Review"].includes(status)) show_findings(frm);
	const { in_use = [] } = frm.doc.__onload || {};
	if (in_use.length) {
		const texts = in_use.map((one) => frappe.utils.escape_html(one.text)).join("<br>");
		frm.set_intro(texts, "green");
	}
	button(__("Try on cases"), () => attempt(frm), tools);
	button(__("Compare"), () => compare(frm), tools);
	button(__("Export package"), () => download("procedures.export", { version: name }), tools);
	if (["Published", "Retired"].includes(status)) {
		button(__("Export as a standard workflow"), () => standard_workflow(name), tools);
	}
	if (configures && status !== "Draft") {
		button(__("New draft from this"), () => go(post("procedures.new_draft", { version: name })), tools);
		// a model of another bureau is copied; one's own goes on as a new draft
		const own = (frappe.boot.sclist?.bureaus || []).some((bureau) => bureau.name === frm.doc.bureau);
		button(__("Copy for a bureau"), () => copy(frm), own ? tools : undefined);
	}
	if (configures && frm.doc.copied_from && status !== "In Review") {
		button(__("Take over changes of the parent"), () => take_over(frm), tools);
	}
	if ((configures || approves_rules) && status === "Published") {
		button(__("Move running cases"), () => move_cases(frm), tools);
	}
	if (configures && status === "Draft") {
		button(__("Submit for approval"), () => sure(frm, __("Submit this version for approval?"), "submit"));
	}
	if (approves_rules && status === "In Review") {
		button(__("Approve and publish"), () => publish(frm));
		button(__("Send back"), () => with_reason(frm, __("Send back"), "send_back"));
	}
	if (approves_rules && status === "Published") {
		if (frm.doc.__onload?.bindable)
			button(in_use.length ? __("Apply to another bureau") : __("Apply to a bureau"), () => bind(frm));
		button(__("Retire"), () => with_reason(frm, __("Retire"), "retire"), tools);
	}
}

async function go(asked) {
	const { name } = await asked;
	frappe.set_route("Form", "SC Procedure Version", name);
}

function show(title, body) {
	const dialog = new frappe.ui.Dialog({ title, size: "large" });
	dialog.$body.get(0).replaceChildren(body);
	dialog.show();
}

function lines(texts, kind) {
	return texts.length
		? el(
				`ul.sc-findings.sc-${kind}`,
				{},
				texts.map((text) => el("li", {}, text))
			)
		: null;
}

async function check(version) {
	show(__("Result of the check"), findings(await get("procedures.check", { version })));
}

/** What the check found at the last save, under its tab and, where something must be corrected, on top. */
async function show_findings(frm) {
	const { name, modified } = frm.doc;
	const found = await get("procedures.check", { version: name });
	if (frm.doc.name !== name || frm.doc.modified !== modified) return;
	frm.fields_dict.findings?.$wrapper.empty().append(findings(found));
	frm.set_intro("");
	if (!found.errors.length) {
		if (frm.doc.status === "In Review" && frappe.boot.sclist?.approves_rules)
			frm.set_intro(
				`<a href="/app/procedure-studio/${encodeURIComponent(name)}">${__(
					"See side by side what this version changes; there it is approved or sent back as well."
				)}</a>`,
				"blue"
			);
		return;
	}
	const texts = found.errors.map((row) => `<li>${frappe.utils.escape_html(row.text)}</li>`).join("");
	frm.set_intro(`<strong>${__("Must be corrected")}</strong><ul>${texts}</ul>`, "red");
}

function findings({ errors, warnings }) {
	const none = !errors.length && !warnings.length;
	return el(
		"div",
		{},
		none ? el("p.text-success", {}, __("Nothing is wrong. The version can be submitted.")) : null,
		errors.length ? el("h5.text-danger", {}, __("Must be corrected")) : null,
		lines(
			errors.map((row) => row.text),
			"red"
		),
		warnings.length ? el("h5", {}, __("To be noted")) : null,
		lines(
			warnings.map((row) => row.text),
			"orange"
		)
	);
}

/** What would be lost, and then the file. */
async function standard_workflow(version) {
	const lost = await get("standard_workflow.lost", { version });
	const path = "/api/method/sclist_app.api.standard_workflow.download";
	show(
		__("A standard workflow would not hold"),
		el(
			"div",
			{},
			el(
				"p",
				{},
				__(
					"The file holds an inactive workflow for other document types. On the documents of this system it cannot be activated."
				)
			),
			el(
				"p",
				{},
				el(
					"a.btn.btn-primary.btn-sm",
					{ href: `${path}?version=${encodeURIComponent(version)}`, target: "_blank" },
					__("Download")
				)
			),
			lines(lost, "orange")
		)
	);
}

function compare(frm) {
	frappe.prompt(
		[
			{
				fieldname: "old",
				fieldtype: "Link",
				options: "SC Procedure Version",
				label: __("Compare with"),
				default: frm.doc.copied_from,
				reqd: 1,
			},
		],
		async ({ old }) => {
			const texts = await get("procedures.compare", { old, new: frm.doc.name });
			show(
				__("What changes"),
				lines(texts, "blue") || el("p", {}, __("Both versions steer a case alike."))
			);
		},
		__("Compare"),
		__("Compare")
	);
}

async function attempt(frm) {
	const place = el("div.sc-job", {});
	const dialog = new frappe.ui.Dialog({
		title: __("Played over the latest cases; nothing was written"),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "body" }],
	});
	dialog.fields_dict.body.$wrapper.append(place);
	const job = trials(frm.doc.name, (trial) => {
		dialog.get_secondary_btn().toggleClass("hide", !running(trial));
		place.replaceChildren(...attempt_shown(trial));
	});
	dialog.onhide = job.stop;
	dialog.set_secondary_action_label(__("Cancel the Job"));
	dialog.set_secondary_action(job.cancel);
	await job.begin({ against: frm.doc.copied_from || "", cases: 20 });
	dialog.show();
}

function attempt_shown(trial) {
	const { status, done, total, failure, result } = trial;
	if (running(trial))
		return [
			el(
				"div.progress",
				{},
				el("div.progress-bar", { role: "progressbar", style: `width: ${total ? (done / total) * 100 : 0}%` })
			),
			el("p.text-muted", {}, __("You may leave this page; the result is kept for you.")),
		];
	if (status !== "Ready") return [el("p", {}, failure || __("The job is cancelled."))];
	return [
		el(
			"p",
			{},
			__("On average {0} days, before {1} days.", [result.days ?? "—", result.days_before ?? "—"])
		),
		table(
			__("Try on cases"),
			[__("Case"), __("Path"), __("Outcome"), __("Persons"), __("Days"), __("Days before")],
			result.cases.map((row) => [
				row.title,
				row.new.path.join(" → "),
				row.new.problem || row.new.outcome,
				row.new.people,
				row.new.days,
				row.old ? row.old.days : "—",
			])
		),
	];
}

function sure(frm, question, path) {
	frappe.confirm(question, async () => {
		await post(`procedures.${path}`, { version: frm.doc.name });
		await frm.reload_doc();
		tell(__("Done."));
	});
}

export function with_reason(frm, title, path) {
	frappe.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		async ({ reason }) => {
			await post(`procedures.${path}`, { version: frm.doc.name, reason });
			await frm.reload_doc();
		},
		title,
		__("Confirm")
	);
}

/** Approve, and where the approver wants it let it apply to its bureau from the same day on. */
export async function publish(frm) {
	const { name, bureau, kind } = frm.doc;
	const where = bureau && bureau_name(frm);
	const [now] = where ? await get("procedures.applying", { bureau, kind }) : [];
	frappe.prompt(
		[
			{
				fieldname: "effective_from",
				fieldtype: "Date",
				label: __("Effective From"),
				default: frm.doc.effective_from || frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "apply",
				fieldtype: "Check",
				label: where ? __("Apply it to {0} from that day on", [where]) : "",
				default: where ? 1 : 0,
				hidden: where ? 0 : 1,
				description: now
					? frappe.utils.escape_html(
							__("New cases then no longer use “{0}”; cases begun with it are finished with it.", [
								now.version_title,
							])
						)
					: "",
			},
		],
		async ({ effective_from, apply }) => {
			await post("procedures.publish", { version: name, effective_from });
			try {
				if (apply) await post("procedures.bind", { version: name, bureau, effective_from });
			} finally {
				await frm.reload_doc();
			}
			tell(
				apply
					? __("Published and in use at {0} from {1} on.", [where, day(effective_from)])
					: __("Published. Apply it to a bureau to use it.")
			);
		},
		__("Approve and publish"),
		__("Approve and publish")
	);
}

function bureau_field(frm) {
	return [
		{
			fieldname: "bureau",
			fieldtype: "Link",
			options: "SC Bureau",
			label: __("Bureau"),
			default: frm.doc.bureau,
			reqd: 1,
		},
	];
}

export function bind(frm) {
	const { bureau: own, in_use = frm.doc.__onload?.in_use || [] } = frm.doc;
	// where it applies already it need not be applied again
	const first = in_use.some((one) => one.bureau === own) ? "" : own;
	const dialog = frappe.prompt(
		[
			{ ...bureau_field(frm)[0], default: first, change: () => tell_applying(dialog, frm.doc.kind) },
			{
				fieldname: "effective_from",
				fieldtype: "Date",
				label: __("Effective From"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
		],
		async ({ bureau, effective_from }) => {
			await post("procedures.bind", { version: frm.doc.name, bureau, effective_from });
			await frm.reload_doc();
			tell(__("New cases of the bureau use this version from that day on."));
		},
		__("Apply to a bureau"),
		__("Confirm")
	);
	tell_applying(dialog, frm.doc.kind);
}

/** Under the bureau chosen, what applies there now. */
async function tell_applying(dialog, kind) {
	const bureau = dialog?.get_value("bureau");
	if (!bureau) return;
	const [row] = await get("procedures.applying", { bureau, kind });
	if (dialog.get_value("bureau") !== bureau) return;
	dialog.set_df_property(
		"bureau",
		"description",
		frappe.utils.escape_html(__("Applies there now: {0}", [row?.version_title || __("nothing")]))
	);
}

function bureau_name(frm) {
	const { bureau, bureau_name: known } = frm.doc;
	return known || frappe.utils.get_link_title?.("SC Bureau", bureau) || bureau;
}

function copy(frm) {
	const own = frappe.boot.sclist?.bureaus?.[0];
	const { name, kind } = frm.doc;
	const where = { fieldtype: "Link", options: "SC Bureau", default: own?.name };
	copy_version({ name, kind, kind_label: __(kind) }, where, own?.bureau_name, (made) =>
		frappe.set_route("Form", "SC Procedure Version", made)
	);
}

/** Copy a version into a procedure of a bureau. where: the field in which it is chosen; opened: learns the draft's name. */
export function copy_version({ name, kind, kind_label }, where, bureau_label, opened) {
	frappe.prompt(
		[
			{ fieldname: "bureau", label: __("Bureau"), reqd: 1, ...where },
			{
				fieldname: "procedure_name",
				fieldtype: "Data",
				label: __("Procedure Name"),
				default: `${bureau_label || ""}${kind_label}${__("Procedure")}`,
				reqd: 1,
			},
		],
		async ({ bureau, procedure_name }) => {
			const code = await free_code(kind, bureau);
			const made = await post("procedures.copy", { version: name, code, procedure_name, bureau }, __("Copying…"));
			opened(made.name);
			tell(__("Copied. This draft is yours to change."));
		},
		__("Copy for a bureau"),
		__("Copy")
	);
}

// Nobody has to think of a code: kind and bureau, with a number where the bureau has one already.
async function free_code(kind, bureau) {
	const stem = `${kind.toLowerCase().replaceAll(" ", "-")}-${bureau}`;
	const rows = await frappe.db.get_list("SC Procedure", {
		fields: ["name"],
		filters: { name: ["like", `${stem}%`] },
		limit: 200,
	});
	const taken = new Set(rows.map((row) => row.name));
	if (!taken.has(stem)) return stem;
	for (let n = 2; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}
