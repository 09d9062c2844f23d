/** A table whose label repeats the heading of its section says it once. */
export function hide_repeated_labels(frm) {
	for (const field of Object.values(frm.fields_dict)) {
		if (field.df.fieldtype !== "Table") continue;
		const repeated = field.section?.df?.label && field.section.df.label === field.df.label;
		field.$wrapper.toggleClass("sc-repeats-heading", Boolean(repeated));
	}
}
