import { get, new_token, post_quietly } from "./calls";
import { badge, button, el, form_link, section, table } from "./dom";

/** Move running cases to the version of the form: choose, preview, give the reason, see what became of each. */
export async function move_cases(frm) {
	const [previous] = await frappe.db.get_list("SC Procedure Version", {
		filters: { procedure: frm.doc.procedure, status: "Published", version_no: ["<", frm.doc.version_no] },
		order_by: "version_no desc",
		limit: 1,
	});
	frappe.prompt(
		[
			{
				fieldname: "old",
				fieldtype: "Link",
				options: "SC Procedure Version",
				label: __("Move cases from"),
				default: previous?.name || frm.doc.copied_from,
				get_query: () => ({
					filters: {
						kind: frm.doc.kind,
						status: ["in", ["Published", "Retired"]],
						name: ["!=", frm.doc.name],
					},
				}),
				reqd: 1,
			},
		],
		async ({ old }) => new MovingDialog(frm, old).open(),
		__("Move running cases"),
		__("Show the cases")
	);
}

class MovingDialog {
	constructor(frm, old) {
		Object.assign(this, { frm, old, chosen: new Set(), results: new Map() });
		this.decides = Boolean(frappe.boot.sclist?.approves_rules) || frappe.session.user === "Administrator";
	}

	async open() {
		const { cases, more, from } = await get("procedures.running_cases", {
			old: this.old,
			new: this.frm.doc.name,
		});
		Object.assign(this, { cases, more, from });
		this.list = el("div", { "aria-live": "polite" });
		this.dialog = new frappe.ui.Dialog({
			title: frappe.utils.escape_html(__("Running cases of {0}", [this.from])),
			size: "extra-large",
			fields: [
				{ fieldname: "list", fieldtype: "HTML" },
				...(this.decides && cases.some((row) => !row.refused)
					? [
							{
								fieldname: "reason",
								fieldtype: "Small Text",
								label: __("Reason"),
								description: __("Enter the reason; it is kept in the log of each case."),
								reqd: 1,
							},
						]
					: []),
			],
			...(this.decides && cases.some((row) => !row.refused)
				? {
						primary_action_label: __("Move the chosen cases"),
						primary_action: ({ reason }) => this.confirm(reason),
					}
				: {}),
		});
		this.dialog.$wrapper.addClass("sc-dialog");
		this.dialog.get_field("list").$wrapper.get(0).append(this.list);
		this.render();
		this.dialog.show();
	}

	render() {
		const parts = [];
		if (!this.cases.length)
			parts.push(el("p", {}, __("No running case of this version is visible to you.")));
		else parts.push(this.table());
		if (this.more)
			parts.push(
				el(
					"p.sc-note",
					{},
					__("Only the first {0} cases are shown. Move these, then open the list again.", [
						this.cases.length,
					])
				)
			);
		if (this.cases.length && !this.decides)
			parts.push(
				el(
					"p.sc-note",
					{},
					__("An approver decides which cases are moved; you can look at the preview.")
				)
			);
		this.list.replaceChildren(...parts);
	}

	table() {
		const heads = [__("Case"), __("Bureau"), __("Stands at"), __("Under the new version"), ""];
		const rows = this.cases.map((row) => [
			[this.box(row), form_link(row.doctype, row.case, row.title || row.case)],
			row.bureau_name,
			row.state,
			this.verdict(row),
			this.results.get(row.run)?.moved
				? ""
				: button(__("Preview"), { onclick: () => show_preview(row, this.frm.doc.name) }),
		]);
		return table(__("Running cases of {0}", [this.from]), heads, rows);
	}

	box(row) {
		if (!this.decides || row.refused || this.results.get(row.run)?.moved) return null;
		return el("input.mr-2", {
			type: "checkbox",
			"aria-label": __("Choose case {0}", [row.case]),
			checked: this.chosen.has(row.run),
			onchange: (event) =>
				event.target.checked ? this.chosen.add(row.run) : this.chosen.delete(row.run),
		});
	}

