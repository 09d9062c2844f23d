import { badge, button, el, form_link, on_one_line, section, table } from "./dom";
import { download, get, post, tell } from "./calls";

const DOCTYPES = ["SC Case", "SC Repair Application", "SC Removal", "SC Objection"];
const COLOUR = {
	Waiting: "gray",
	"Being Made": "blue",
	Ready: "green",
	Failed: "red",
	Stopped: "gray",
	Expired: "gray",
};
const UNFINISHED = ["Waiting", "Being Made"];
const TRIAL = "Trial on Cases";

/** The button of the case file, in the head of the papers. */
export function case_file_button(panel) {
	const { doctype, name } = panel;
	if (!DOCTYPES.includes(doctype)) return null;
	return button(__("Case File"), {
		class: "btn btn-xs btn-default",
		onclick: () => case_file_dialog(doctype, name),
	});
}

async function case_file_dialog(doctype, name) {
	const known = await get("case_file.offer", { doctype, name });
	const dialog = new frappe.ui.Dialog({
		title: __("Case File"),
		fields: [
			{ fieldtype: "HTML", fieldname: "hint" },
			{ fieldtype: "Data", fieldname: "archive_number", label: __("Archive Number"), default: known.archive_number },
			{
				fieldtype: "Select",
				fieldname: "retention",
				label: __("Retention Period"),
				options: known.retentions.join("\n"),
				default: known.retention,
			},
			{ fieldtype: "HTML", fieldname: "jobs" },
		],
		primary_action_label: __("Make the Case File"),
		async primary_action(values) {
			const { job } = await post("case_file.build", {
				doctype,
				name,
				archive_number: values.archive_number || "",
				retention: values.retention || "",
			});
			dialog.hide();
			follow_job(job, __("Case File"));
		},
	});
	dialog.fields_dict.hint.$wrapper.append(
		el(
			"p.text-muted",
			{},
			known.closed
				? __("All papers, evidence and the course of the case, in filing order: as one PDF with page numbers and bookmarks, and as a folder with the hash of each file.")
				: __("The case is still under way; the cover will say so. All papers and evidence so far are included.")
		)
	);
	if (known.jobs.length) {
		dialog.fields_dict.jobs.$wrapper.append(
			section(
				__("Made before"),
				table(
					__("Made before"),
					[__("Requested At"), __("Job Status"), __("Kept Until"), ""],
					known.jobs.map((job) => [
						on_one_line(frappe.datetime.str_to_user(job.made_at)),
						badge(job.status_label, COLOUR[job.status]),
						on_one_line(job.expires_on ? frappe.datetime.str_to_user(job.expires_on) : ""),
						form_link("SC Print Job", job.name, __("Open the Job")),
					])
				)
			)
		);
	}
	dialog.show();
}

/** A dialog that shows how far a job is and hands out what it made; closing it stops nothing. */
export function follow_job(job, title) {
	const place = el("div.sc-job", {});
	const dialog = new frappe.ui.Dialog({ title, fields: [{ fieldtype: "HTML", fieldname: "body" }] });
	dialog.fields_dict.body.$wrapper.append(place);
	let open = true;
	dialog.onhide = () => (open = false);
	dialog.set_secondary_action_label(__("Cancel the Job"));
	dialog.set_secondary_action(async () => {
		await post("print_jobs.cancel", { job });
		dialog.hide();
		tell(__("The job is cancelled."), "orange");
	});
	dialog.show();
	watch(job, place, () => open, async (state) => {
		dialog.get_secondary_btn().addClass("hide");
		const doc = await frappe.db.get_doc("SC Print Job", job);
		place.replaceChildren(...outcome(doc, state.status));
		dialog.set_primary_action(__("Details"), () => {
			dialog.hide();
			frappe.set_route("Form", "SC Print Job", job);
		});
	});
}

