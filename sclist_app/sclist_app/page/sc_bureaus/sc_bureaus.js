frappe.pages["sc-bureaus"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("By Bureau"), single_column: true });
	wrapper.sclist_bureaus = new sclist.BureauTree(page);
};

frappe.pages["sc-bureaus"].on_page_show = function (wrapper) {
	wrapper.sclist_bureaus?.load();
};
