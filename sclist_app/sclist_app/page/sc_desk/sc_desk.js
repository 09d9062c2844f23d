frappe.pages["sc-desk"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("My Desk"), single_column: true });
	wrapper.sclist_desk = new sclist.MyDesk(page);
};

frappe.pages["sc-desk"].on_page_show = function (wrapper) {
	wrapper.sclist_desk?.load();
};
