import { button, el } from "../dom";
import { party_stage } from "./parties";
import { penalty_stage } from "./penalties";
import { ground_stage } from "./grounds";
import { evidence_stage } from "./evidence";
import { review_stage } from "./review";

const TAB = "tab_registration";
const LAST = 5;

// Each stage shows its own fields of the one form; what is typed is the form's, whatever the view.
const STAGES = [
	{ title: () => __("Parties"), fields: ["bureau", "subjects"], build: party_stage },
	{ title: () => __("Penalties"), fields: ["penalties", "designation"], build: penalty_stage },
	{
		title: () => __("Ground"),
		fields: [
			"ground",
			"ground_detail",
			"industry",
			"able_to_perform",
			"investigation_report",
			"accidents",
		],
		build: ground_stage,
	},
	{
		title: () => __("Facts and Evidence"),
		fields: ["facts", "reasons", "measures", "evidence"],
		build: evidence_stage,
	},
	{ title: () => __("Check the case"), fields: [], build: review_stage },
];

/** Opens a new case on the guided path. */
export async function new_case() {
	guided_next = true;
	await frappe.new_doc("SC Case");
}

let guided_next = false;

/** The path at the head of the form while the case is being registered; the form below stays the form. */
export function guide_case(frm) {
	const open = frm.is_new() || frm.doc.__onload?.sclist_policy?.open;
	if (!open || !sclist.fills_forms()) {
		frm.sclist_guide?.remove();
		return;
	}
	if (!frm.sclist_guide) frm.sclist_guide = new Guide(frm);
	frm.sclist_guide.shown();
}

class Guide {
	constructor(frm) {
		this.frm = frm;
		this.guided = false;
		this.stage = 1;
		this.from = 0;
		this.answers = {};
		this.tried = new Set();
		this.head = el("nav.sc-guide-steps", { "aria-label": __("Steps of registering a case") });
		// of these only what changes is put anew: what is taken out of the page loses the focus
		this.title = el("div");
		this.lacks = el("div");
		this.slot = el("div");
		this.body = el("div.sc-guide-body", { hidden: true }, this.title, this.slot, this.lacks);
		this.top = el("section.sc-guide", {}, this.head, this.body);
		this.foot = el("div.sc-guide-foot", { hidden: true });
		this.live = el("div.sr-only", { role: "status", "aria-live": "polite" });
		this.top.append(this.live);
		this.timer = setInterval(() => this.watch(), 1200);
	}

	get pane() {
		const tab = (this.frm.layout.tabs || []).find((one) => one.df.fieldname === TAB);
		return tab?.wrapper?.get(0);
	}

	shown() {
		const { frm } = this;
		if (this.of !== frm.docname) {
			const same_case = this.saving || (this.of && frappe.model.new_names?.[this.of] === frm.docname);
			if (!same_case) Object.assign(this, { stage: 1, from: 0, answers: {}, tried: new Set(), checked: null });
			if (frm.is_new()) this.guided = guided_next || Boolean(same_case && this.guided);
			else if (!same_case) this.guided = false;
			this.begins = guided_next;
			guided_next = false;
			this.of = frm.docname;
			this.signature = "";
		}
		const pane = this.pane;
		if (!pane) return;
		if (this.top.parentNode !== pane) {
			pane.prepend(this.top);
			// the form's own Tab goes to the next field, shown or not; here the page's order holds
			pane.addEventListener("keydown", (event) => {
				if (this.guided && event.key === "Tab") event.stopPropagation();
			});
		}
		if (this.foot.parentNode !== pane) pane.append(this.foot);
		this.render();
		if (this.begins) {
			this.begins = false;
			// after the framework has put the focus where it thinks it belongs
			setTimeout(() => this.body.querySelector("input")?.focus(), 600);
		}
		if (this.saving) {
			this.saving = false;
			this.saved_now = true;
			// the framework chooses a tab of its own while it draws the form
			setTimeout(() => this.to_registration(), 300);
		}
	}

