import { el } from "./sclist/dom";
import { RunPanel } from "./sclist/run_panel";
import { mount_panel } from "./sclist/mount";
import { default_bureau, filling_bureaus, fills_forms, keep_open_workspaces, my_bureau_codes, my_posts } from "./sclist/posts";
import { due_badge, due_indicator, day } from "./sclist/words";
import { reveal_button } from "./sclist/reveal";
import { show_outline } from "./sclist/outline";
import { MyDesk } from "./sclist/my_desk";

frappe.provide("sclist");

Object.assign(sclist, {
	RunPanel,
	mount_panel,
	default_bureau,
	filling_bureaus,
	fills_forms,
	my_bureau_codes,
	my_posts,
	due_badge,
	due_indicator,
	day,
	reveal_button,
	show_outline,
	MyDesk,
	el,
});

keep_open_workspaces();

// Every document type the engine runs has an HTML field called `panel`.
$(document).on("form-refresh", (event, frm) => {
	const field = frm?.fields_dict?.panel;
	if (field?.df.fieldtype === "HTML" && frm.doctype.startsWith("SC ")) mount_panel(frm);
});
