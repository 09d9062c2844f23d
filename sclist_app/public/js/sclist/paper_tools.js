import { badge, button, el, form_link, link_out, on_one_line } from "./dom";
import { get, post, post_quietly, tell } from "./calls";
import { receipt_link, service_state, show_attempts } from "./service";
import { day, moment_text } from "./words";

const STATUS_COLOUR = { Issued: "green", Corrected: "orange", Voided: "red" };

export function status_badge(paper) {
	return badge(__(paper.status), STATUS_COLOUR[paper.status] || "gray");
}

function address(paper, generated) {
	const query = new URLSearchParams({ notice: paper.name, ...(generated ? { generated: 1 } : {}) });
	return `/api/method/sclist_app.api.papers.download?${query}`;
}

function word_address(paper) {
	return `/api/method/sclist_app.api.papers.download_word?${new URLSearchParams({ notice: paper.name })}`;
}

/** Links to the copies of a paper: the sealed one first, which counts; else the text as it was issued. */
export function copies(paper) {
	const pages = paper.pages ? __("PDF, {0} p.", [paper.pages]) : __("Open the PDF");
	const word = paper.word_copy
		? el("div.text-muted", {}, link_out(word_address(paper), __("Word copy")))
		: null;
	if (!paper.sealed_copy) return [on_one_line(link_out(address(paper), pages)), word].filter(Boolean);
	return [
		el("div", {}, link_out(address(paper), __("Sealed copy (this one counts)"))),
		el("div.text-muted", {}, link_out(address(paper, true), __("Text as issued"))),
		word,
	].filter(Boolean);
}

/** What the user may do with a paper, as [label, function(done)]; nothing where their posts allow nothing. */
export function paper_actions(paper) {
	const found = [];
	if (paper.seal_service) found.push([__("Seal electronically"), (done) => sign(paper, done)]);
	if (paper.may_seal)
		found.push([
			paper.sealed_copy ? __("Replace the sealed copy") : __("Upload the sealed copy"),
			(done) => upload(paper, done),
		]);
	if (paper.may_correct) found.push([__("Correct the paper"), (done) => correct(paper, done)]);
	if (paper.may_void) found.push([__("Void the paper"), (done) => void_paper(paper, done)]);
	return found;
}

function heading(paper) {
	return [paper.title, paper.number, paper.addressee_name].filter(Boolean).join(" · ");
}

function ask_reason({ paper, title, note, label, reason, send, done, told, danger }) {
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(title),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="sc-note">${frappe.utils.escape_html(heading(paper))}<br>${frappe.utils.escape_html(note)}</p>`,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: reason, reqd: 1 },
		],
		primary_action_label: label,
		primary_action: async (values) => {
			dialog.disable_primary_action();
			try {
				const answer = await send(values.reason);
				dialog.hide();
				tell(told(answer));
				await done(answer);
			} catch {
				dialog.enable_primary_action();
			}
		},
	});
	if (danger) dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
	dialog.$wrapper.addClass("sc-dialog");
	dialog.show();
}

function correct(paper, done) {
	ask_reason({
		paper,
		title: __("Correct the paper"),
		note: __(
			"First correct the facts in the case or the party. Then a new paper with a new number is issued out of them; it names this one, which counts no more. The new paper is served again, and so is what goes with it."
		),
		label: __("Issue the correction"),
		reason: __("What is wrong and is corrected (printed in the new paper)"),
		send: (reason) => post("papers.correct", { notice: paper.name, reason }),
		told: (answer) => __("The correction has been issued: {0}", [answer?.number || ""]),
		done,
	});
}

function void_paper(paper, done) {
	ask_reason({
		paper,
		title: __("Void the paper"),
		note: __("For a paper that should not have been issued. Its number stays void and is never given out again."),
		label: __("Void the paper"),
		reason: __("Reason for Voiding"),
		send: (reason) => post("papers.void", { notice: paper.name, reason }),
		told: () => __("The paper is void."),
		danger: true,
		done,
	});
}

async function sign(paper, done) {
	await post("papers.sign", { notice: paper.name }, __("The seal service is being asked…")).then(
		() => {
			tell(__("The paper is sealed."));
			return done();
		},
		() => {}
	);
}

/** The scan goes straight to the store of issued papers, so that no attachment opens it past the log. */
function upload(paper, done) {
	const chosen = el("span.text-muted");
	const input = el("input.sr-only", {
		type: "file",
		accept: ".pdf,application/pdf",
		"aria-label": __("Scan of the sealed paper (PDF)"),
		onchange: () => (chosen.textContent = ` ${input.files[0]?.name || ""}`),
	});
	const wrong = el("p.text-danger", { role: "alert" });
	const dialog = new frappe.ui.Dialog({
		title: paper.sealed_copy ? __("Replace the sealed copy") : __("Upload the sealed copy"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="sc-note">${frappe.utils.escape_html(heading(paper))}</p>`,
			},
			{ fieldname: "file", fieldtype: "HTML" },
			...(paper.sealed_copy
				? [
						{
							fieldname: "reason",
							fieldtype: "Small Text",
							label: __("Why the sealed copy is replaced"),
							reqd: 1,
						},
					]
				: []),
		],
		primary_action_label: __("Upload"),
		primary_action: async (values) => {
			const [file] = input.files;
			if (!file) {
				wrong.textContent = __("Choose a file first.");
				return;
			}
			dialog.disable_primary_action();
			wrong.textContent = "";
			try {
				await post_quietly("papers.keep_scan", { notice: paper.name, reason: values.reason, file });
			} catch (error) {
				wrong.textContent = error.message;
				dialog.enable_primary_action();
				return;
			}
			dialog.hide();
			tell(__("The sealed copy has been kept; downloads offer it first."));
			await done();
		},
	});
	dialog.fields_dict.file.$wrapper
		.get(0)
		.replaceChildren(
			el("label.control-label", {}, __("Scan of the sealed paper (PDF)")),
			el("div", {}, el("label.btn.btn-sm.btn-default", {}, __("Choose a file"), input), chosen),
			el(
				"p.text-muted",
				{},
				__("All pages in one PDF, at most {0} MB, without a password.", [paper.scan_mb || 50])
			),
			wrong
		);
	dialog.$wrapper.addClass("sc-dialog");
	dialog.show();
}

