import { badge, button, el, table } from "../dom";
import { open_posted_pdf } from "../calls";
import { day } from "../words";
import { redraw } from "./guide";

/** Step 5: what is still missing, with a way to it; the days to come; a sample of the notice; on to the act. */
export function review_stage(guide) {
	const { frm } = guide;
	const node = el("div");

	function update() {
		const checked = guide.checked;
		if (!checked) {
			node.replaceChildren(el("p.sc-note", {}, __("Checking…")));
			return;
		}
		const errors = checked.items.filter((item) => item.severity === "error");
		const warnings = checked.items.filter((item) => item.severity !== "error");
		redraw(
			node,
			...[
				state(errors),
				errors.length ? el("ol.sc-checklist.sc-todo-list", {}, errors.map(line)) : null,
				warnings.length
					? el(
							"div",
							{},
							el("div.sc-label", {}, __("Please note:")),
							el("ul.sc-checklist", {}, warnings.map(line))
						)
					: null,
				upcoming(checked),
				samples(),
				acts(errors),
			]
		);
	}

	function state(errors) {
		return errors.length
			? el("p", {}, badge(__("{0} still missing", [errors.length]), "orange"))
			: el("p", {}, badge(__("Complete"), "green"), " ", __("Nothing is missing for this step."));
	}

	function line(item) {
		const to =
			item.doctype && item.name
				? el(
						"a.btn.btn-xs.btn-default",
						{ href: frappe.utils.get_form_link(item.doctype, item.name), target: "_blank" },
						__("Open {0}", [__(item.doctype)])
					)
				: item.field
					? button(__("Fill in"), {
							class: "btn btn-xs btn-default",
							onclick: () => guide.go(item.stage, item.field),
						})
					: null;
		return el("li", { "data-code": item.code }, el("span", {}, item.text), " ", to);
	}

	function upcoming(checked) {
		if (!checked.upcoming.length) return null;
		return el(
			"div.sc-upcoming",
			{},
			el("h5", {}, __("What follows")),
			el(
				"label.sc-inline",
				{},
				__("If the notice is served on"),
				" ",
				el("input.form-control", {
					type: "date",
					id: "sc-served-on",
					value: checked.served_on,
					onchange: (event) => {
						guide.served_on = event.target.value;
						guide.check();
					},
				})
			),
			table(
				__("What follows"),
				[__("What"), __("Day"), __("How it is counted")],
				checked.upcoming.map((row) => [
					row.name,
					[
						el("span.sc-line", {}, day(row.on)),
						row.provisional ? badge(__("Provisional"), "orange") : null,
					],
					row.explained,
				])
			),
			checked.upcoming.some((row) => row.provisional)
				? el(
						"p.sc-note",
						{},
						__("Provisional: the holidays of that year are not announced yet; the day is counted anew when they are.")
					)
				: null,
			el("p.sc-note", {}, __("Handled by: {0}", [checked.procedure]))
		);
	}

	function samples() {
		const subjects = (frm.doc.subjects || []).filter((row) => row.entity);
		if (!subjects.length) return null;
		const ready = !frm.is_new() && !frm.is_dirty();
		return el(
			"div.sc-samples",
			{},
			el("h5", {}, __("The notice as it would look")),
			ready
				? el(
						"div.sc-buttons",
						{},
						subjects.map((row) =>
							button(row.entity_name, {
								class: "btn btn-xs btn-default",
								"aria-label": `${__("Sample")} ${row.entity_name}`,
								onclick: () =>
									open_posted_pdf("papers.preview", {
										doctype: frm.doctype,
										name: frm.docname,
										document_kind: "D01",
										subject: row.entity,
									}),
							})
						)
					)
				: el("p.sc-note", {}, __("Save the case to look at a sample."))
		);
	}

	function acts(errors) {
		const clean = !frm.is_new() && !frm.is_dirty();
		return el(
			"div.sc-actions",
			{},
			clean
				? button(errors.length ? __("To handling") : __("Go on to submit"), {
						kind: errors.length ? "default" : "primary",
						"data-guide": "submit",
						onclick: () => to_handling(frm),
					})
				: button(__("Save the case"), {
						kind: "primary",
						"data-guide": "save",
						onclick: () => guide.save(),
					})
		);
	}

	return { node, update };
}

function to_handling(frm) {
	const panel = frm.fields_dict.panel?.$wrapper.get(0);
	const tab = (frm.layout.tabs || []).find((one) => one.wrapper.get(0).contains(panel));
	tab?.set_active();
	focus_action(panel, 15);
}

// The panel may still be reading the case; what is drawn anew loses the focus, which then lies on the page.
function focus_action(panel, left, before = false) {
	const action = panel?.querySelector("[data-action]:not([disabled])");
	if (action && (!before || document.activeElement === document.body)) {
		action.scrollIntoView({ block: "center" });
		action.focus();
	}
	if (left > 0) setTimeout(() => focus_action(panel, left - 1, before || Boolean(action)), 300);
}
