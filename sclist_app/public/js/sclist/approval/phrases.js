import { button, el } from "../dom";
import { get } from "../calls";
import { send } from "./calls";

const VERBS = ["", "Agree", "Return", "Refuse"];
const verb_label = (verb) =>
	({ Agree: __("When agreeing"), Return: __("When returning"), Refuse: __("When refusing") })[
		verb
	] || __("For any decision");

let known = null;

/** The user's phrases, read once a page; [] where they cannot be read. */
export async function my_phrases() {
	known = known || (await get("approval.phrases").catch(() => []));
	return known;
}

/** Buttons that put a phrase into the opinion, and the list of phrases to be kept in order. */
export class Phrases {
	constructor({ area, verb, on_use }) {
		Object.assign(this, { area, verb, on_use });
		this.chips = el("div.sc-chips", { role: "group", "aria-label": __("Opinion phrases") });
		this.editor = el("div.sc-phrases", { hidden: true });
		this.said = el("p.sc-note", { role: "status" });
		this.opener = button(__("Edit the phrases"), {
			class: "btn btn-xs btn-default",
			"aria-expanded": "false",
			onclick: () => this.toggle(),
		});
		this.node = el("div", {}, this.chips, this.editor);
		this.rows = [];
		my_phrases().then((rows) => {
			this.rows = rows.map((row) => ({ ...row }));
			this.write();
		});
	}

	for_verb(verb) {
		this.verb = verb;
		this.write();
	}

	write() {
		const fit = this.rows.filter((row) => !row.verb || row.verb === this.verb);
		this.chips.replaceChildren(
			...fit.map((row) =>
				button(row.text, {
					class: "btn btn-xs btn-default sc-chip",
					onclick: () => this.use(row.text),
				}),
			),
			this.opener,
		);
	}

	use(text) {
		const before = this.area.value.trim();
		if (!before.includes(text))
			this.area.value = before
				? `${before}${/[。！？；]$/.test(before) ? "" : "。"}${text}`
				: text;
		this.on_use();
		this.area.focus();
	}

	toggle() {
		this.editor.hidden = !this.editor.hidden;
		this.opener.setAttribute("aria-expanded", String(!this.editor.hidden));
		if (!this.editor.hidden) this.edit();
	}

	edit(focus) {
		const last = this.rows.length - 1;
		const lines = this.rows.map((row, i) =>
			el(
				"li",
				{},
				el("input.form-control", {
					type: "text",
					value: row.text,
					maxlength: "200",
					"aria-label": __("Phrase {0}", [i + 1]),
					onchange: (event) => this.change(i, { text: event.target.value }),
				}),
				el(
					"select.form-control",
					{
						"aria-label": __("When phrase {0} is offered", [i + 1]),
						onchange: (event) => this.change(i, { verb: event.target.value }),
					},
					VERBS.map((verb) =>
						el("option", { value: verb, selected: verb === row.verb }, verb_label(verb)),
					),
				),
				el(
					"span.sc-buttons",
					{},
					this.move(i, -1, i === 0, __("Move up"), "↑"),
					this.move(i, 1, i === last, __("Move down"), "↓"),
					button("×", {
						class: "btn btn-xs btn-default",
						"aria-label": __("Remove phrase {0}", [i + 1]),
						onclick: () => this.store(this.rows.filter((_row, at) => at !== i)),
					}),
				),
			),
		);
		this.editor.replaceChildren(
			el("ol", {}, lines),
			el(
				"div.sc-buttons",
				{},
				button(__("Keep the present opinion as a phrase"), {
					class: "btn btn-xs btn-default",
					onclick: () => this.keep(),
				}),
				button(__("Close"), { class: "btn btn-xs btn-default", onclick: () => this.toggle() }),
			),
			this.said,
		);
		if (focus) this.editor.querySelector(focus)?.focus();
	}

	move(i, step, disabled, label, sign) {
		return button(sign, {
			class: "btn btn-xs btn-default",
			"aria-label": `${label} ${i + 1}`,
			disabled,
			onclick: () => {
				const rows = [...this.rows];
				[rows[i], rows[i + step]] = [rows[i + step], rows[i]];
				this.store(rows);
			},
		});
	}

	keep() {
		const text = this.area.value.trim();
		if (!text) {
			this.said.textContent = __("Write the opinion first, then keep it as a phrase.");
			this.area.focus();
			return;
		}
		this.store([...this.rows, { text, verb: this.verb || "" }]);
	}

	change(i, values) {
		this.store(this.rows.map((row, at) => (at === i ? { ...row, ...values } : row)));
	}

	async store(rows) {
		try {
			known = await send("approval.save_phrases", { rows: JSON.stringify(rows) });
			this.rows = known.map((row) => ({ ...row }));
			this.said.textContent = __("Kept.");
		} catch (error) {
			this.said.textContent = error.message;
			return;
		}
		this.write();
		this.edit();
	}
}
