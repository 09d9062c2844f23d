import { button, el } from "../dom";
import { new_token } from "../calls";
import { join_names, VERB_KIND, vote_words } from "../words";
import { Phrases } from "./phrases";
import { send } from "./calls";

const KEYS = { Agree: "y", Forward: "y", Return: "t", Refuse: "x", Close: "z" };

/** Where the words of an opinion wait until it is given: in this browser, for this user and task. */
const drafts = {
	key: (task) => `sclist-opinion:${frappe.session.user}:${task}`,
	read(task) {
		return localStorage.getItem(this.key(task)) || "";
	},
	write(task, text) {
		if (text.trim()) localStorage.setItem(this.key(task), text);
		else localStorage.removeItem(this.key(task));
	},
};

/** The letter that chooses each action; of two of a kind only the first has one. */
function with_keys(actions) {
	const taken = new Set();
	return actions.map((action) => {
		const key = KEYS[action.verb];
		if (!key || taken.has(key)) return { ...action, key: "" };
		taken.add(key);
		return { ...action, key };
	});
}

/**
 * Choosing, the opinion, what follows, and the one button that does it.
 *
 * `on_done(action)` after the act, `on_changed(error)` where the case has moved on meanwhile.
 */
export class Decide {
	constructor({ task, version, outlook, unread, on_done, on_changed }) {
		Object.assign(this, { task, version, outlook, unread, on_done, on_changed });
		this.actions = with_keys(task.actions);
		this.token = new_token();
		this.chosen = this.actions.find((action) => !action.blocked?.length) || this.actions[0];
		this.area = el("textarea.form-control", {
			rows: "1",
			id: "sc-opinion",
			"aria-describedby": "sc-opinion-error",
			oninput: () => this.typed(),
		});
		this.area.value = drafts.read(task.name);
		this.label = el("label", { for: "sc-opinion" });
		this.after = el("div.sc-outlook", { role: "status" });
		this.error = el("p.sc-error", { id: "sc-opinion-error", role: "alert" });
		this.hint = el("p.sc-note");
		this.phrases = new Phrases({
			area: this.area,
			verb: this.chosen?.verb,
			on_use: () => this.typed(),
		});
		this.submit = button("", {
			class: "btn btn-primary sc-thumb sc-submit",
			onclick: () => this.send(),
		});
		this.node = el(
			"section.sc-section.sc-decide",
			{ id: "sc-decide", "aria-label": __("Your decision") },
			this.choices(),
			// a long list of what follows scrolls; opinion and button stay in sight
			el(
				"div.sc-decide-words",
				{ tabindex: "0", role: "group", "aria-label": __("What happens next") },
				this.after,
				this.blocked(),
			),
			this.label,
			this.area,
			this.phrases.node,
			this.error,
			el("div.sc-submit-bar", {}, this.hint, this.submit),
		);
		this.grow();
		this.write();
	}

	choices() {
		return el(
			"fieldset.sc-choices",
			{},
			el("legend.sr-only", {}, __("Your decision")),
			this.actions.map((action) =>
				el(
					`label.sc-choice${action === this.chosen ? ".sc-chosen" : ""}`,
					{ "data-verb": action.verb },
					el("input", {
						type: "radio",
						name: "sc-decision",
						value: action.action,
						checked: action === this.chosen,
						onchange: () => this.choose(action),
					}),
					el("span", {}, action.label),
					action.key ? el("kbd", {}, `Alt+${action.key.toUpperCase()}`) : null,
				),
			),
		);
	}

	blocked() {
		const notes = this.actions.filter((action) => action.blocked?.length);
		const warnings = [...new Set(this.actions.flatMap((action) => action.warnings || []))];
		return [
			warnings.length
				? el(
						"div",
						{},
						el("div.sc-label", {}, __("Please note:")),
						el(
							"ul.sc-reasons",
							{},
							warnings.map((text) => el("li", {}, text)),
						),
					)
				: null,
			...notes.map((action) =>
				el(
					"div.sc-blocked",
					{},
					el("div.sc-label", {}, __("Before “{0}” is possible:", [action.label])),
					el(
						"ul.sc-reasons",
						{},
						action.blocked.map((text) => el("li", {}, text)),
					),
				),
			),
		];
	}

	choose(action) {
		this.chosen = action;
		for (const radio of this.node.querySelectorAll('input[name="sc-decision"]')) {
			radio.checked = radio.value === action.action;
			radio.parentNode.classList.toggle("sc-chosen", radio.checked);
		}
		this.error.textContent = "";
		this.phrases.for_verb(action.verb);
		this.write();
		if (action.reason_required && !this.area.value.trim()) this.area.focus();
	}

	/** The choice by its letter; false if no action has it. */
	choose_by_key(key) {
		const action = this.actions.find((one) => one.key === key);
		if (action) this.choose(action);
		return Boolean(action);
	}

