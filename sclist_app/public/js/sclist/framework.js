/*
 * What the framework shows untranslated on our forms, in one place: names of document types and of accounts, codes
 * of our own in fields of text, old and new values in the timeline. All of it is framework's display; nothing stored
 * changes. And what its dialogs lose of what is typed, and lists that would be slow or unfiltered.
 */

// fields of text that keep a word of the program, which is translated where it is shown
const WORDS = {
	"SC Run": ["outcome", "kind"],
	"SC Event": ["label", "event", "kind"],
	"SC Clock": ["channel"],
	"SC Task": ["kind"],
	"SC Procedure Version": ["kind"],
	"SC Effect Run": ["effect"],
};

// forms that keep the code of a step; the title of the task says the same in words
const STEPS = ["SC Clock", "SC Event", "SC Task", "SC Vote"];

// lists whose names are codes, beside titles that say more
const BY_TITLE = [
	"SC Document Kind",
	"SC Event",
	"SC Measure Record",
	"SC Message",
	"SC Post",
	"SC Procedure",
	"SC Procedure Version",
	"SC Publication",
	"SC Publication Channel",
	"SC Statute",
];

/** Bootstrap forgets a dialog's closing while it still comes in, as when Enter is pressed at once: closed afterwards. */
export function close_dialogs_in_haste() {
	const { hide } = frappe.ui.Dialog.prototype;
	frappe.ui.Dialog.prototype.hide = function () {
		hide.call(this);
		if (this.$wrapper.data("bs.modal")?._isShown) this.$wrapper.one("shown.bs.modal", () => hide.call(this));
	};
}

/**
 * Escape closes one dialog: Bootstrap closes the uppermost, a message of what is wrong, and the framework would then
 * close the one beneath it, with all that was typed into it.
 */
export function close_one_dialog_by_escape() {
	document.addEventListener("keydown", (event) => {
		const closed = event.key === "Escape" && event.defaultPrevented && event.target.closest?.(".modal");
		if (closed) event.stopPropagation();
	});
}

/** The calendar knows no seconds unless it is the framework's own copy, and writes "09:30:ss". */
export function write_seconds() {
	const calendar = $.fn.datepicker?.Constructor?.prototype;
	if (!calendar) return;
	const { formatDate } = calendar;
	calendar.formatDate = function (format, date) {
		const text = formatDate.call(this, format, date);
		return text?.replace?.(/\bss\b/, String(date.getSeconds()).padStart(2, "0")) ?? text;
	};
}

/** What a field with suggestions tells those who hear the page is English, written into the library. */
export function word_suggestions() {
	const { prototype } = window.Awesomplete || {};
	const native = Object.getOwnPropertyDescriptor(Node.prototype, "textContent");
	if (!prototype) return;
	Object.defineProperty(prototype, "status", {
		configurable: true,
		set(place) {
			Object.defineProperty(place, "textContent", {
				get: () => native.get.call(place),
				set: (text) => native.set.call(place, suggestion_words(text)),
			});
			Object.defineProperty(this, "status", { value: place, writable: true });
			place.textContent = native.get.call(place);
		},
	});
}

function suggestion_words(text) {
	const [, chosen, number, total] = /^(.*), list item (\d+) of (\d+)$/s.exec(text) || [];
	if (number) return __("{0}, number {1} of {2}", [chosen, number, total]);
	const [, found] = /^(\d+) results found$/.exec(text) || [];
	if (found) return __("{0} suggestions", [found]);
	return text === "No results found" ? __("No suggestions") : __("Suggestions appear as you type.");
}

/**
 * A dialog draws its fields anew a moment after one of them was filled in, and with them what is being typed into the
 * next: its first letters, or an amount, would be gone.
 */
export function keep_what_is_typed() {
	const { set_df_property } = frappe.ui.FieldGroup.prototype;
	frappe.ui.FieldGroup.prototype.set_df_property = function (name, prop, value) {
		const field = this.get_field(name);
		if (!field || (["reqd", "read_only"].includes(prop) && Boolean(field.df[prop]) === Boolean(value))) return;
		set_df_property.call(this, name, prop, value);
	};
	const { refresh_input } = frappe.ui.form.ControlInput.prototype;
	frappe.ui.form.ControlInput.prototype.refresh_input = function () {
		const input = this.frm ? null : this.$input?.get(0);
		const typed = input && input === document.activeElement ? input.value : null;
		refresh_input.call(this);
		if (typed !== null && input.value !== typed) input.value = typed;
	};
}

/**
 * What is typed into a field of a number takes the place of what stood there, as "0.00", also where one has clicked
 * into it; Frappe of 2022 chose it a moment later and with it the first figures typed.
 */
