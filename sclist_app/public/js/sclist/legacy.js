import { badge, button, el, form_link, on_one_line, table } from "./dom";
import { download, get, post, tell } from "./calls";
import { fills_forms } from "./posts";

const COLOUR = { good: "green", imported: "green", known: "gray", fault: "red" };
const PAGE = 100;

/** Choose a file, have it checked, and open the report. */
export function import_old_list() {
	const name = el("span.text-muted", {}, __("No file chosen"));
	const chosen = el("input.sr-only", {
		type: "file",
		accept: ".xlsx,.csv",
		"aria-label": __("File"),
		onchange: () => (name.textContent = chosen.files[0]?.name || __("No file chosen")),
	});
	const dialog = new frappe.ui.Dialog({
		title: __("Import the Old List"),
		fields: [{ fieldtype: "HTML", fieldname: "body" }],
		primary_action_label: __("Check the File"),
		primary_action: () => check(chosen, dialog),
	});
	dialog.fields_dict.body.$wrapper.append(
		el(
			"div.sc-legacy-upload",
			{},
			el(
				"ol",
				{},
				el(
					"li",
					{},
					__("Download the template and fill in one row for each entry of the old list."),
					" ",
					button(__("Download the Template"), { onclick: () => download("legacy.template") })
				),
				el("li", {}, __("Choose the file (.xlsx or .csv, at most 300 rows).")),
				el("li", {}, __("The check writes nothing. It says row by row what is wrong and how to mend it."))
			),
			chosen,
			el("p", {}, button(__("Choose a File"), { onclick: () => chosen.click() }), " ", name)
		)
	);
	dialog.show();
}

async function check(chosen, dialog) {
	const file = chosen.files[0];
	if (!file) {
		tell(__("Choose a file first."), "orange");
		return;
	}
	const content = await as_base64(file).catch(() => null);
	if (content === null) {
		// whoever mends the file goes on with the one chosen before, which the browser refuses to read
		frappe.msgprint({
			title: __("The file cannot be taken"),
			message: __("The file was changed or moved after you chose it. Choose it again, then check it."),
			indicator: "orange",
		});
		return;
	}
	try {
		const { name } = await post("legacy.check", { file_name: file.name, content }, __("Reading the file…"));
		dialog.hide();
		frappe.set_route("Form", "SC Legacy Import", name);
	} catch {
		// the framework has said what is wrong with the file; the dialog stays for another one
	}
}

function as_base64(file) {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve(reader.result.split(",", 2)[1] || "");
		reader.onerror = () => reject(reader.error);
		reader.readAsDataURL(file);
	});
}

/** The report of one import with its buttons. */
export function show_legacy_import(frm) {
	frm.disable_save();
	// the cards above the report show the counts
	frm.toggle_display(["section_counts", "is_demo"], false);
	const doc = frm.doc;
	const report = parsed(doc.report);
	if (fills_forms()) {
		if (doc.rows_good && ["Checked", "Failed"].includes(doc.status)) {
			frm.page.set_primary_action(__("Import {0} Rows", [doc.rows_good]), () => carry_out(frm));
		}
		if (doc.rows_faulty) {
			frm.add_custom_button(__("Download Rows with Faults"), () =>
				download("legacy.faults", { legacy_import_name: doc.name })
			);
		}
		frm.add_custom_button(__("Another File"), import_old_list);
	}
	if (doc.status === "Imported") {
		frm.add_custom_button(__("Entries of This Import"), () =>
			frappe.set_route("List", "SC Legacy Entry", { legacy_import: doc.name })
		);
	}
	const colour = { Checked: "orange", Importing: "blue", Imported: "green", Failed: "red" }[doc.status];
	frm.page.set_indicator(__(doc.status), colour || "gray");
	const place = frm.fields_dict.report_view.$wrapper.empty();
	if (doc.status === "Importing") follow(frm, place);
	place.append(...report_view(doc, report));
}

function parsed(text) {
	try {
		return JSON.parse(text || "{}");
	} catch {
		return {};
	}
}

async function carry_out(frm) {
	const name = frm.doc.name;
	frappe.confirm(
		__("{0} rows are imported, all of them or none. Rows with faults stay out.", [frm.doc.rows_good]),
		async () => {
			const done = await post(
				"legacy.carry_out",
				{ legacy_import_name: name },
				__("Importing…")
			).catch(() => null);
			if (done?.status === "Imported") tell(__("{0} entries imported.", [done.imported]));
			frm.reload_doc();
		}
	);
}

/** While a job imports: how far it is, until it has ended. */
function follow(frm, place) {
	const bar = el("div.progress-bar", { role: "progressbar", style: "width: 0%" });
	const text = el("p.text-muted", {}, __("Importing…"));
	place.append(el("div.sc-legacy-progress", {}, el("div.progress", {}, bar), text));
	const look = async () => {
		if (cur_frm !== frm || !document.body.contains(bar)) return;
		const now = await get("legacy.progress", { legacy_import_name: frm.doc.name }).catch(() => null);
		if (!now) return;
		if (now.status !== "Importing") {
			frm.reload_doc();
			return;
		}
		bar.style.width = `${now.total ? Math.round((now.done / now.total) * 100) : 0}%`;
		text.textContent = now.alive
			? __("{0} of {1} rows", [now.done, now.total])
			: __("The job gives no sign of life. Nothing is written before all rows are done.");
		setTimeout(look, 2000);
	};
	setTimeout(look, 1000);
}

function report_view(doc, report) {
	const rows = report.rows || [];
	const counts = [
		[__("Rows in Total"), doc.rows_total, "blue"],
		doc.status === "Imported"
			? [__("Rows Imported"), doc.rows_imported, "green"]
			: [__("Rows That Can Be Imported"), doc.rows_good, "green"],
		[__("Rows Imported Before"), doc.rows_known, "gray"],
		[__("Rows with Faults"), doc.rows_faulty, doc.rows_faulty ? "red" : "gray"],
	];
	const parts = [
		el(
			"div.sc-legacy-counts",
			{},
			counts.map(([label, n, colour]) => el("div", {}, el(`strong.sc-${colour}`, {}, n || 0), label))
		),
		...(report.notices || []).map((text) => el("p.text-muted", {}, text)),
	];
	// what is to be mended comes first
	const order = { fault: 0, good: 1, imported: 1, known: 2 };
	const sorted = [...rows].sort((a, b) => order[a.status] - order[b.status] || a.row - b.row);
	const body = el("div.sc-legacy-report", {});
	const show = (upto) => {
		body.replaceChildren(
			table(
				__("Report by Row"),
				[__("Row"), __("Party"), __("Original Listing Date"), __("Outcome of the Check"), __("What to Mend")],
				sorted.slice(0, upto).map(line)
			),
			sorted.length > upto
				? button(__("Show {0} more", [Math.min(PAGE, sorted.length - upto)]), {
						onclick: () => show(upto + PAGE),
					})
				: ""
		);
	};
	show(PAGE);
	return [...parts, body];
}

function line(row) {
	const words = {
		good: __("Can be imported"),
		imported: __("Imported"),
		known: __("Imported before"),
		fault: __("Has faults"),
	};
	return [
		row.row,
		row.name,
		on_one_line(row.listed_on),
		badge(words[row.status], COLOUR[row.status]),
		row.notes.length
			? el(
					"ul.sc-legacy-notes",
					{},
					row.notes.map((note) => el("li", {}, note.cell ? el("code", {}, note.cell) : null, " ", note.text))
				)
			: row.entry
				? form_link("SC Legacy Entry", row.entry)
				: "",
	];
}
