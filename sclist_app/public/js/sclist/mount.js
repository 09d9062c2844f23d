import { RunPanel } from "./run_panel";

/** Puts the panel into the form's HTML field `panel`; a new document shows its form only. */
export function mount_panel(frm) {
	const field = frm.fields_dict.panel;
	name_first_tab(frm);
	// The history of the panel is the record; the framework's own can be deleted and repeats it.
	$(frm.wrapper).addClass("sc-run-form");
	frm.toggle_display("panel", !frm.is_new());
	if (frm.is_new()) {
		field.$wrapper.empty();
		frm.sclist_registering = true;
		// the tab of the panel is empty now, but may still be the active one
		frm.layout.tabs.find((tab) => tab.df.fieldname !== "__details" && !tab.hidden)?.set_active();
		return null;
	}
	if (!frm.sclist_panel) {
		frm.sclist_panel = new RunPanel({
			frm,
			wrapper: field.$wrapper.get(0),
		});
	}
	const loaded = frm.sclist_panel.load(frm.doctype, frm.docname);
	if (frm.sclist_registering) {
		// Just saved for the first time: what comes next stands in the panel. The framework chooses a tab of its
		// own while it draws the form, so this waits until that is done.
		frm.sclist_registering = false;
		const panel = field.$wrapper.get(0);
		loaded.then(() => frm.layout.tabs.find((tab) => tab.wrapper.get(0).contains(panel))?.set_active());
	}
	return frm.sclist_panel;
}

// Fields before the first tab fall into a tab the framework calls "Details".
function name_first_tab(frm) {
	const tab = (frm.layout.tabs || []).find((t) => t.df.fieldname === "__details");
	if (tab) tab.tab_link.find(".nav-link").text(__("Handling"));
}
