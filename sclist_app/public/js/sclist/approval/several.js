import { badge, button, el } from "../dom";
import { follow, page_link } from "../addresses";
import { new_token } from "../calls";
import { day, due_badge, vote_words } from "../words";
import { Phrases } from "./phrases";
import { send } from "./calls";

/** All that waits, and one agreement for those that were read; each is an act of its own with a result of its own. */
export class Several {
	constructor({ rows, open, reload }) {
		Object.assign(this, { rows, open, reload });
		this.chosen = new Set();
		this.tokens = new Map();
		this.results = [];
		this.said = el("div", { role: "status", "aria-live": "polite" });
		this.node = el("div.sc-several");
		this.write();
	}

	write() {
		if (!this.rows.length) {
			this.node.replaceChildren(this.outcome(), this.said, empty());
			return;
		}
		this.node.replaceChildren(
			el(
				"section.sc-section",
				{},
				el(
					"div.sc-section-head",
					{},
					el("h4", {}, __("{0} cases wait for your approval", [this.rows.length])),
					button(__("One after the other"), {
						class: "btn btn-primary sc-thumb",
						onclick: () => this.open(this.rows[0].name),
					}),
				),
				el(
					"ul.sc-queue",
					{},
					this.rows.map((row) => this.row(row)),
				),
			),
			this.outcome(),
			this.said,
			this.joint(),
		);
		this.count();
	}

	row(row) {
		const id = `sc-pick-${row.name}`;
		const why = row.read
			? ""
			: __("Open the case and read it to the end first; then it can be agreed to with others.");
		return el(
			"li",
			{ "data-task": row.name },
			el("input", {
				type: "checkbox",
				id,
				disabled: !row.read,
				checked: this.chosen.has(row.name),
				title: why || null,
				"aria-label": __("Tick {0}", [row.subject_line || row.title]),
				onchange: (event) => {
					event.target.checked ? this.chosen.add(row.name) : this.chosen.delete(row.name);
					this.count();
				},
			}),
			el(
				"a.sc-queue-main",
				{ href: page_link("sc-approval", row.name), onclick: follow },
				el("strong", {}, row.subject_line || row.title),
				el(
					"span.text-muted",
					{},
					[
						row.kind,
						row.reference_name,
						row.step_title,
						row.post_title,
						row.acting_for_name && __("For {0}", [row.acting_for_name]),
						row.due_on && __("Due {0}", [day(row.due_on)]),
					]
						.filter(Boolean)
						.join(" · "),
				),
				row.vote ? el("span.text-muted", {}, vote_words(row.vote)) : null,
			),
			el(
				"span.sc-queue-side",
				{},
				row.returned ? badge(__("Sent back"), "orange") : null,
				due_badge(row),
				row.read ? badge(`✓ ${__("Read to the end")}`, "green") : badge(__("Not read"), "gray"),
			),
		);
	}

	joint() {
		const read = this.rows.filter((row) => row.read);
		const before = this.results.some((one) => !one.done) ? this.area?.value : "";
		this.area = el("textarea.form-control", { rows: "2", id: "sc-joint-opinion" });
		this.area.value = before || "";
		this.submit = button("", { class: "btn btn-primary sc-thumb", onclick: () => this.send() });
		const phrases = new Phrases({ area: this.area, verb: "Agree", on_use: () => {} });
		return el(
			"section.sc-section",
			{},
			el("div.sc-section-head", {}, el("h5", {}, __("Agree to several at once"))),
			el(
				"p.sc-note",
				{},
				read.length
					? __(
							"Tick the cases you agree to. Only cases you have read to the end can be ticked; each is signed by itself.",
						)
					: __(
							"None of them has been read yet. Open a case and read it to the end; then it can be ticked here.",
						),
			),
			read.length > 1
				? button(__("Tick all that were read"), {
						class: "btn btn-xs btn-default",
						onclick: () => {
							for (const row of read) this.chosen.add(row.name);
							for (const box of this.node.querySelectorAll(".sc-queue input:not(:disabled)"))
								box.checked = true;
							this.count();
						},
					})
				: null,
			read.length
				? [
						el("label.sc-joint-label", { for: "sc-joint-opinion" }, __("Opinion for all of them (optional)")),
						this.area,
						phrases.node,
						this.submit,
					]
				: null,
		);
	}

	count() {
		this.submit?.replaceChildren(__("Agree to the {0} ticked", [this.chosen.size]));
		if (this.submit) this.submit.disabled = !this.chosen.size || this.busy;
	}

	async send() {
		if (this.busy || !this.chosen.size) return;
		this.busy = true;
		this.count();
		const opinion = this.area.value.trim();
		const picked = this.rows.filter((row) => this.chosen.has(row.name));
		this.results = [];
		for (const [i, row] of picked.entries()) {
			this.said.textContent = __("{0} of {1}: {2}", [
				i + 1,
				picked.length,
				`${row.subject_line || row.title} ${row.reference_name}`,
			]);
			if (!this.tokens.has(row.name)) this.tokens.set(row.name, new_token());
			try {
				await send("approval.agree", {
					task: row.name,
					opinion,
					token: this.tokens.get(row.name),
				});
				this.results.push({ row, done: true });
			} catch (error) {
				if (error.kind) this.tokens.delete(row.name);
				this.results.push({
					row,
					done: false,
					why: error.message,
					unread: error.kind === "NotRead",
				});
			}
		}
		this.busy = false;
		this.chosen.clear();
		this.said.textContent = "";
		this.rows = await this.reload().catch(() =>
			this.rows.filter(
				(row) => !this.results.some((one) => one.done && one.row.name === row.name),
			),
		);
		for (const row of this.rows)
			if (this.results.some((one) => one.unread && one.row.name === row.name)) row.read = false;
		this.write();
		this.node.querySelector(".sc-joint-results")?.focus();
	}

	outcome() {
		if (!this.results.length) return "";
		const failed = this.results.filter((one) => !one.done);
		return el(
			"section.sc-section.sc-joint-results",
			{ tabindex: "-1", role: "status" },
			el(
				"h5",
				{},
				failed.length
					? __("{0} agreed to, {1} not", [this.results.length - failed.length, failed.length])
					: __("All {0} agreed to", [this.results.length]),
			),
			el(
				"ul",
				{},
				this.results.map(({ row, done, why }) =>
					el(
						"li",
						{ "data-result": done ? "done" : "failed" },
						done ? badge(`✓ ${__("Agreed")}`, "green") : badge(`✗ ${__("Not done")}`, "red"),
						" ",
						row.subject_line || row.title,
						" ",
						el("span.text-muted", {}, row.reference_name),
						why ? el("p.sc-prose", {}, why) : null,
						done
							? null
							: el(
									"a",
									{ href: page_link("sc-approval", row.name), onclick: follow },
									__("Open the case"),
								),
					),
				),
			),
		);
	}
}

function empty() {
	return el(
		"section.sc-section.sc-empty",
		{},
		el("p", {}, __("No case waits for your approval.")),
		el("p", {}, __("As soon as a case reaches your post, it appears here.")),
		button(__("My Desk"), { onclick: () => frappe.set_route("sc-desk") }),
	);
}