export function choose_numbers_at_once() {
	frappe.ui.form.ControlInt.prototype.make_input = function () {
		frappe.ui.form.ControlData.prototype.make_input.call(this);
		const input = this.$input.get(0);
		let fresh = false;
		const choose = () => fresh && input.select();
		input.addEventListener("focus", () => {
			fresh = true;
			choose();
		});
		input.addEventListener("click", () => {
			choose();
			fresh = false;
		});
		for (const over of ["keydown", "blur"]) input.addEventListener(over, () => (fresh = false));
	};
}

/**
 * Frappe of 2022 groups every list by its name, for which the database sorts the whole table; with 600,000 papers
 * seven seconds. Since 15 only where a filter asks a child table.
 */
export function lists_by_index() {
	const { get_args } = frappe.views.BaseList.prototype;
	frappe.views.BaseList.prototype.get_args = function () {
		const args = get_args.call(this);
		const filters_own = args.filters?.every?.(([doctype]) => doctype === this.doctype);
		const fields_own = this.fields.every(([, doctype]) => doctype === this.doctype);
		if (filters_own && fields_own) args.group_by = null;
		return args;
	};
}

/**
 * A list's own filter shows the title of what is linked and is empty until the server has told it: the list was asked
 * for meanwhile, without the filter. The titles are fetched before.
 */
export function filters_before_rows() {
	const { setup_filter_area } = frappe.views.BaseList.prototype;
	const { before_refresh } = frappe.views.ListView.prototype;
	frappe.views.BaseList.prototype.setup_filter_area = function () {
		const remembered = (this.filters || []).map(([, field, , value]) => [field, value]);
		return titled(this.doctype, remembered, () => setup_filter_area.call(this));
	};
	frappe.views.ListView.prototype.before_refresh = function () {
		const asked = this.filter_area ? Object.entries(frappe.route_options || {}) : [];
		return titled(this.doctype, asked, () => before_refresh.call(this));
	};
}

/** What is done next is done at once unless a title has to be fetched. */
function titled(doctype, values, next) {
	const fetched = values.map(([field, value]) => {
		const df = frappe.meta.get_docfield(doctype, field);
		const linked = df?.fieldtype === "Link" && (frappe.boot.link_title_doctypes || []).includes(df.options);
		if (linked && value && typeof value === "string" && !frappe.utils.get_link_title(df.options, value))
			return frappe.utils.fetch_link_title(df.options, value);
	});
	return fetched.some(Boolean) ? Promise.allSettled(fetched).then(next) : next();
}

export function speak_chinese() {
	frappe.form.link_formatters.DocType = (value) => (value ? __(value) : "");
	frappe.form.link_formatters.Role = (value) => (value ? __(value) : "");
	const person = frappe.form.link_formatters.User;
	frappe.form.link_formatters.User = (value, ...rest) =>
		nobody(value) || name_of(value) || (person ? person(value, ...rest) : value);
	name_people();
	know_people();
	word_messages();
	name_dialogs();
	keep_filters_quiet();
	for (const [doctype, fields] of Object.entries(WORDS)) word_lists(doctype, fields);
	const events = (frappe.listview_settings["SC Event"] ??= {});
	events.formatters = { ...events.formatters, chain: (value) => frappe.utils.escape_html(chain(value)) };
	for (const doctype of BY_TITLE) (frappe.listview_settings[doctype] ??= {}).hide_name_column = true;
	$(document).on("form-load form-refresh", (event, frm) => {
		if (!frm?.doctype?.startsWith("SC ")) return;
		name_people();
		// the framework puts the key of what has none yet into the tab
		if (frm.is_new()) frappe.utils.set_title(__("New {0}", [__(frm.doctype)]));
		// a drawn key behind the title says nothing to anybody
		else if (frm.meta.autoname === "hash" && frm.doc[frm.meta.title_field])
			name_by_title(frm, frappe.utils.html2text(frm.doc[frm.meta.title_field]));
		word_fields(frm);
		word_timeline(frm);
	});
}

/**
 * To who hears the page a dialog of the framework is none, and its cross has no name. When it has come in, it takes the
 * focus, even out of the field in which somebody types already.
 */
function name_dialogs() {
	const { get_modal } = frappe;
	frappe.get_modal = (...args) => {
		const $dialog = get_modal(...args);
		const title = $dialog.find(".modal-title").get(0);
		if (title) title.id ||= frappe.dom.get_unique_id();
		$dialog.attr({ role: "dialog", "aria-labelledby": title?.id });
		const node = $dialog.get(0);
		node.focus = (options) =>
			node.contains(document.activeElement) || HTMLElement.prototype.focus.call(node, options);
		$dialog.find(".btn-modal-close").attr("aria-label", __("Close"));
		$dialog.find(".btn-modal-minimize").attr("aria-label", __("Minimize"));
		return $dialog;
	};
}

