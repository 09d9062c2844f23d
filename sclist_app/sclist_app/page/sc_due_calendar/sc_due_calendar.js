frappe.pages["sc-due-calendar"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Calendar of Due Dates"), single_column: true });
	wrapper.sclist_due_calendar = new sclist.DueCalendar(page);
};

frappe.pages["sc-due-calendar"].on_page_show = function (wrapper) {
	wrapper.sclist_due_calendar?.load();
};