/** Ask every second or two how far the job is, until it has ended or nobody looks any more. */
function watch(job, place, looking, ended) {
	const bar = el("div.progress-bar", { role: "progressbar", style: "width: 0%" });
	const text = el("p.text-muted", {}, __("Waiting for its turn…"));
	place.replaceChildren(el("div.progress", {}, bar), text);
	const look = async () => {
		if (!looking()) return;
		const now = await get("print_jobs.progress", { job }).catch(() => null);
		if (!now || !looking()) return;
		if (!UNFINISHED.includes(now.status)) {
			ended(now);
			return;
		}
		bar.style.width = `${now.total ? Math.round((now.done / now.total) * 100) : 0}%`;
		if (!now.alive) text.textContent = __("The job gives no sign of life. Have it made again on its page.");
		else if (now.status === "Waiting") text.textContent = __("Waiting for its turn…");
		else text.textContent = __("Step {0} of {1}", [now.done, now.total]);
		setTimeout(look, 1500);
	};
	setTimeout(look, 600);
}

function skipped_of(doc) {
	try {
		return JSON.parse(doc.report || "[]");
	} catch {
		return [];
	}
}

/** What came of a job: buttons to fetch it, what was left out and why. */
function outcome(doc, status = doc.status) {
	if (doc.kind === TRIAL && status === "Ready")
		return [el("p", {}, __("The studio shows what came of it: choose “Try on cases” there."))];
	const left_out = skipped_of(doc);
	const mine = [doc.made_by, "Administrator"].includes(frappe.session.user);
	const parts = [];
	if (status === "Ready") {
		parts.push(
			el(
				"p",
				{},
				doc.kind === "Case File"
					? __("{0} pieces, {1} pages. Kept until {2}.", [
							doc.pieces,
							doc.pages,
							frappe.datetime.str_to_user(doc.expires_on),
						])
					: __("{0} papers, {1} pages. Kept until {2}.", [
							doc.pieces,
							doc.pages,
							frappe.datetime.str_to_user(doc.expires_on),
						])
			)
		);
		if (mine) {
			parts.push(
				el(
					"p",
					{},
					button(__("Download the PDF ({0})", [size(doc.file_size)]), {
						kind: "primary",
						onclick: () => download("print_jobs.download", { job: doc.name, form: "file" }),
					}),
					" ",
					doc.folder_size
						? button(__("Download the Folder ({0})", [size(doc.folder_size)]), {
								onclick: () =>
									download("print_jobs.download", { job: doc.name, form: "folder" }),
							})
						: null
				)
			);
		} else {
			parts.push(el("p.text-muted", {}, __("Only who had this made can download it. Have it made yourself.")));
		}
	} else if (status === "Failed") {
		parts.push(el("p.text-danger", { style: "white-space: pre-line" }, doc.failure || __("Failed")));
	} else if (status === "Stopped") {
		parts.push(el("p.text-muted", {}, __("The job is cancelled.")));
	} else if (status === "Expired") {
		parts.push(el("p.text-muted", {}, __("The file has been deleted after its time. It can be made again.")));
	}
	if (left_out.length) {
		parts.push(
			section(
				doc.kind === "Case File"
					? __("Without pages in the PDF, kept in the folder ({0})", [left_out.length])
					: __("Left out ({0})", [left_out.length]),
				table(
					__("Left Out"),
					[__("Paper"), __("Why It Was Left Out")],
					left_out.map((one) => [one.title, one.reason])
				)
			)
		);
	}
	return parts.filter(Boolean);
}

