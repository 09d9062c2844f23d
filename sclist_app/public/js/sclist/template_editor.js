import { get, post_quietly, open_posted_pdf, tell } from "./calls";
import { button, el } from "./dom";
import { template_tools } from "./template_tools";

const PAUSE = 600;
// width of the sheet in CSS pixels: 210 mm
const SHEET = 794;

/** Two panes on the form of a template: the text with its list of placeholders, and the paper it makes. */
export function template_editor(frm) {
	template_tools(frm);
	frm.sclist_editor ??= new Editor(frm);
	frm.sclist_editor.refresh();
}

function writes_rules() {
	const { configures, approves_rules } = frappe.boot.sclist || {};
	return configures || approves_rules || frappe.user.has_role("System Manager");
}

class Editor {
	constructor(frm) {
		this.frm = frm;
		this.sample = { addressee: "unit", doctype: "", name: "" };
		this.section = "usual";
		this.asked = 0;
		this.root = el("div.sc-panel.sc-template");
		frm.fields_dict.panel_editor.$wrapper.empty().append(this.root);
		// two panes need the width of the page
		$(frm.wrapper).addClass("sc-template-form");
		this.update = frappe.utils.debounce(() => this.show_preview(), PAUSE);
	}

	get word() {
		return this.frm.doc.paper_format === "Word";
	}

	/** Only a draft is written on; of the others the paper is shown. */
	get writing() {
		return (this.frm.doc.state || "Draft") === "Draft" && this.frm.perm?.[0]?.write;
	}

	async refresh() {
		const { document_kind, paper_format } = this.frm.doc;
		// others read the text in its own field
		this.root.hidden = !document_kind || !writes_rules();
		if (this.root.hidden) return;
		const key = `${document_kind}/${paper_format}`;
		if (this.key !== key) {
			this.key = key;
			const found = await get("templates.choices", { document_kind, paper_format: paper_format || "Page" });
			if (this.key !== key) return;
			Object.assign(this, { sections: found.sections, doctypes: found.doctypes });
			this.drawn = "";
		}
		const shape = `${this.frm.doc.name}/${Boolean(this.writing)}`;
		if (this.drawn === shape) {
			// saved or refused: what the author chose and the place on the page stay
			this.show_preview();
			return;
		}
		this.drawn = shape;
		this.sample = { addressee: "unit", doctype: "", name: "" };
		this.draw();
	}

	draw() {
		this.findings = el("div.sc-template-findings", { "aria-live": "polite" });
		this.parts = el("ul.sc-template-parts");
		this.place = el("div.sc-template-body");
		this.sheet = el("iframe.sc-template-sheet", {
			// nothing in it may run; of one origin so that its height can be read
			sandbox: "allow-same-origin",
			title: __("Preview"),
			scrolling: "no",
		});
		this.paper = el("div.sc-template-paper", { tabindex: "0" }, this.sheet);
		this.note = el("p.sc-template-note.text-muted");
		this.root.replaceChildren(
			el(
				"div.sc-template-left",
				{},
				this.writing ? this.picker() : null,
				this.word ? this.word_note() : this.place,
				this.word ? null : this.findings,
				this.word
					? null
					: el("div", {}, el("h5", {}, __("Parts the law demands")), this.parts)
			),
			el("div.sc-template-right", {}, this.sample_bar(), this.note, this.word ? null : this.paper)
		);
		this.note.hidden = true;
		if (this.word) return;
		this.take_in_code();
		this.show_preview();
	}

	word_note() {
		return el(
			"p.text-muted",
			{},
			__(
				"Write the paper in Word or WPS, put placeholders where facts belong (a click copies one), and upload the file below. It is looked through when the form is saved. The paper with number and hash is always made by the page template; the Word file stands beside it."
			)
		);
	}

	/** The framework's code field, with line numbers and undo, stands in our left pane. */
	take_in_code() {
		const field = this.frm.fields_dict.body;
		this.place.append(field.$wrapper.get(0));
		field.load_lib?.().then(() => {
			const listen = () => {
				if (!field.editor) return setTimeout(listen, 100);
				field.editor.setOption("wrap", true);
				field.editor.session.setUseWorker?.(false);
				field.editor.resize();
				if (this.listening === field.editor) return;
				this.listening = field.editor;
				field.editor.session.on("change", () => this.update());
			};
			if (this.writing) listen();
		});
	}