	remove() {
		// the case went on from here: what comes next stands with its handling
		if (this.guided && this.of === this.frm.docname)
			setTimeout(() => {
				to_handling(this.frm);
				frappe.utils.scroll_to(0);
			}, 300);
		this.guided = false;
		this.show_fields();
		this.top.remove();
		this.foot.remove();
		this.of = null;
	}

	to_registration() {
		(this.frm.layout.tabs || []).find((one) => one.df.fieldname === TAB)?.set_active();
	}

	// ------------------------------------------------------------------ drawing

	render() {
		this.draw_head();
		this.body.hidden = !this.guided;
		this.foot.hidden = !this.guided;
		this.show_fields();
		if (!this.guided) {
			this.view = null;
			this.drawn = "";
			this.slot.replaceChildren();
			return;
		}
		if (this.drawn !== `${this.of} ${this.stage}`) {
			this.drawn = `${this.of} ${this.stage}`;
			this.view = STAGES[this.stage - 1].build(this);
			this.title.replaceChildren(this.heading());
			this.slot.replaceChildren(this.view.node);
		}
		this.lacks.replaceChildren(this.missing());
		this.view.update?.();
		this.draw_foot();
		this.notes();
	}

	draw_head() {
		const step = (stage, i) => {
			const number = i + 1;
			const current = this.guided && number === this.stage;
			const left = this.guided ? this.open_items(number) : null;
			const done = left !== null && this.checked && !left.length && number < LAST;
			return el(
				"li",
				{},
				el(
					`button.sc-guide-step${current ? ".sc-current" : ""}${done ? ".sc-complete" : ""}`,
					{
						type: "button",
						"aria-current": current ? "step" : null,
						"data-stage": number,
						onclick: () => this.go(number),
					},
					el("span.sc-guide-number", { "aria-hidden": "true" }, done ? "✓" : number),
					el("span", {}, stage.title()),
					left?.length && number < LAST
						? el("span.sc-guide-count", { title: __("{0} still missing", [left.length]) }, left.length)
						: null
				)
			);
		};
		const focused = this.head.contains(document.activeElement)
			? document.activeElement.getAttribute("data-stage")
			: null;
		this.head.replaceChildren(
			el("ol", {}, STAGES.map(step)),
			button(this.guided ? __("Show the whole form") : __("Fill in step by step"), {
				class: "btn btn-xs btn-default",
				"data-guide": "toggle",
				onclick: () => this.toggle(),
			})
		);
		if (focused) this.head.querySelector(`[data-stage="${focused}"]`)?.focus();
	}

	heading() {
		return el(
			"h4.sc-guide-title",
			{ tabindex: "-1" },
			`${this.stage}. ${STAGES[this.stage - 1].title()}`
		);
	}

	/** What this step still lacks; said once the reader has been through it. */
	missing() {
		const items = this.stage < LAST && this.tried.has(this.stage) ? this.open_items(this.stage) : [];
		if (!items.length) return "";
		return el(
			"div.sc-blocked.sc-guide-missing",
			{ role: "group", "aria-label": __("Still missing in this step") },
			el("div.sc-label", {}, __("Still missing in this step")),
			el(
				"ul.sc-reasons",
				{},
				items.map((item) => el("li", {}, item.text, " ", way_to(this, item)))
			)
		);
	}

	draw_foot() {
		const { stage, from } = this;
		if (this.foot_of === `${stage} ${from}`) return;
		this.foot_of = `${stage} ${from}`;
		this.foot.replaceChildren(
			...[
				stage > 1 ? button(__("Previous step"), { onclick: () => this.go(stage - 1) }) : null,
				stage < LAST
					? button(__("Next step"), {
							kind: "primary",
							"data-guide": "next",
							onclick: () => this.go(stage + 1),
						})
					: null,
				from
					? button(__("Back to “{0}”", [STAGES[from - 1].title()]), {
							"data-guide": "back",
							onclick: () => this.go(from),
						})
					: null,
			].filter(Boolean)
		);
	}

