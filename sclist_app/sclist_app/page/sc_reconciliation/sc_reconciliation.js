frappe.pages["sc-reconciliation"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Reconciliation"),
		single_column: true,
	});
	wrapper.sclist_reconciliation = new sclist.Reconciliation(page);
};

frappe.pages["sc-reconciliation"].on_page_show = function (wrapper) {
	wrapper.sclist_reconciliation?.load();
};
