frappe.pages["procedure-studio"].on_page_load = function (wrapper) {
	frappe.ui.make_app_page({ parent: wrapper, title: __("Procedure Studio"), single_column: true });
};

frappe.pages["procedure-studio"].on_page_show = async function (wrapper) {
	const asked = new URLSearchParams(window.location.search).get("version");
	const [, named, mode] = frappe.get_route();
	const version = named || frappe.route_options?.version || asked;
	frappe.route_options = null;
	await frappe.require(["sclist_studio.bundle.js", "sclist_studio.bundle.css"]);
	wrapper.sclist_studio = wrapper.sclist_studio || new sclist.ProcedureStudio(wrapper.page);
	await wrapper.sclist_studio.show(version, mode);
};

frappe.pages["procedure-studio"].on_page_hide = function (wrapper) {
	wrapper.sclist_studio?.leave();
};