	text() {
		const editor = this.frm.fields_dict.body.editor;
		return this.writing && editor ? editor.session.getValue() : this.frm.doc.body || "";
	}

	insert(text) {
		if (this.word) {
			frappe.utils.copy_to_clipboard(text);
			return;
		}
		const editor = this.frm.fields_dict.body.editor;
		if (!editor) return;
		editor.insert(text);
		// the cursor goes where something is to be written
		const gap = text.indexOf("<p></p>");
		if (gap >= 0) {
			const after = text.slice(gap + 3);
			const lines = after.split("\n").length - 1;
			const at = editor.getCursorPosition();
			const row = at.row - lines;
			const column = lines ? editor.session.getLine(row).indexOf("<p></p>") + 3 : at.column - after.length;
			editor.moveCursorTo(row, Math.max(column, 0));
		}
		editor.focus();
	}

	// ------------------------------------------------------------------ the list

	picker() {
		const list = el("ul.sc-template-choices");
		const choose = el(
			"select.form-control.input-xs",
			{
				"aria-label": __("Group"),
				onchange: () => {
					this.section = choose.value;
					search.value = "";
					fill();
				},
			},
			this.sections.map((section, i) =>
				el("option", { value: i, selected: String(i) === String(this.section) }, section.label)
			)
		);
		const search = el("input.form-control.input-xs", {
			type: "search",
			placeholder: __("Search all by name"),
			"aria-label": __("Search all by name"),
			oninput: () => fill(),
		});
		const fill = () => {
			const wanted = search.value.trim().toLowerCase();
			const rows = wanted
				? this.sections.slice(this.sections[0].section === "usual" ? 1 : 0).flatMap((section) =>
						section.items
							.filter((item) => `${item.label} ${item.name} ${section.label}`.toLowerCase().includes(wanted))
							.map((item) => ({ ...item, group: section.label }))
					)
				: this.sections[Number(choose.value) || 0].items;
			list.replaceChildren(
				...(rows.length
					? rows.slice(0, 80).map((item) => this.choice(item))
					: [el("li.text-muted", {}, __("Nothing found. Try another word."))])
			);
		};
		fill();
		return el(
			"div.sc-template-picker",
			{},
			el(
				"div.sc-template-row",
				{},
				el("h5", {}, this.word ? __("Copy a placeholder") : __("Insert at the cursor")),
				choose,
				search
			),
			list
		);
	}

	choice(item) {
		return el(
			"li",
			{},
			el(
				"button.sc-template-choice",
				{ type: "button", title: item.insert, onclick: () => this.insert(item.insert) },
				el("strong", {}, item.whole ? __("Repeat for each: {0}", [item.label]) : item.label),
				item.group ? el("span.text-muted", {}, item.group) : null,
				item.note ? el("span.text-muted", {}, item.note) : null
			)
		);
	}

	// --------------------------------------------------------------- the preview

	sample_bar() {
		const options = [
			["unit", __("Sample: a unit")],
			["institution", __("Sample: a technical institution")],
			["person", __("Sample: a person")],
			...this.doctypes.map(({ name, label }) => [`doc:${name}`, __("Real document: {0}", [label])]),
		];
		const place = el("div.sc-template-link");
		const choose = el(
			"select.form-control.input-xs",
			{
				"aria-label": __("Shown with"),
				onchange: () => {
					const [kind, doctype] = choose.value.split(":");
					place.replaceChildren();
					if (kind === "doc") return this.link(place, doctype);
					this.sample = { addressee: kind, doctype: "", name: "" };
					this.show_preview();
				},
			},
			options.map(([value, label]) => el("option", { value }, label))
		);
		return el(
			"div.sc-template-row",
			{},
			el("h5", {}, __("Preview")),
			choose,
			place,
			this.word
				? button(__("Word sample"), { onclick: () => this.word_sample() })
				: button(__("PDF"), { onclick: () => open_posted_pdf("templates.preview_pdf", this.asking()) })
		);
	}