function size(bytes) {
	if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MB`;
	return `${Math.max(Math.round((bytes || 0) / 1024), 1)} KB`;
}

/** The page of one job. */
export function show_print_job(frm) {
	const doc = frm.doc;
	frm.disable_save();
	frm.toggle_display(["pieces", "pages", "skipped"], doc.status === "Ready" || doc.status === "Expired");
	frm.page.set_indicator(__(doc.status), COLOUR[doc.status] || "gray");
	const place = frm.fields_dict.report_view.$wrapper.empty()[0];
	const mine = [doc.made_by, "Administrator"].includes(frappe.session.user);
	if (doc.kind === TRIAL) {
		frm.add_custom_button(__("Open in the Studio"), () =>
			frappe.set_route("procedure-studio", doc.reference_name)
		);
	} else if (doc.reference_name) {
		frm.add_custom_button(__("Open the case"), () =>
			frappe.set_route("Form", doc.reference_doctype, doc.reference_name)
		);
	}
	if (mine && doc.status !== "Ready") {
		frm.add_custom_button(__("Make It Again"), async () => {
			await post("print_jobs.again", { job: doc.name });
			frm.reload_doc();
		});
	}
	if (UNFINISHED.includes(doc.status) && mine) {
		frm.add_custom_button(__("Cancel the Job"), async () => {
			await post("print_jobs.cancel", { job: doc.name });
			frm.reload_doc();
		});
		const box = el("div.sc-job", {});
		place.append(box);
		watch(
			doc.name,
			box,
			() => cur_frm === frm && frm.doc.name === doc.name && document.body.contains(box),
			() => frm.reload_doc()
		);
		return;
	}
	place.append(...outcome(doc));
}

const forms = () => [
	{ value: "DL", label: __("Envelope No. 5 (DL, 220 × 110 mm)") },
	{ value: "C5", label: __("Envelope No. 7 (C5, 229 × 162 mm)") },
	{ value: "C4", label: __("Envelope No. 9 (C4, 324 × 229 mm)") },
	{ value: "3x8", label: __("Labels 3 × 8 on A4 (70 × 36 mm)") },
	{ value: "2x7", label: __("Labels 2 × 7 on A4 (99.1 × 38.1 mm)") },
];

/** Actions of a list: the papers chosen, or those of the chosen cases, as one PDF, and their labels. */
export function offer_printing(listview) {
	const names = () => listview.get_checked_items(true);
	listview.page.add_actions_menu_item(__("Print Together"), () => print_together(listview.doctype, names()), false);
	listview.page.add_actions_menu_item(
		__("Labels and Envelopes"),
		() => print_labels(listview.doctype, names()),
		false
	);
	listview.page.add_menu_item(__("My Print Jobs"), () =>
		frappe.set_route("List", "SC Print Job", { made_by: frappe.session.user })
	);
}

function print_together(doctype, chosen) {
	const dialog = new frappe.ui.Dialog({
		title: __("Print Together"),
		fields: [
			{
				fieldtype: "Check",
				fieldname: "duplex",
				label: __("Two-sided: each paper begins on a new sheet"),
				default: 1,
			},
			{
				fieldtype: "Check",
				fieldname: "copies",
				label: __("As many copies of each as the bureau has set"),
				default: 0,
			},
		],
		primary_action_label: __("Make the PDF"),
		async primary_action(values) {
			const { job } = await post("print_jobs.print_papers", {
				chosen: JSON.stringify(chosen),
				doctype,
				duplex: values.duplex ? 1 : 0,
				copies: values.copies ? 1 : 0,
			});
			dialog.hide();
			follow_job(job, __("Print Together"));
		},
	});
	dialog.show();
}

function print_labels(doctype, chosen) {
	const dialog = new frappe.ui.Dialog({
		title: __("Labels and Envelopes"),
		fields: [
			{
				fieldtype: "Select",
				fieldname: "form",
				label: __("Kind of Label"),
				reqd: 1,
				options: forms(),
				default: "DL",
				description: __("One for each address: as the party has confirmed it, else as registered."),
			},
		],
		primary_action_label: __("Make the PDF"),
		async primary_action(values) {
			const { job } = await post("print_jobs.print_labels", {
				chosen: JSON.stringify(chosen),
				form: values.form,
				doctype,
			});
			dialog.hide();
			follow_job(job, __("Labels and Envelopes"));
		},
	});
	dialog.show();
}
