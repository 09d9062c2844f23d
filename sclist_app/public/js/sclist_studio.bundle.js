import { createApp } from "vue";
import { badge, el, table } from "./sclist/dom";
import Studio from "./sclist/studio/Studio.vue";
import { make_store } from "./sclist/studio/store";

frappe.provide("sclist");

/** The drawing board of one version of a procedure at a time. */
sclist.ProcedureStudio = class ProcedureStudio {
	constructor(page) {
		this.page = page;
		this.place = document.createElement("div");
		$(page.main).append(this.place);
	}

	/** Show a version, or which there are. What was drawn in another is saved, or kept in the browser. */
	async show(version, mode = "") {
		if (!version) return this.choose();
		if (this.version === version && this.store) {
			// the plain form may have changed it meanwhile
			if (!this.store.dirty.value) await this.store.load();
			if (mode) this.store.state.mode = mode;
			return this.name();
		}
		await this.close();
		this.version = version;
		const store = make_store(version);
		const { load } = store;
		store.load = async () => {
			await load();
			if (this.store === store) this.name();
		};
		this.store = store;
		this.app = createApp(Studio, { store });
		this.app.config.globalProperties.__ = window.__;
		this.app.mount(this.place);
		await store.load();
		// what waits for approval is looked at for what it changes
		const changes = store.state.board?.rights.approve && store.state.board.compare_with.length;
		if (mode || changes) store.state.mode = mode || "compare";
	}

	async choose() {
		await this.close();
		this.page.set_title(__("Procedure Studio"));
		this.page.clear_indicator();
		this.page.clear_inner_toolbar();
		const rows = await frappe.db.get_list("SC Procedure Version", {
			fields: ["name", "version_title", "status", "kind", "bureau"],
			order_by: "modified desc",
			limit: 100,
		});
		const names = new Map(
			(
				await frappe.db.get_list("SC Bureau", {
					fields: ["name", "bureau_name"],
					filters: { name: ["in", [...new Set(rows.map((row) => row.bureau || ""))]] },
					limit: rows.length + 1,
				})
			).map((bureau) => [bureau.name, bureau.bureau_name]),
		);
		const rank = ["Draft", "In Review", "Published", "Retired"];
		rows.sort((a, b) => rank.indexOf(a.status) - rank.indexOf(b.status));
		const colours = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" };
		const go = (name) => (event) => {
			event.preventDefault();
			frappe.set_route("procedure-studio", name);
		};
		this.place.replaceChildren(
			el(
				"div.sc-section",
				{},
				el(
					"p.text-muted",
					{},
					__("Choose the procedure to look at or to change. A published one is copied first."),
				),
				rows.length
					? table(
							__("Procedure Versions"),
							[__("Version"), __("Kind"), __("Bureau"), __("Status")],
							rows.map((row) => [
								el(
									"a",
									{
										href: `/app/procedure-studio/${encodeURIComponent(row.name)}`,
										onclick: go(row.name),
									},
									row.version_title || row.name,
								),
								__(row.kind),
								names.get(row.bureau) || "—",
								badge(__(row.status), colours[row.status]),
							]),
						)
					: el("p", {}, __("There are no procedures you may read.")),
			),
		);
	}

	name() {
		const { version } = this.store.state.board || {};
		if (!version) return;
		this.page.set_title(version.title);
		const colours = { Draft: "orange", "In Review": "blue", Published: "green", Retired: "gray" };
		this.page.set_indicator(version.status_label, colours[version.status] || "gray");
		this.page.clear_inner_toolbar?.();
		this.page.add_inner_button(__("Plain Form"), async () => {
			await this.store.save(true);
			frappe.set_route("Form", "SC Procedure Version", this.version);
		});
	}

	/** The page is left: save what can be saved. */
	async leave() {
		if (this.store?.dirty.value) {
			this.store.keep_copy();
			await this.store.save(true);
		}
	}

	async close() {
		await this.leave();
		this.store?.stop();
		this.app?.unmount();
		this.app = this.store = this.version = null;
		this.place.replaceChildren();
	}
};