	link(place, doctype) {
		const control = frappe.ui.form.make_control({
			parent: $(place),
			df: {
				fieldtype: "Link",
				options: doctype,
				fieldname: "shown",
				label: "",
				placeholder: __("Choose a document"),
				only_select: 1,
				change: () => {
					const name = control.get_value();
					if (!name || name === this.sample.name) return;
					this.sample = { addressee: "unit", doctype, name };
					this.show_preview();
				},
			},
			render_input: true,
			only_input: true,
		});
	}

	asking() {
		return {
			document_kind: this.frm.doc.document_kind,
			body: this.text(),
			date_style: this.frm.doc.date_style || "Arabic",
			...this.sample,
		};
	}

	async show_preview() {
		if (this.word || !this.frm.doc.document_kind) return;
		const asked = ++this.asked;
		let answer;
		try {
			answer = await post_quietly("templates.preview", this.asking());
		} catch (error) {
			if (asked === this.asked)
				this.say(
					error instanceof TypeError
						? __("The server did not answer. What you typed is kept; the preview follows with the next change.")
						: error.message
				);
			return;
		}
		if (asked !== this.asked) return;
		this.show_findings(answer.findings);
		this.show_parts(answer.parts);
		this.paper.classList.toggle("sc-template-stale", !answer.html);
		if (answer.html) this.show_sheet(answer.html);
		const covered = this.sample.name ? __("Numbers of persons are covered.") : "";
		const missing = answer.missing.length
			? __("Not there in this document: {0}", [answer.missing.join("、")])
			: "";
		this.say(answer.html ? [covered, missing].filter(Boolean).join(" ") : __("The preview waits until the faults are corrected."));
	}

	say(text) {
		this.note.textContent = text;
		this.note.hidden = !text;
	}

	show_sheet(html) {
		this.sheet.onload = () => this.fit();
		this.sheet.srcdoc = html;
	}

	fit() {
		const scale = Math.min(1, this.paper.clientWidth / SHEET) || 1;
		const height = this.sheet.contentDocument?.documentElement.scrollHeight || 1123;
		this.sheet.style.width = `${SHEET}px`;
		this.sheet.style.height = `${height}px`;
		this.sheet.style.transform = `scale(${scale})`;
		this.sheet.style.marginBottom = `${-height * (1 - scale)}px`;
	}

	show_findings(rows) {
		this.findings.replaceChildren(
			rows.length
				? el(
						"ul.sc-findings.sc-red",
						{},
						rows.map(({ text, line }) =>
							el(
								"li",
								{},
								line && this.writing
									? el("button.sc-template-goto", { type: "button", onclick: () => this.go_to(line) }, text)
									: text
							)
						)
					)
				: el("p.text-success", {}, __("Nothing is wrong with the text."))
		);
	}

	go_to(line) {
		const editor = this.frm.fields_dict.body.editor;
		editor?.gotoLine(line, 0, true);
		editor?.focus();
	}

	show_parts(parts) {
		this.parts.replaceChildren(
			...parts.map((part) =>
				el(
					`li.sc-template-part.${part.ok === null ? "sc-unknown" : part.ok ? "sc-ok" : "sc-lacks"}`,
					{},
					el("span.sc-template-mark", { "aria-hidden": "true" }, part.ok === null ? "·" : part.ok ? "✓" : "✗"),
					part.ok === null ? null : el("span.sr-only", {}, part.ok ? __("Present") : __("Lacking")),
					el("span", {}, part.label),
					el("span.text-muted", {}, part.article)
				)
			)
		);
	}

	async word_sample() {
		if (this.frm.is_new() || this.frm.is_dirty()) {
			tell(__("Save the form first."), "orange");
			return;
		}
		const body = new FormData();
		const { doctype, name, addressee } = this.sample;
		for (const [key, value] of Object.entries({ template: this.frm.doc.name, doctype, name, addressee }))
			body.append(key, value);
		const response = await fetch("/api/method/sclist_app.api.templates.preview_word", {
			method: "POST",
			headers: { "X-Frappe-CSRF-Token": frappe.csrf_token },
			body,
		});
		if (!response.ok) {
			tell(__("The sample could not be made"), "red");
			return;
		}
		const address = URL.createObjectURL(await response.blob());
		el("a", { href: address, download: `${this.frm.doc.template_title || __("Draft")}.docx` }).click();
		setTimeout(() => URL.revokeObjectURL(address), 60000);
	}
}
