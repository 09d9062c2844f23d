import { el, only_for_readers } from "./dom";
import { day, join_names } from "./words";

const STATE = {
	done: () => __("done"),
	active: () => __("under way"),
	todo: () => __("still to come"),
	skipped: () => __("not needed"),
};

/** The steps in the procedure's order; those that run side by side share one box. */
export function stepper(view, procedure) {
	const steps = view.steps || [];
	if (!steps.length) return null;
	const items = grouped(steps, procedure?.groups).map((group) =>
		group.length > 1
			? el(
					"li.sc-parallel",
					{},
					only_for_readers(__("At the same time:")),
					el(
						"ol",
						{},
						group.map((step) => node(step, view))
					)
				)
			: node(group[0], view)
	);
	const list = el("ol.sc-steps", { "aria-label": __("Steps of the procedure") }, items);

	// an end is nothing to be done
	const work = steps.filter((step) => step.nature !== "End");
	const settled = work.filter((step) => step.state === "done").length;
	const active = steps.filter((step) => step.state === "active").map((step) => step.title);
	const summary = active.length ? __("Now: {0}", [join_names(active)]) : __("All steps");
	const details = el(
		"details.sc-stepper",
		{},
		el(
			"summary",
			{},
			el("span", {}, summary),
			el("span.text-muted", {}, __("{0} of {1} steps", [settled, work.length]))
		),
		list
	);
	details.open = window.matchMedia("(min-width: 768px)").matches;
	return details;
}

function grouped(steps, groups) {
	const result = [];
	const boxes = new Map();
	for (const step of steps) {
		const key = groups?.get(step.code);
		if (key && boxes.has(key)) {
			boxes.get(key).push(step);
			continue;
		}
		const group = [step];
		if (key) boxes.set(key, group);
		result.push(group);
	}
	return result;
}

function node(step, view) {
	const who = [step.perhaps && __("As the case requires"), people(step, view)].filter(Boolean).join(" · ");
	const when = dates(step);
	const title = [who, when].filter(Boolean).join("\n");
	return el(
		`li.sc-step.sc-${step.state}${step.perhaps ? ".sc-perhaps" : ""}`,
		{ "aria-current": step.state === "active" ? "step" : null, title, tabindex: "0" },
		el("span.sc-dot", { "aria-hidden": "true" }, { done: "✓", skipped: "–" }[step.state] || ""),
		el(
			"span.sc-step-text",
			{},
			el("span.sc-step-title", {}, step.title),
			only_for_readers(`(${STATE[step.state]?.() || step.state})`),
			el("span.sc-step-sub", {}, who || " "),
			step.state === "done" && step.left_on
				? el("span.sc-step-sub", {}, day(String(step.left_on).slice(0, 10)))
				: null
		)
	);
}

function people(step, view) {
	if (step.state === "active") {
		const names = (view.tasks || [])
			.filter((task) => task.step === step.code && task.assignee_name)
			.map((task) => task.assignee_name);
		if (names.length) return join_names(names);
	}
	return step.by || step.post_title || "";
}

function dates(step) {
	return [
		step.entered_on && __("Reached {0}", [day(step.entered_on)]),
		step.left_on && __("Finished {0}", [day(step.left_on)]),
		step.state === "active" && step.due_on && __("Due {0}", [day(step.due_on)]),
	]
		.filter(Boolean)
		.join("\n");
}
