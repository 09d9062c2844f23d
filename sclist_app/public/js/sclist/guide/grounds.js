import { badge, button, el } from "../dom";
import { quietly, way_to } from "./guide";

/** Step 3: the questions of articles 6 and 7, and for each of the nine grounds whether it fits or why not. */
export function ground_stage(guide) {
	const { frm } = guide;
	const asking = el("div.sc-questions");
	const answers = el("div.sc-verdicts", { "aria-live": "polite" });
	const facts = el("p.sc-note");
	const node = el(
		"div",
		{},
		facts,
		el("p.sc-note", {}, __("Answer the questions; what the case says already is filled in.")),
		el("div.sc-chooser", {}, asking, answers)
	);
	let asked = "";
	let next_focus = "";

	async function update() {
		const values = guide.values();
		// what is judged stands beside the questions
		facts.hidden = !frm.doc.facts;
		facts.textContent = `${__("Facts")}：${frm.doc.facts || ""}`;
		const key = JSON.stringify([values, guide.answers]);
		if (key === asked) return;
		asked = key;
		const found = await quietly("grounds.assess", {
			facts: JSON.stringify({ case: values, answers: guide.answers }),
		});
		if (!found || key !== asked) return;
		show(found);
	}

	function show({ questions, verdicts, levels }) {
		const focused = node.contains(document.activeElement) ? document.activeElement.id : "";
		asking.replaceChildren(...questions.map((one) => question(one, levels)));
		const fits = verdicts.filter((one) => one.fit === "fits");
		const open = verdicts.filter((one) => one.fit === "open");
		const not = verdicts.filter((one) => one.fit === "not");
		answers.replaceChildren(
			...[
				fits.length
					? el("div", {}, el("div.sc-label", {}, __("These grounds fit")), fits.map(fitting))
					: el(
							"p.sc-note",
							{},
							open.length
								? __("Answer on; the ground that fits appears here.")
								: __("No ground fits these answers. Without a ground nobody may be listed.")
						),
				open.length ? section(__("Still open"), open, waiting) : null,
				not.length ? section(__("Why the others do not fit"), not, refused) : null,
			].filter(Boolean)
		);
		const to = document.getElementById(next_focus) || document.getElementById(focused);
		if (to?.id === next_focus) next_focus = "";
		to?.focus({ preventScroll: true });
	}

	function question(one, levels) {
		const settled = one.settled ? badge(__("From the case"), "blue") : null;
		const said = one.help ? el("p.sc-note", {}, one.help) : null;
		const legend = el("legend", {}, one.text, settled);
		const article = el("div.text-muted.sc-article", {}, one.article);
		if (one.kind === "rows") {
			return el(
				"fieldset",
				{ "data-question": one.key },
				legend,
				article,
				said,
				levels.length
					? el(
							"ul",
							{},
							levels.map((row, i) =>
								el("li", {}, __("Accident {0}: {1}", [i + 1, row.label]), row.on ? ` · ${row.on}` : "")
							)
						)
					: null,
				button(__("To the table of accidents"), {
					class: "btn btn-xs btn-default",
					onclick: () => guide.focus("accidents"),
				})
			);
		}
		return el(
			"fieldset",
			{ "data-question": one.key },
			legend,
			article,
			said,
			el(
				"div.sc-options",
				{},
				one.options.map((option) => {
					const id = `sc-q-${one.key}-${option.value}`;
					return el(
						"label",
						{ for: id },
						el("input", {
							type: "radio",
							id,
							name: `sc-q-${one.key}`,
							value: option.value,
							checked: one.answer === option.value,
							disabled: one.settled,
							onchange: () => {
								guide.answers[one.key] = option.value;
								update();
							},
						}),
						" ",
						option.label
					);
				})
			)
		);
	}

	function fitting(one) {
		const chosen = frm.doc.ground === one.code;
		return el(
			"article.sc-verdict.sc-fits",
			{ "data-ground": one.code },
			el("h5", {}, one.title, " ", badge(__("Fits"), "green")),
			el("p", {}, one.text),
			el("p.text-muted", {}, `${one.article} · ${__("Listed: {0}", [one.lists])}`),
			one.later.length
				? el(
						"div",
						{},
						el("div.sc-label", {}, __("It also wants:")),
						el(
							"ul.sc-reasons",
							{},
							one.later.map((item) => el("li", {}, item.text, " ", way_to(guide, item, 3)))
						)
					)
				: null,
			chosen
				? el(
						"div.sc-buttons",
						{},
						badge(__("Chosen"), "gray"),
						button(__("On to “{0}”", [__("Facts and Evidence")]), {
							kind: "primary",
							id: `sc-go-on-${one.code}`,
							onclick: () => guide.go(4),
						})
					)
				: button(__("Choose this ground"), {
						kind: "primary",
						id: `sc-choose-${one.code}`,
						onclick: () => adopt(one),
					})
		);
	}

	async function adopt(one) {
		await frm.set_value("ground", one.code);
		if (one.conduct) await frm.set_value("ground_detail", one.conduct);
		if (one.code === "7-3") await frm.set_value("able_to_perform", 1);
		// persons are listed in the role the item names, if it names one only
		if (one.roles.length === 1) {
			for (const row of frm.doc.subjects || []) {
				if (row.entity_kind === "Person" && !row.role)
					await frappe.model.set_value(row.doctype, row.name, "role", one.roles[0]);
			}
			frm.refresh_field("subjects");
		}
		// the page stays where it is; what comes next stands in the place of what was pressed
		next_focus = `sc-go-on-${one.code}`;
		guide.render();
		await update();
	}

	return { node, update };
}

function section(title, rows, each) {
	return el("details.sc-others", { open: true }, el("summary", {}, `${title}（${rows.length}）`), el("ul", {}, rows.map(each)));
}

function waiting(one) {
	return el(
		"li",
		{ "data-ground": one.code },
		el("strong", {}, one.title),
		el("div.text-muted", {}, __("Depends on: {0}", [one.unanswered.join(" ")]))
	);
}

function refused(one) {
	return el(
		"li",
		{ "data-ground": one.code },
		el("strong", {}, one.title),
		one.against.map((text) => el("div", {}, text))
	);
}
