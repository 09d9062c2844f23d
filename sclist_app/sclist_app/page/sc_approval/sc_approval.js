frappe.pages["sc-approval"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Approval Page"),
		single_column: true,
	});
	wrapper.sclist_approval = new sclist.Approval(page);
};

frappe.pages["sc-approval"].on_page_show = function (wrapper) {
	wrapper.sclist_approval?.show();
};
