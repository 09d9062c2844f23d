import { badge, button, el, only_for_readers } from "./dom";
import { get } from "./calls";
import { procedure_of } from "./procedure";
import { stepper } from "./stepper";
import { now } from "./now";
import { offer_more } from "./handing";
import { clocks } from "./clocks";
import { plan } from "./plan";
import { history_of } from "./history";
import { papers } from "./papers";
import { sheets } from "./sheets";
import { summary } from "./summary";
import { results } from "./results";

/**
 * The page of one engine-run document: where it stands, what the reader can do, its papers, limits and history.
 *
 * `view` is the answer of sclist_app.api.run.view, `procedure` the version it runs on (may be null).
 */
export class RunPanel {
	constructor({ wrapper, frm = null, on_change = null }) {
		this.wrapper = wrapper;
		this.frm = frm;
		this.on_change = on_change;
		this.wrapper.classList.add("sc-panel");
	}

	/** Fetches and shows; an answer that comes after a newer request is dropped. */
	async load(doctype = this.doctype, name = this.name) {
		if (doctype !== this.doctype || name !== this.name) {
			Object.assign(this, { doctype, name, view: null });
			this.wrapper.replaceChildren(el("div.sc-loading", {}, __("Loading the case…")));
		}
		const ticket = (this.ticket = {});
		try {
			const view = await get("run.view", { doctype, name });
			const procedure = await procedure_of(view.run?.version);
			if (ticket !== this.ticket) return this.view;
			Object.assign(this, { view, procedure });
			this.render();
			offer_more(this);
		} catch {
			if (ticket === this.ticket && !this.view) this.render_failure();
		}
		return this.view;
	}

	/** After an act: the document and the panel are read anew. */
	async changed() {
		if (this.on_change) await this.on_change();
		if (this.frm) await this.frm.reload_doc();
		else await this.load();
	}

	my_tasks() {
		return (this.view?.tasks || []).filter((task) => task.mine);
	}

	render() {
		const view = this.view;
		this.wrapper.replaceChildren(
			...[
				this.head(),
				stepper(view, this.procedure),
				now(this),
				plan(this),
				el(
					"div.sc-columns",
					{},
					el("div.sc-main", {}, summary(this), papers(this), sheets(this), results(this)),
					el("div.sc-side", {}, clocks(this), history_of(view))
				),
			].filter(Boolean)
		);
	}

	head() {
		const { doc, run } = this.view;
		const ended = doc.run_status === "Ended" || run?.status === "Ended";
		let state = badge(__("In progress"), "blue");
		if (!run) state = badge(__("Not started"), "gray");
		else if (run.status === "Suspended") state = badge(__("Suspended"), "orange");
		else if (ended)
			state = badge(doc.outcome_label || __("Ended"), doc.outcome === "Listed" ? "red" : "green");
		return el(
			"header.sc-head",
			{},
			el(
				"div.sc-head-text",
				{},
				state,
				el("span.sc-head-title", {}, doc.title || doc.name),
				el("span.text-muted", {}, [doc.bureau_name, run?.version_title].filter(Boolean).join(" · "))
			),
			button([__("Refresh"), only_for_readers(__("what is shown here"))], {
				class: "btn btn-xs btn-default",
				onclick: () => this.load(),
			})
		);
	}

	render_failure() {
		this.wrapper.replaceChildren(
			el(
				"div.sc-empty",
				{},
				el("p", {}, __("The progress of this document could not be read.")),
				button(__("Try again"), { onclick: () => this.load() })
			)
		);
	}
}
