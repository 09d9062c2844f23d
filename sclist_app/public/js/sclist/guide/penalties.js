import { badge, button, el, form_link } from "../dom";
import { get, tell } from "../calls";
import { day } from "../words";
import { keep_dialog } from "./drafts";

const KINDS = [
	"Fine",
	"Warning",
	"Public Criticism",
	"Confiscation",
	"Suspension of Licence",
	"Revocation of Licence",
	"Suspension of Production",
	"Closure",
	"Restriction of Practice",
	"Detention",
	"Other",
];

/** Step 2: the penalty the case rests on. What is registered with the parties is offered. */
export function penalty_stage(guide) {
	const { frm } = guide;
	const list = el("div");
	const node = el(
		"div",
		{},
		el(
			"p.sc-note",
			{},
			__("A listing rests on a penalty decision of this bureau. Facts, date, amount and file are taken over.")
		),
		list,
		el("div.sc-buttons", {}, button(__("Register a penalty"), { onclick: () => enter() }))
	);

	let asked = "";
	async function update() {
		const parties = (frm.doc.subjects || []).filter((row) => row.entity);
		const key = JSON.stringify([
			frm.docname,
			frm.doc.bureau,
			parties.map((row) => row.entity),
			(frm.doc.penalties || []).map((row) => row.penalty),
		]);
		if (key === asked) return;
		asked = key;
		const found = new Map();
		for (const party of parties) {
			const { penalties } = await get("grounds.around", {
				entity: party.entity,
				bureau: frm.doc.bureau || "",
			}).catch(() => ({ penalties: [] }));
			for (const penalty of penalties) found.set(penalty.name, penalty);
		}
		if (key !== asked) return;
		list.replaceChildren(
			el("div.sc-label", {}, __("Penalties registered with these parties")),
			found.size
				? el("ul.sc-found", {}, [...found.values()].map(offer))
				: el(
						"p.sc-note",
						{},
						parties.length
							? __("None yet. Register the penalty decision.")
							: __("Choose the parties first, or register the penalty decision.")
					)
		);
	}

	function offer(row) {
		const there = (frm.doc.penalties || []).some((one) => one.penalty === row.name);
		const elsewhere = Boolean(row.case) && row.case !== frm.docname;
		return el(
			"li.sc-offer-row",
			{},
			el(
				"div",
				{},
				el("strong", {}, row.document_number),
				" ",
				el(
					"span.text-muted",
					{},
					[row.entity_name, day(row.decided_on), row.fine_total ? money(row.fine_total) : "", row.status_label]
						.filter(Boolean)
						.join(" · ")
				),
				elsewhere
					? el(
							"div",
							{ id: `sc-taken-${row.name}` },
							badge(row.taken ? __("In a case already") : __("Was in a case"), row.taken ? "orange" : "gray"),
							" ",
							form_link("SC Case", row.case),
							row.taken
								? el("div.text-muted", {}, __("It is handled in that case against this party; go on there."))
								: null
						)
					: null
			),
			there
				? badge(__("Chosen"), "gray")
				: button(__("Use it"), {
						class: "btn btn-xs btn-default",
						"aria-label": `${__("Use it")} ${row.document_number}`,
						disabled: elsewhere && row.taken,
						"aria-describedby": elsewhere && row.taken ? `sc-taken-${row.name}` : null,
						onclick: () => use(row),
					})
		);
	}

	async function use(row) {
		await take_penalty(frm, row);
		await update();
		guide.foot.querySelector('[data-guide="next"]')?.focus();
	}

	function enter() {
		const parties = (frm.doc.subjects || []).filter((row) => row.entity);
		const dialog = new frappe.ui.Dialog({
			title: __("Register a penalty"),
			fields: [
				{
					fieldname: "document_number",
					fieldtype: "Data",
					label: __("Penalty Decision Number"),
					reqd: 1,
					description: __("As on the decision; brackets and full-width figures are put right."),
				},
				{
					fieldname: "entity",
					fieldtype: "Link",
					options: "SC Entity",
					label: __("Penalised Party"),
					default: parties[0]?.entity,
					reqd: 1,
				},
				{ fieldname: "decided_on", fieldtype: "Date", label: __("Penalty Decided On"), reqd: 1 },
				{ fieldname: "served_on", fieldtype: "Date", label: __("Penalty Served On") },
				{
					fieldname: "kind",
					fieldtype: "Select",
					label: __("Penalty Kind"),
					options: KINDS.map((value) => ({ value, label: __(value) })),
					default: "Fine",
					reqd: 1,
				},
				{
					fieldname: "amount",
					fieldtype: "Currency",
					label: __("Amount"),
					depends_on: "eval:doc.kind=='Fine'",
				},
				{ fieldname: "column", fieldtype: "Column Break" },
				{ fieldname: "violation", fieldtype: "Small Text", label: __("Violation"), reqd: 1 },
				{ fieldname: "basis", fieldtype: "Small Text", label: __("Basis"), reqd: 1 },
				{
					fieldname: "multiplier",
					fieldtype: "Float",
					label: __("Multiple of the Fine"),
					description: __("Only for a fine under article 114, paragraph 2 of the Work Safety Law."),
					depends_on: "eval:doc.kind=='Fine'",
				},
			],
			primary_action_label: __("Register"),
			primary_action: async () => {
				const typed = dialog.get_values();
				if (!typed || dialog.sclist_busy) return;
				dialog.sclist_busy = true;
				dialog.disable_primary_action();
				const { kind, amount, ...plain } = typed;
				try {
					const stored = await frappe.db.insert({
						doctype: "SC Penalty",
						bureau: frm.doc.bureau,
						status: "Effective",
						...plain,
						items: [{ doctype: "SC Penalty Item", kind, amount: kind === "Fine" ? amount : 0 }],
					});
					registered();
					dialog.hide();
					tell(__("{0} is registered.", [stored.document_number]));
					await use(stored);
				} catch {
					// the server has said what is wrong; everything typed stays
				} finally {
					dialog.sclist_busy = false;
					dialog.enable_primary_action();
				}
			},
		});
		dialog.$wrapper.addClass("sc-dialog");
		dialog.show();
		const registered = keep_dialog(dialog, ["SC Penalty", "quick"]);
	}

	return { node, update };
}

/** Puts a penalty into the case; the form takes over party, facts and evidence by itself. */
export async function take_penalty(frm, row) {
	frappe.utils.add_link_title("SC Penalty", row.name, row.document_number);
	const line = (frm.doc.penalties || []).find((one) => !one.penalty) || frm.add_child("penalties");
	await frappe.model.set_value(line.doctype, line.name, "penalty", row.name);
	await frappe.model.set_value(line.doctype, line.name, {
		document_number: row.document_number,
		decided_on: row.decided_on,
	});
	frm.dirty();
	frm.refresh_field("penalties");
}

export function money(amount) {
	return `${Number(amount).toLocaleString("zh-CN")}${__(" yuan")}`;
}
