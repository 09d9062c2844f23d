import { badge, button, el, form_link } from "./dom";
import { download, get, post, tell } from "./calls";
import { my_posts } from "./posts";
import { day } from "./words";

/** What should have happened and has not: five lists, each row with its next step. */
export class Reconciliation {
	constructor(page) {
		this.page = page;
		this.which = "";
		this.below = "";
		this.start = 0;
		this.body = el("div.sc-desk.sc-reconcile");
		$(page.main).append(this.body);
		page.set_secondary_action(__("Refresh"), () => this.load(), "refresh");
		page.add_inner_button(__("Export This List"), () => this.export());
	}

	async load() {
		if (!my_posts().length && frappe.session.user !== "Administrator") {
			this.body.replaceChildren(
				el(
					"div.sc-section.sc-empty",
					{},
					__("You hold no post yet. Ask the administrator of your bureau to assign you one.")
				)
			);
			return;
		}
		if (!this.data) this.body.replaceChildren(el("div.sc-loading", {}, __("Comparing…")));
		const data = await get("reconciliation.overview", { below: this.below }).catch(() => null);
		if (!data) return;
		this.data = data;
		if (!this.which) this.which = (data.lists.find((one) => one.count) || data.lists[0]).name;
		await this.load_rows();
	}

	async load_rows() {
		const found = await get("reconciliation.rows", {
			which: this.which,
			below: this.below,
			start: this.start,
		}).catch(() => null);
		if (!found) return;
		this.found = found;
		this.render();
	}

	render() {
		this.body.replaceChildren(...[this.filter(), this.counts(), this.list(), this.pager()].filter(Boolean));
	}

	filter() {
		const bureaus = this.data.bureaus;
		if (bureaus.length < 2) return null;
		const choice = el(
			"select.form-control",
			{
				"aria-label": __("Bureau"),
				onchange: (event) => {
					this.below = event.target.value;
					this.start = 0;
					this.load();
				},
			},
			el("option", { value: "" }, __("All bureaus I see")),
			bureaus.map((one) =>
				el("option", { value: one.name, selected: one.name === this.below }, one.bureau_name)
			)
		);
		return el("div.sc-reconcile-filter", {}, el("label", {}, __("Bureau and those below"), choice));
	}

	counts() {
		return el(
			"div.sc-counts",
			{ role: "group", "aria-label": __("Lists") },
			this.data.lists.map((one) =>
				el(
					`button.sc-count${one.count ? ".sc-hot" : ""}`,
					{
						type: "button",
						"aria-pressed": String(this.which === one.name),
						"data-list": one.name,
						onclick: () => {
							this.which = one.name;
							this.start = 0;
							this.load_rows();
						},
					},
					el("strong", {}, one.count),
					one.title
				)
			)
		);
	}

	list() {
		const of = this.data.lists.find((one) => one.name === this.which);
		const head = el(
			"div.sc-section-head",
			{},
			el("h5", {}, of.title),
			el("span.text-muted", {}, of.hint)
		);
		if (!this.found.rows.length) {
			return el("section.sc-section", {}, head, el("p.text-muted.sc-empty", {}, __("Nothing is open here.")));
		}
		return el(
			"section.sc-section",
			{},
			head,
			el(
				"ul.sc-jobs",
				{},
				this.found.rows.map((row) => this.row(row))
			)
		);
	}

	row(row) {
		return el(
			"li",
			{},
			el(
				"div.sc-job",
				{},
				el(
					"div.sc-job-main",
					{},
					el(
						"div.sc-job-title",
						{},
						form_link(row.doctype, row.name, row.subject),
						row.code_shown ? el("span.text-muted", {}, ` ${row.code_shown}`) : null
					),
					el("div", {}, row.why),
					el("div.text-muted", {}, [row.what, row.bureau_name].filter(Boolean).join(" · "))
				),
				el(
					"div.sc-job-side",
					{},
					row.since ? el("span.text-muted", {}, __("Since {0}", [day(row.since)])) : null,
					row.days > 0 ? badge(__("{0} days", [row.days]), row.days > 30 ? "red" : "orange") : null,
					this.steps(row)
				)
			)
		);
	}

