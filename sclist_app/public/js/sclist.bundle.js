import { el } from "./sclist/dom";
import { RunPanel } from "./sclist/run_panel";
import { mount_panel } from "./sclist/mount";
import {
	default_bureau,
	filling_bureaus,
	fills_forms,
	keep_open_workspaces,
	my_bureau_codes,
	my_posts,
	name_own_bureaus,
} from "./sclist/posts";
import { due_badge, due_indicator, day } from "./sclist/words";
import { reveal_button } from "./sclist/reveal";
import { show_outline } from "./sclist/outline";
import { hide_repeated_labels, name_new_document } from "./sclist/tidy";
import { Approval } from "./sclist/approval/approval";
import { MyDesk } from "./sclist/my_desk";
import { end_absence, enter_absence, offer_effects, retry_effect } from "./sclist/absences";
import { version_tools } from "./sclist/version_tools";
import { package_tools } from "./sclist/package_tools";
import { show_applying } from "./sclist/applying";
import { apply_form_policy } from "./sclist/form_policy";
import { offer_remedies, remedy_bureaus, remedy_papers, remedy_tools } from "./sclist/remedies";
import { import_old_list, show_legacy_import } from "./sclist/legacy";
import { show_home } from "./sclist/home";
import { DueCalendar } from "./sclist/due_calendar";
import { BureauTree } from "./sclist/bureau_tree";
import { help_tour } from "./sclist/tour";
import { guide_case, new_case } from "./sclist/guide/guide";
import { keep_draft } from "./sclist/guide/drafts";
import { Reconciliation } from "./sclist/reconciliation";
import { offer_fields } from "./sclist/policy_rows";
import { template_editor } from "./sclist/template_editor";
import { offer_sheets } from "./sclist/sheets";
import {
	choose_numbers_at_once,
	close_dialogs_in_haste,
	close_one_dialog_by_escape,
	filters_before_rows,
	keep_what_is_typed,
	lists_by_index,
	speak_chinese,
	word_suggestions,
	write_seconds,
} from "./sclist/framework";
import { upload_privately } from "./sclist/upload";
import { show_paper } from "./sclist/paper_tools";
import { offer_printing, show_print_job } from "./sclist/case_file";

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
	Approval,
	show_home,
	help_tour,
	DueCalendar,
	BureauTree,
	Reconciliation,
	new_case,
	import_old_list,
	show_legacy_import,
	version_tools,
	package_tools,
	show_applying,
	enter_absence,
	end_absence,
	retry_effect,
	remedy_bureaus,
	remedy_papers,
	remedy_tools,
	show_paper,
	offer_printing,
	show_print_job,
	template_editor,
	el,
});

keep_open_workspaces();
name_own_bureaus();
speak_chinese();
close_dialogs_in_haste();
close_one_dialog_by_escape();
write_seconds();
word_suggestions();
keep_what_is_typed();
choose_numbers_at_once();
lists_by_index();
filters_before_rows();
upload_privately();

// Every document type the engine runs has an HTML field called `panel`.
$(document).on("form-refresh", (event, frm) => {
	if (!frm?.doctype?.startsWith("SC ")) return;
	hide_repeated_labels(frm);
	name_new_document(frm);
	offer_remedies(frm);
	offer_sheets(frm);
	if (["SC Bureau", "SC Procedure Binding"].includes(frm.doctype)) show_applying(frm);
	if (frm.doctype === "SC Procedure Version") {
		offer_fields(frm);
		offer_effects(frm);
	}
	keep_draft(frm);
	if (frm.doctype === "SC Case") guide_case(frm);
	if (frm.fields_dict.panel?.df.fieldtype !== "HTML") return;
	apply_form_policy(frm);
	mount_panel(frm);
});