	/** As high as what is written in it, up to six lines. */
	grow() {
		this.area.rows = Math.min(Math.max(this.area.value.split("\n").length, this.area.value ? 2 : 1), 6);
	}

	typed() {
		this.grow();
		drafts.write(this.task.name, this.area.value);
		this.error.textContent = "";
	}

	write() {
		const action = this.chosen;
		if (!action) return;
		this.label.replaceChildren(
			action.reason_required ? __("Opinion and reasons") : __("Opinion (optional)"),
			action.reason_required ? el("span.sc-must", {}, ` ${__("(must be given)")}`) : "",
		);
		this.area.required = Boolean(action.reason_required);
		this.after.replaceChildren(
			...words(action, this.outlook[action.action] || {}).map((text) => el("p", {}, text)),
		);
		this.submit.className = `btn btn-${VERB_KIND[action.verb] || "default"} sc-thumb sc-submit`;
		this.submit.replaceChildren(__("Confirm: {0}", [action.label]), el("kbd", {}, "Ctrl+Enter"));
		this.submit.disabled = Boolean(action.blocked?.length) || this.busy;
		this.remind();
	}

	/** Papers whose end has not been on the screen yet. */
	remind() {
		const titles = this.unread(this.chosen);
		this.hint.textContent = titles.length
			? __(
					"{0} papers not yet read to the end. A reminder only; to agree to several at once it must be done.",
					[titles.length],
				)
			: "";
		this.hint.title = join_names(titles);
	}

	async send() {
		const action = this.chosen;
		if (this.busy || !action || action.blocked?.length) return;
		const opinion = this.area.value.trim();
		if (action.reason_required && !opinion) {
			this.error.textContent = __("“{0}” needs an opinion in writing. Say why.", [action.label]);
			this.area.focus();
			return;
		}
		this.busy = true;
		this.submit.disabled = true;
		this.submit.setAttribute("aria-busy", "true");
		this.error.textContent = "";
		try {
			const answer = await send("approval.act", {
				task: this.task.name,
				action: action.action,
				version: this.version,
				opinion,
				token: this.token,
			});
			drafts.write(this.task.name, "");
			this.on_done(action, answer);
		} catch (error) {
			if (error.kind === "ChangedSince") {
				this.on_changed();
				return;
			}
			// where no answer came the same token is sent again; the server takes it for the same act
			if (error.kind) this.token = new_token();
			this.busy = false;
			this.submit.disabled = false;
			this.submit.removeAttribute("aria-busy");
			this.error.textContent = error.message;
			this.submit.focus();
		}
	}
}

/** What follows, in sentences. */
function words(action, outlook) {
	const { next = [], then = [], drawn = [], ends = "", vote } = outlook;
	const lines = [];
	if (vote) lines.push(vote_words(vote));
	const parts = [];
	if (drawn.length) parts.push(__("these are issued: {0}", [join_names(drawn)]));
	for (const steps of by_hand(next)) parts.push(handed(steps));
	if (ends) parts.push(__("the procedure ends: {0}", [ends]));
	const after = [];
	const follows = parts.join(__("; at the same time "));
	if (parts.length)
		after.push(
			outlook.decides === false
				? __("Once the joint signature ends with “{0}”: {1}.", [action.label, follows])
				: __("After “{0}”: {1}.", [action.label, follows]),
		);
	if (then.length && ["Agree", "Forward"].includes(action.verb))
		after.push(__("Then: {0}.", [join_names(then)]));
	if (after.length) lines.push(after.join(""));
	return lines;
}

/** Steps that go to the same people, together. */
function by_hand(steps) {
	const found = new Map();
	for (const step of steps) {
		const key = step.post_title ? `${step.post_title}|${step.people}` : step.title;
		found.set(key, [...(found.get(key) || []), step]);
	}
	return [...found.values()];
}

function handed(steps) {
	const [{ post_title, people }] = steps;
	const names = people.length && people.length <= 3 ? `（${join_names(people)}）` : "";
	const titles = steps.map((step) => step.title).join("”“");
	return post_title
		? __("it goes to {0}{1} for “{2}”", [post_title, names, titles])
		: __("it goes on to “{0}”", [titles]);
}

/** An opinion that was written and can no longer be given, to be copied. */
export function kept_opinion(task) {
	const text = drafts.read(task);
	if (!text) return null;
	return el(
		"div.sc-kept",
		{},
		el("label", { for: "sc-kept" }, __("The opinion you had written; copy it where you need it:")),
		el("textarea.form-control", { id: "sc-kept", rows: "3", readonly: true }, text),
		button(__("Throw it away"), {
			class: "btn btn-xs btn-default",
			onclick: (event) => {
				drafts.write(task, "");
				event.target.closest(".sc-kept").remove();
			},
		}),
	);
}