/** The form of an issued paper: what it stands to other papers, how it was served, what may be done with it. */
export async function show_paper(frm) {
	frm.disable_save();
	frm.toggle_display(["is_demo", "run", "step", "file", "sealed_copy", "joint_with", "corrects", "corrected_by"], false);
	const { paper, relations } = await get("papers.about", { notice: frm.doc.name });
	if (paper.name !== frm.doc.name) return;
	frm.page.set_indicator(__(paper.status), STATUS_COLOUR[paper.status]);
	const again = () => frm.reload_doc();
	for (const [label, act] of paper_actions(paper)) frm.add_custom_button(label, () => act(again));
	if (frm.doc.reference_name) {
		frm.add_custom_button(__("Open the case"), () =>
			frappe.set_route("Form", frm.doc.reference_doctype, frm.doc.reference_name)
		);
	}
	const line = (label, ...what) => el("div.sc-fact", {}, el("span.text-muted", {}, `${label}：`), what);
	const rows = [
		line(__("Status"), status_badge(paper), paper.status === "Voided" ? ` ${frm.doc.void_reason || ""}` : ""),
		line(__("Copies"), copies(paper)),
		paper.sealed_copy
			? line(
					__("Sealed"),
					`${moment_text(paper.sealed_on)} ${__(frm.doc.seal_source)} ${frm.doc.seal_serial || ""}`
				)
			: null,
		...relations.map((one) =>
			line(
				one.relation,
				form_link("SC Notice", one.name, `${one.title} ${one.number || ""}`),
				" ",
				badge(one.status_label, STATUS_COLOUR[one.status])
			)
		),
		paper.addressee && paper.status === "Issued" ? line(__("Service"), served_line(frm, paper)) : null,
	].filter(Boolean);
	const section = frm.dashboard.add_section("", __("This paper"));
	(section.get ? section.get(0) : section).append(el("div.sc-panel", {}, rows));
	frm.dashboard.show();
}

function served_line(frm, paper) {
	const panel = { changed: () => frm.reload_doc() };
	return [
		service_state(paper),
		paper.overdue ? badge(__("Service overdue by {0} working days", [paper.overdue]), "red") : null,
		paper.service_due && !paper.served_on
			? el("span.text-muted", {}, ` ${__("To be served by {0}", [day(paper.service_due)])} `)
			: null,
		paper.services?.length
			? button(__("Attempts at service"), {
					class: "btn btn-xs btn-default",
					onclick: () => show_attempts(panel, paper),
				})
			: null,
		" ",
		paper.served_on ? null : receipt_link(paper, paper.name),
	];
}