	/** Only the fields of the step are shown; hiding is the view's alone, no property of a field changes. */
	show_fields() {
		const { frm } = this;
		const shown = new Set(this.guided ? STAGES[this.stage - 1].fields : []);
		const around = new Map();
		let inside = false;
		for (const df of frm.meta.fields) {
			if (df.fieldtype === "Tab Break") inside = df.fieldname === TAB;
			const field = frm.fields_dict[df.fieldname];
			if (!inside || !field?.$wrapper || ["Section Break", "Column Break"].includes(df.fieldtype)) continue;
			const off = this.guided && Boolean(!shown.has(df.fieldname) || this.beside_the_point(df.fieldname));
			field.$wrapper.toggleClass("sc-off-stage", off);
			for (const frame of field.$wrapper.parents(".form-column, .form-section").get())
				around.set(frame, (around.get(frame) ?? true) && off);
		}
		// no empty frames either
		for (const [frame, off] of around) frame.classList.toggle("sc-off-stage", off);
	}

	/** What the chosen ground does not ask for and nobody has filled in. */
	beside_the_point(fieldname) {
		const { ground } = this.frm.doc;
		if (!ground || this.frm.doc[fieldname]) return false;
		if (fieldname === "able_to_perform") return ground !== "7-3";
		if (fieldname === "investigation_report") return ground.startsWith("7");
		return fieldname === "ground_detail" && ["6-1", "6-2", "6-3", "7-4"].includes(ground);
	}

	/** What is wrong with a field stands beside it. */
	notes() {
		for (const node of this.frm.layout.wrapper.find(".sc-field-note").get()) node.remove();
		for (const item of this.checked?.items || []) {
			if (!item.field || item.severity !== "error" || !this.tried.has(item.stage)) continue;
			const field = this.frm.fields_dict[item.field];
			if (!field?.$wrapper) continue;
			const node = el("div.sc-field-note", {}, item.text);
			field.$wrapper.append(node);
		}
	}

	// ------------------------------------------------------------------- moving

	toggle() {
		this.guided = !this.guided;
		this.drawn = "";
		if (this.guided) this.to_registration();
		this.render();
		this.check();
		this.head.querySelector('[data-guide="toggle"]')?.focus();
	}

	/** from: the step that sent the reader here; a button leads back to it. */
	async go(stage, field = "", from = 0) {
		if (this.guided) this.tried.add(this.stage);
		this.from = from !== stage ? from : 0;
		this.guided = true;
		this.stage = Math.min(Math.max(stage, 1), LAST);
		if (this.stage === LAST) for (let n = 1; n < LAST; n++) this.tried.add(n);
		this.drawn = "";
		this.to_registration();
		this.render();
		if (!this.checked || this.stage === LAST) this.check();
		if (field) this.focus(field);
		else {
			this.body.querySelector(".sc-guide-title")?.focus({ preventScroll: true });
			this.top.scrollIntoView({ block: "start" });
			frappe.utils.scroll_to(0, false);
		}
		this.live.textContent = `${this.stage}. ${STAGES[this.stage - 1].title()}`;
	}

	focus(fieldname) {
		if (fieldname === "accidents") this.frm.toggle_display("section_accidents", true);
		const control = this.frm.fields_dict[fieldname];
		const wrapper = control?.$wrapper?.get(0);
		if (!wrapper) return;
		wrapper.scrollIntoView({ block: "center" });
		const input = wrapper.querySelector("input:not([type=hidden]), textarea, select, .grid-add-row, button");
		input?.focus({ preventScroll: true });
	}

	// ----------------------------------------------------------------- checking

	open_items(stage) {
		return (this.checked?.items || []).filter((item) => item.stage === stage && item.severity === "error");
	}

