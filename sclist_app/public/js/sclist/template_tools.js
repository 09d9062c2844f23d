import { get, post, tell } from "./calls";
import { el } from "./dom";

const COLOURS = { Draft: "orange", "In Review": "blue", "In Force": "green", Retired: "gray" };

/** What a rule administrator and an approver can do with a template; the server decides again. */
export function template_tools(frm) {
	const { doc } = frm;
	const writes = frappe.boot.sclist?.configures || frappe.user.has_role("System Manager");
	const approves = frappe.boot.sclist?.approves_rules || frappe.user.has_role("System Manager");
	if (frm.is_new()) {
		begin(frm);
		return;
	}
	frm.page.set_indicator(__(doc.state), COLOURS[doc.state] || "gray");
	if (doc.state !== "Draft") frm.disable_form();
	tell_state(frm);
	const add = (label, act, primary) => {
		const node = frm.add_custom_button(label, act);
		if (primary) node.addClass("btn-primary");
	};
	if (doc.state === "Draft" && writes) add(__("Submit for approval"), () => submit(frm));
	if (doc.state === "In Review" && approves) {
		add(__("Send back"), () => with_reason(frm, __("Send back"), "send_back"));
		add(__("Approve"), () => approve(frm), true);
	}
	if (doc.paper_format !== "Word" && (writes || approves)) add(__("Compare"), () => compare(frm));
	if (["In Force", "Retired"].includes(doc.state) && writes) add(__("New version"), () => new_version(frm));
	if (doc.state === "In Force" && approves && doc.bureau)
		add(__("Retire"), () => with_reason(frm, __("Retire"), "retire"));
}

function tell_state(frm) {
	const { doc } = frm;
	frm.set_intro("");
	if (doc.state === "Draft" && doc.review_note)
		frm.set_intro(
			frappe.utils.escape_html(__("Sent back by the approver: {0}", [doc.review_note])),
			"orange"
		);
	if (doc.state === "In Review")
		frm.set_intro(__("Waits for approval by another person than its author."), "blue");
	if (doc.state === "In Force")
		frm.set_intro(
			doc.effective_from && doc.effective_from > frappe.datetime.get_today()
				? __("Approved; applies from {0} on.", [frappe.datetime.str_to_user(doc.effective_from)])
				: __("In force; it does not change any more. Make a new version to change it."),
			"green"
		);
}

/** A new template begins with the text that applies now. */
async function begin(frm) {
	const { document_kind, bureau, body, paper_format } = frm.doc;
	if (!bureau && !frm.sclist_bureau_set) {
		frm.sclist_bureau_set = true;
		const own = sclist.default_bureau();
		if (own) await frm.set_value("bureau", own);
	}
	if (!document_kind || body || paper_format === "Word") return;
	const found = await get("templates.in_force", { document_kind, bureau: frm.doc.bureau || "" });
	if (frm.doc.document_kind !== document_kind || frm.doc.body || !found.body) return;
	await frm.set_value({ body: found.body, date_style: found.date_style });
	tell(__("Begun with the text in force: {0}", [found.title]));
}

function submit(frm) {
	if (frm.is_dirty()) {
		tell(__("Save the form first."), "orange");
		return;
	}
	frappe.confirm(__("Submit this template for approval? It cannot be changed while it is in review."), async () => {
		await post("templates.submit", { template: frm.doc.name });
		await frm.reload_doc();
	});
}

function approve(frm) {
	frappe.prompt(
		[
			{
				fieldname: "effective_from",
				fieldtype: "Date",
				label: __("Effective From"),
				default: frm.doc.effective_from || frappe.datetime.get_today(),
				reqd: 1,
				description: __("From that day on all documents of this kind are drawn up with it; it does not change any more."),
			},
		],
		async ({ effective_from }) => {
			await post("templates.approve", { template: frm.doc.name, as_seen: frm.doc.modified, effective_from });
			await frm.reload_doc();
			tell(__("Approved."));
		},
		__("Approve"),
		__("Approve")
	);
}

function with_reason(frm, title, path) {
	frappe.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		async ({ reason }) => {
			await post(`templates.${path}`, { template: frm.doc.name, reason });
			await frm.reload_doc();
		},
		title,
		__("Confirm")
	);
}

function new_version(frm) {
	const own = sclist.my_bureau_codes();
	const bureau = own.includes(frm.doc.bureau) || !own.length ? frm.doc.bureau : sclist.default_bureau() || own[0];
	const go = async (chosen) => {
		const { name } = await post("templates.new_version", { template: frm.doc.name, bureau: chosen || "" });
		frappe.set_route("Form", "SC Document Template", name);
	};
	if (bureau === frm.doc.bureau) {
		go(bureau);
		return;
	}
	frappe.prompt(
		[
			{
				fieldname: "bureau",
				fieldtype: "Link",
				options: "SC Bureau",
				label: __("For the bureau"),
				default: bureau,
				reqd: 1,
			},
		],
		({ bureau: chosen }) => go(chosen),
		__("New version"),
		__("Begin")
	);
}

function compare(frm) {
	frappe.prompt(
		[
			{
				fieldname: "old",
				fieldtype: "Link",
				options: "SC Document Template",
				label: __("Compare with"),
				default: frm.doc.copied_from,
				get_query: () => ({
					filters: { document_kind: frm.doc.document_kind, paper_format: "Page", name: ["!=", frm.doc.name] },
				}),
				reqd: 1,
			},
		],
		async ({ old }) => {
			const rows = await get("templates.compare", { template: frm.doc.name, base: old });
			const dialog = new frappe.ui.Dialog({ title: __("What changes"), size: "extra-large" });
			dialog.$body.get(0).replaceChildren(lines(rows));
			dialog.show();
		},
		__("Compare"),
		__("Compare")
	);
}

const MARKS = { removed: "−", added: "+", same: "", gap: "⋯" };

function lines(rows) {
	if (!rows.length) return el("p", {}, __("Both texts are the same."));
	return el(
		"table.sc-template-diff",
		{ "aria-label": __("What changes") },
		el(
			"tbody",
			{},
			rows.map((row) =>
				el(
					`tr.sc-${row.kind}`,
					{},
					el("td.sc-line-no", {}, row.old),
					el("td.sc-line-no", {}, row.new),
					el("td", {}, MARKS[row.kind]),
					el("td.sc-line-text", {}, row.text)
				)
			)
		)
	);
}
