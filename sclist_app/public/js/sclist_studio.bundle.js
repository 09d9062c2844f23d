import { createApp } from "vue";
import Studio from "./sclist/studio/Studio.vue";
import { make_store } from "./sclist/studio/store";
import { COLOURS, version_lists } from "./sclist/studio/lists";

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
		// not the title of what was open before
		this.page.set_title(__("Opening…"));
		this.page.clear_indicator();
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
		this.place.replaceChildren(await version_lists());
	}

	name() {
		const { version } = this.store.state.board || {};
		if (!version) return;
		this.page.set_title(version.title);
		const used = this.store.state.board.in_use.some((one) => one.state === "now");
		this.page.set_indicator(
			used ? `${version.status_label} · ${__("In use")}` : version.status_label,
			COLOURS[version.status] || "gray",
		);
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