	verdict(row) {
		const result = this.results.get(row.run);
		if (result?.busy) return badge(__("Moving…"), "blue");
		if (result)
			return [
				badge(result.moved ? __("Moved") : __("Not moved"), result.moved ? "green" : "red"),
				result.text ? el("div.text-muted", {}, result.text) : null,
			];
		const label = row.refused
			? [__("Cannot be moved"), "red"]
			: row.findings.length
				? [__("With notes"), "orange"]
				: [__("Can be moved"), "green"];
		return [badge(...label), ...row.findings.map((text) => el("div.text-muted", {}, text))];
	}

	confirm(reason) {
		const rows = this.cases.filter((row) => this.chosen.has(row.run));
		if (!rows.length) {
			frappe.msgprint(__("Choose at least one case."));
			return;
		}
		const title = frappe.utils.escape_html(this.frm.doc.version_title);
		frappe.confirm(__("Move {0} cases to {1}?", [rows.length, title]), () => this.move(rows, reason));
	}

	// each case in a request of its own: one that is refused leaves the others moved
	async move(rows, reason) {
		this.dialog.disable_primary_action();
		for (const row of rows) {
			this.results.set(row.run, { busy: true });
			this.render();
			try {
				await post_quietly("procedures.move", {
					run: row.run,
					version: this.frm.doc.name,
					reason,
					seen: row.seq,
					token: new_token(),
				});
				this.results.set(row.run, { moved: true });
			} catch (error) {
				this.results.set(row.run, { moved: false, text: error.message });
			}
			this.chosen.delete(row.run);
			this.render();
		}
		const moved = rows.filter((row) => this.results.get(row.run).moved).length;
		frappe.show_alert(
			{
				message: __("{0} moved, {1} not moved.", [moved, rows.length - moved]),
				indicator: moved === rows.length ? "green" : "orange",
			},
			8
		);
		this.dialog.enable_primary_action();
	}
}

function list(items, kind) {
	return items.length
		? el(
				`ul.sc-findings${kind ? `.sc-${kind}` : ""}`,
				{},
				items.map((text) => el("li", {}, text))
			)
		: null;
}

async function show_preview(row, version) {
	const found = await get("procedures.preview_move", { run: row.run, version });
	const errors = found.findings.filter((f) => f.severity === "error").map((f) => f.text);
	const notes = found.findings.filter((f) => f.severity !== "error").map((f) => f.text);
	const limits = found.clocks.filter((clock) => clock.changed || clock.note);
	const quiet =
		!found.findings.length &&
		!found.votes.length &&
		!found.tasks.length &&
		!limits.length &&
		!found.new_limits.length;
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(`${found.title || found.case}：${found.from} → ${found.to}`),
		size: "extra-large",
	});
	dialog.$body.addClass("sc-panel").get(0).replaceChildren(
		el(
			"div",
			{},
			errors.length
				? section(__("Cannot be moved"), list(errors, "red"))
				: quiet
					? el("p", {}, __("Nothing in the case changes but the version."))
					: null,
			section(__("Notes"), list(notes, "orange")),
			found.steps.length
				? table(
						__("Under the new version"),
						[
							__("Under the version now"),
							__("Stand"),
							__("Under the new version"),
							__("What happens"),
						],
						found.steps.map((step) => [
							step.before || "—",
							step.status,
							step.after || badge(__("No step corresponds"), "gray"),
							step.note,
						])
					)
				: null,
			section(__("Votes that become void"), list(found.votes)),
			section(
				__("New tasks"),
				list(
					found.tasks.map((task) =>
						[task.step, task.post, task.assignee].filter(Boolean).join(" · ")
					)
				)
			),
			limits.length
				? section(
						__("Limits"),
						table(
							__("Limits"),
							[__("Limit"), __("Before"), __("After"), __("Notes")],
							limits.map((clock) => [clock.limit, clock.before, clock.after, clock.note])
						)
					)
				: null,
			section(__("New limits"), list(found.new_limits))
		)
	);
	dialog.show();
}
