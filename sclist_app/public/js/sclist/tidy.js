/** A table whose label repeats the heading of its section says it once. */
export function hide_repeated_labels(frm) {
	for (const field of Object.values(frm.fields_dict)) {
		if (field.df.fieldtype !== "Table") continue;
		const repeated = field.section?.df?.label && field.section.df.label === field.df.label;
		field.$wrapper.toggleClass("sc-repeats-heading", Boolean(repeated));
	}
}

/** A document that has no number yet is not shown by the name the framework gives it meanwhile. */
export function name_new_document(frm) {
	if (!frm.is_new()) return;
	const rename = () => {
		for (const link of document.querySelectorAll("#navbar-breadcrumbs a, .navbar-breadcrumbs a"))
			if (link.textContent.trim() === frm.docname) link.textContent = __("New");
	};
	rename();
	// the framework draws the path of the page after the form
	setTimeout(rename, 300);
}