/** What narrows the offers of a link is said in codes; the offers say themselves what they are. */
function keep_filters_quiet() {
	const { prototype } = frappe.ui.form.ControlLink;
	const { get_filter_description } = prototype;
	prototype.get_filter_description = function (filters) {
		return this.get_options()?.startsWith?.("SC ") ? null : get_filter_description.call(this, filters);
	};
}

function nobody(user) {
	if (user === frappe.session.user) return "";
	return { Administrator: __("System"), Guest: __("The Party (Online)") }[user] || "";
}

/** The name of somebody the open document names; what could be taken for markup is left to the framework. */
function name_of(user) {
	const name = window.cur_frm?.doc?.__onload?.people?.[user] || "";
	return /[<>&"']/.test(name) ? "" : name;
}

function name_by_title(frm, title) {
	frappe.utils.set_title(title);
	// Frappe 16 draws its path a moment later
	for (const moment of [0, 400])
		setTimeout(() => {
			const path = document.querySelectorAll("#navbar-breadcrumbs *, .navbar-breadcrumbs *, .page-breadcrumbs *");
			for (const node of path)
				if (!node.childElementCount && node.textContent.trim() === frm.docname) node.textContent = title;
		}, moment);
}

/** Who created and changed, in sidebar and timeline. */
function name_people() {
	for (const user of ["Administrator", "Guest"]) {
		if (!nobody(user)) continue;
		frappe.boot.user_info[user] = {
			image: null,
			name: user,
			email: user,
			...frappe.boot.user_info[user],
			fullname: nobody(user),
		};
	}
}

/** The open document brings the names of its people; the framework knows only those who commented. */
function know_people() {
	const { user_info } = frappe;
	frappe.user_info = (user) => {
		const fullname = window.cur_frm?.doc?.__onload?.people?.[user];
		if (fullname && !frappe.boot.user_info?.[user])
			frappe.update_user_info({ [user]: { name: user, email: user, image: null, fullname } });
		return user_info(user);
	};
}

/** "SC Case:SCC-2026-00001": what the entry is about. */
function chain(value) {
	const [doctype, ...name] = String(value || "").split(":");
	return name.length ? `${__(doctype)}：${name.join(":")}` : doctype;
}

/** Refusals of the framework name document types as the program does. */
function word_messages() {
	const { msgprint } = frappe;
	const words = (text) =>
		typeof text === "string" ? text.replace(/\bSC [A-Z][a-z]+(?: [A-Z][a-z]+)*/g, (name) => __(name)) : text;
	frappe.msgprint = (said, title, ...rest) =>
		msgprint(
			$.isPlainObject(said) ? { ...said, message: words(said.message), title: words(said.title) } : words(said),
			words(title),
			...rest
		);
}

function word_fields(frm) {
	if (STEPS.includes(frm.doctype)) frm.toggle_display("step", false);
	if (frm.doctype === "SC Event") {
		// its label says the same in words
		frm.toggle_display("event", false);
		const field = frm.fields_dict.chain;
		if (field) field.df.formatter = (value) => frappe.utils.escape_html(chain(value));
		field?.refresh_input?.();
	}
	for (const df of frm.meta.fields) {
		const said = (WORDS[frm.doctype] || []).includes(df.fieldname);
		const field = frm.fields_dict[df.fieldname];
		if (said && field) field.df.formatter = (value) => (value ? __(value) : "");
		if (said && field) field.refresh_input?.();
		// a link to a document type has no title of its own
		if (df.fieldtype === "Link" && ["DocType", "Role"].includes(df.options) && field?.disp_area)
			$(field.disp_area).text(frm.doc[df.fieldname] ? __(frm.doc[df.fieldname]) : "");
	}
}

/** The same fields in lists, beside what the list has set itself. */
function word_lists(doctype, fields) {
	const settings = (frappe.listview_settings[doctype] ??= {});
	settings.formatters = {
		...Object.fromEntries(
			fields.map((field) => [field, (value) => (value ? frappe.utils.escape_html(__(value)) : "")])
		),
		...settings.formatters,
	};
}

/** Old and new values stand in bold; those that are words of ours are said in Chinese. */
function word_timeline(frm) {
	const place = frm.footer?.wrapper?.get?.(0) || frm.$wrapper?.find(".form-footer").get(0);
	if (!place || place.sclist_watched) return;
	place.sclist_watched = new MutationObserver(() => {
		for (const bold of place.querySelectorAll(".new-timeline b, .new-timeline strong")) {
			const text = bold.textContent.trim();
			if (text === "null") bold.textContent = __("nothing");
			else if (/[A-Za-z]/.test(text) && __(text) !== text) bold.textContent = __(text);
		}
	});
	place.sclist_watched.observe(place, { childList: true, subtree: true });
}