	/** The values as the form holds them; read-only facts come along, the server derives them again. */
	values() {
		return form_values(this.frm);
	}

	watch() {
		if (!this.guided || this.frm !== window.cur_frm || document.hidden) return;
		const signature = JSON.stringify(this.values());
		if (signature === this.signature) return;
		this.signature = signature;
		this.check();
		this.view?.update?.();
	}

	async check() {
		if (!this.guided) return;
		const ticket = (this.ticket = {});
		const found = await quietly("grounds.check", {
			values: JSON.stringify(this.values()),
			served_on: this.served_on || "",
		});
		if (ticket !== this.ticket || !found) return;
		this.checked = found;
		this.render();
	}

	/** Saves the case and stays on the path; what keeps it from being saved is said where it is entered. */
	async save() {
		const { frm } = this;
		if (!frm.doc.ground) {
			this.tried.add(3);
			frappe.show_alert({ message: __("Choose the ground first."), indicator: "orange" });
			await this.go(3);
			return false;
		}
		frm.sclist_registering = false;
		this.saving = true;
		const stage = this.stage;
		try {
			await frm.save();
		} catch {
			this.saving = false;
			return false;
		}
		const saved = !frm.is_new() && !frm.is_dirty();
		this.saving = this.saving && saved;
		if (saved) {
			this.stage = stage;
			this.drawn = "";
			this.render();
			this.check();
		}
		return saved;
	}
}

/** A button that leads to where an item of the check is put right; null where nothing leads there. */
export function way_to(guide, item, here = 0) {
	if (item.doctype && item.name)
		return el(
			"a.btn.btn-xs.btn-default",
			{ href: frappe.utils.get_form_link(item.doctype, item.name), target: "_blank" },
			__("Open {0}", [__(item.doctype)])
		);
	if (!item.field) return null;
	return button(
		item.stage === here || !here
			? __("Fill in")
			: __("Fill in under “{0}”", [STAGES[item.stage - 1].title()]),
		{ class: "btn btn-xs btn-default", onclick: () => guide.go(item.stage, item.field, guide.stage) }
	);
}

/** To the tab in which the case is handled. */
export function to_handling(frm) {
	const panel = frm.fields_dict.panel?.$wrapper.get(0);
	const tab = (frm.layout.tabs || []).find((one) => one.wrapper.get(0).contains(panel));
	tab?.set_active();
	return panel;
}

/** The values of a form without what the framework keeps for itself. */
export function form_values(frm) {
	const out = frm.is_new() ? {} : { name: frm.doc.name };
	for (const df of frm.meta.fields) {
		const value = frm.doc[df.fieldname];
		if (value === undefined || value === null || value === "") continue;
		if (["Table", "Table MultiSelect"].includes(df.fieldtype)) {
			const columns = frappe.get_meta(df.options).fields.map((one) => one.fieldname);
			out[df.fieldname] = value.map((row) =>
				Object.fromEntries(
					["name", ...columns]
						.filter((column) => row[column] !== undefined && row[column] !== null)
						.map((column) => [column, row[column]])
				)
			);
		} else if (typeof value !== "object") out[df.fieldname] = value;
	}
	return out;
}

/** POST without freezing the page; null where it failed, which a later call makes up for. */
export async function quietly(path, args) {
	try {
		const response = await frappe.call({
			method: `sclist_app.api.${path}`,
			type: "POST",
			args,
			silent: true,
			error: () => {},
		});
		return response.message;
	} catch {
		return null;
	}
}

/** Draws a part anew and leaves the focus on what bears the same mark. */
export function redraw(node, ...children) {
	const had = node.contains(document.activeElement) ? document.activeElement : null;
	const mark = had?.id ? `#${CSS.escape(had.id)}` : had?.dataset?.guide && `[data-guide="${had.dataset.guide}"]`;
	node.replaceChildren(...children.filter(Boolean));
	if (mark) node.querySelector(mark)?.focus();
}