	steps(row) {
		const look = () => frappe.set_route("Form", row.doctype, row.name);
		if (row.step === "case") {
			return [
				button(row.label, { kind: "primary", onclick: () => open_case(row) }),
				button(__("No ground applies"), { onclick: () => this.set_aside(row) }),
			];
		}
		if (row.step === "revoke") {
			return button(row.label, {
				kind: "primary",
				onclick: () =>
					frappe.new_doc("SC Removal", { record: row.name, kind: "Revocation of Listing" }),
			});
		}
		if (row.step === "remind") {
			return [
				button(row.label, { kind: "primary", onclick: () => this.remind(row) }),
				button(__("Register an Application"), {
					onclick: () => frappe.new_doc("SC Repair Application", { record: row.name }),
				}),
			];
		}
		if (row.step === "open" && row.reference_doctype) {
			return button(row.label, {
				kind: "primary",
				onclick: () => frappe.set_route("Form", row.reference_doctype, row.reference_name),
			});
		}
		return button(__("Look at It"), { onclick: look });
	}

	set_aside(row) {
		frappe.prompt(
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Why does the penalty come under no ground of article 6 or 7?"),
				reqd: 1,
			},
			async ({ reason }) => {
				await post("reconciliation.set_aside", { penalty: row.name, reason });
				tell(__("Noted. The reason stays with the penalty."));
				this.load();
			},
			__("No ground applies"),
			__("Note It")
		);
	}

	remind(row) {
		frappe.prompt(
			[
				{
					fieldname: "way",
					fieldtype: "Select",
					label: __("How the Party Was Told"),
					options: [
						{ value: "Telephone", label: __("Telephone") },
						{ value: "In Writing", label: __("In Writing") },
						{ value: "On the Spot", label: __("On the Spot") },
						{ value: "Message", label: __("Message") },
					],
					default: "Telephone",
					reqd: 1,
				},
				{
					fieldname: "told_on",
					fieldtype: "Date",
					label: __("Day of Telling"),
					default: frappe.datetime.get_today(),
					reqd: 1,
				},
				{ fieldname: "note", fieldtype: "Small Text", label: __("Note on the Talk") },
			],
			async (values) => {
				await post("reconciliation.remind", { record: row.name, ...values });
				tell(__("The reminder is recorded."));
				this.load();
			},
			__("Remind the Party"),
			__("Record It")
		);
	}

	pager() {
		const step = 20;
		if (!this.start && !this.found.more) return null;
		const to = (start) => () => {
			this.start = start;
			this.load_rows();
		};
		return el(
			"div.sc-buttons.justify-content-center",
			{},
			button(__("Previous Page"), { disabled: !this.start, onclick: to(Math.max(this.start - step, 0)) }),
			el("span.text-muted", {}, `${this.start + 1} – ${this.start + this.found.rows.length}`),
			button(__("Next Page"), { disabled: !this.found.more, onclick: to(this.start + step) })
		);
	}

	export() {
		if (!this.which) return;
		download("reconciliation.export", { which: this.which, below: this.below });
	}
}

/** A new case with bureau, ground, penalty and party of the row filled in. */
async function open_case(row) {
	const values = await get("reconciliation.case_of_penalty", { penalty: row.name });
	frappe.model.with_doctype("SC Case", () => {
		const doc = frappe.model.get_new_doc("SC Case");
		const { penalty, subject, ...plain } = values;
		Object.assign(doc, plain);
		Object.assign(frappe.model.add_child(doc, "SC Case Penalty", "penalties"), penalty);
		Object.assign(frappe.model.add_child(doc, "SC Case Subject", "subjects"), subject);
		frappe.utils.add_link_title("SC Penalty", penalty.penalty, penalty.document_number);
		frappe.utils.add_link_title("SC Entity", subject.entity, subject.entity_name);
		frappe.set_route("Form", "SC Case", doc.name);
	});
}
