import { badge, button, el } from "../dom";
import { upload_evidence } from "../now";
import { redraw } from "./guide";

/** Step 4: facts, reasons, evidence; the papers the step asks for, with a tick or a place to upload. */
export function evidence_stage(guide) {
	const { frm } = guide;
	const node = el("div");

	function update() {
		const materials = guide.checked?.materials || [];
		const present = new Set(
			(frm.doc.evidence || []).filter((row) => row.file).map((row) => (row.title || "").trim())
		);
		const saved = !frm.is_new();
		redraw(
			node,
			...[
				el(
					"p.sc-note",
					{},
					__("The facts come from the penalty, and its decision where it is attached there. Say why the act is vile and the circumstances grave.")
				),
				materials.length
					? el(
							"div.sc-materials",
							{},
							el("div.sc-label", {}, __("Materials of this step")),
							el(
								"ul.sc-checklist",
								{},
								materials.map((item) => line(item, present.has(item.title.trim()), saved))
							)
						)
					: null,
				saved
					? el(
							"p.sc-guide-upload",
							{},
							button(__("Upload evidence"), {
								"data-guide": "upload",
								onclick: () => upload_evidence({ frm }),
							}),
							" ",
							el(
								"span.text-muted",
								{},
								__("The name of the file becomes the name of the evidence; change it in the table.")
							)
						)
					: el(
							"div.sc-warn",
							{},
							__("Files are kept with the case, so save the draft first. It stays a draft until you submit it."),
							" ",
							button(__("Save the draft"), {
								class: "btn btn-xs btn-default",
								"data-guide": "save",
								onclick: () => guide.save(),
							})
						),
			]
		);
	}

	function line(item, there, saved) {
		return el(
			"li",
			{},
			el("span", { "aria-hidden": "true" }, there ? "☑ " : "☐ "),
			item.title,
			" ",
			there
				? badge(__("In the file"), "green")
				: badge(item.required ? __("Must be there") : __("If any"), item.required ? "orange" : "gray"),
			" ",
			there || !saved
				? null
				: button(__("Upload"), {
						class: "btn btn-xs btn-default",
						"aria-label": `${__("Upload")} ${item.title}`,
						onclick: () => upload_evidence({ frm }, item.title),
					})
		);
	}

	return { node, update };
}
