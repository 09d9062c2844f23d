import { badge, button, el, table } from "../dom";
import { ask_and_act } from "../act_dialog";
import { open_posted_pdf } from "../calls";
import { day } from "../words";
import { redraw, to_handling, way_to } from "./guide";

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
				acts(errors),
				upcoming(checked),
				samples(),
			]
		);
	}

	function state(errors) {
		return errors.length
			? el("p", {}, badge(__("{0} still missing", [errors.length]), "orange"))
			: el("p", {}, badge(__("Complete"), "green"), " ", __("Nothing is missing for this step."));
	}

	function line(item) {
		return el("li", { "data-code": item.code }, el("span", {}, item.text), " ", way_to(guide, item));
	}

	function upcoming(checked) {
		if (!checked.upcoming.length) return null;
		return el(
			"div.sc-upcoming",
			{},
			el("h5", {}, __("What follows")),
			served_on(checked.served_on),
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

	// the desk's own field, which writes days as the rest of the desk does
	let asked = null;
	function served_on(value) {
		if (!asked) {
			const place = el("div.sc-served-on");
			asked = frappe.ui.form.make_control({
				parent: $(place),
				df: {
					fieldname: "sc_served_on",
					fieldtype: "Date",
					label: __("If the notice is served on"),
					change: () => {
						const day_chosen = asked.get_value();
						if (!day_chosen || day_chosen === (guide.served_on || guide.checked?.served_on)) return;
						guide.served_on = day_chosen;
						guide.check();
					},
				},
				render_input: true,
			});
			asked.place = place;
			asked.$input.attr({ id: "sc-served-on", "aria-label": __("If the notice is served on") });
		}
		if (asked.get_value() !== value) asked.set_value(value);
		return asked.place;
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
		if (clean && guide.saved_now) {
			guide.saved_now = false;
			// what one does next is in sight, and under the Enter key
			setTimeout(() => {
				// unless it is asked about the submission already
				if (!document.querySelector(".modal.show"))
					node.querySelector('[data-guide="submit"]')?.focus();
			}, 400);
		}
		return el(
			"div.sc-actions",
			{},
			clean
				? button(errors.length ? __("To handling") : guide.checked.submit || __("Go on to submit"), {
						kind: errors.length ? "default" : "primary",
						"data-guide": "submit",
						onclick: () => (errors.length ? handling() : submit()),
					})
				: [
						button(__("Save the case"), {
							kind: errors.length ? "primary" : "default",
							"data-guide": "save",
							onclick: () => guide.save(),
						}),
						errors.length
							? null
							: button(__("Save and submit"), {
									kind: "primary",
									"data-guide": "save-submit",
									onclick: async () => (await guide.save()) && submit(),
								}),
					]
		);
	}

	/** What the panel's own button does, without the way there. */
	async function submit() {
		// what was saved a moment ago the panel may not have read yet, or it is not there yet
		for (let left = 4; left; left--) {
			const panel = frm.sclist_panel;
			await panel?.load(frm.doctype, frm.docname);
			const tasks = panel?.my_tasks() || [];
			for (const task of tasks) {
				const action = task.actions.find((one) => one.verb === "Forward" && !one.blocked.length);
				if (action) return ask_and_act(panel, task, action);
			}
			if (tasks.length) break;
			await new Promise((done) => setTimeout(done, 400));
		}
		return handling();
	}

	function handling() {
		focus_action(to_handling(frm), 15);
	}

	return { node, update };
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
