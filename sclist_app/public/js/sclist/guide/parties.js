import { badge, button, el } from "../dom";
import { quietly } from "./guide";
import { get } from "../calls";
import { enter_entity } from "./entity_entry";
import { money, take_penalty } from "./penalties";
import { day } from "../words";

/** Step 1: who it is about. Looked up by name, code or pinyin; persons of the unit are offered. */
export function party_stage(guide) {
	const { frm } = guide;
	const results = el("ul.sc-found", { "aria-label": __("Found") });
	const persons = el("div.sc-persons");
	const ready = el("div");
	const said = el("p.sc-note", { role: "status" });
	const input = el("input.form-control", {
		type: "search",
		id: "sc-look-up",
		autocomplete: "off",
		placeholder: __("Name, code or pinyin"),
		oninput: frappe.utils.debounce(() => look(), 250),
		onkeydown: (event) => {
			if (event.key === "ArrowDown") {
				event.preventDefault();
				results.querySelector("button")?.focus();
			} else if (event.key === "Enter") {
				event.preventDefault();
				look();
			}
		},
	});
	const node = el(
		"div",
		{},
		el("label.sc-label", { for: "sc-look-up" }, __("Look up the unit, institution or person")),
		input,
		el(
			"p.sc-note",
			{},
			__("A part of the name, the unified social credit code, or pinyin, whole or initials.")
		),
		said,
		results,
		el(
			"div.sc-buttons",
			{},
			button(__("Register a new party"), { onclick: () => enter({ entity_name: typed_name() }) })
		),
		ready,
		persons
	);

	function typed_name() {
		return /[\u3400-\u9fff]/.test(input.value) ? input.value.trim() : "";
	}

	async function look() {
		const text = input.value.trim();
		ready.hidden = Boolean(text);
		if (text.length < 2) {
			results.replaceChildren();
			said.textContent = "";
			return;
		}
		const found = await quietly("entities.look_up", { text });
		if (input.value.trim() !== text || !found) return;
		said.textContent = found.length
			? __("{0} found", [found.length])
			: __("Nobody found. Check the spelling, or register the party.");
		results.replaceChildren(...found.map(offer));
	}

	function offer(row) {
		const there = has(frm, row.name);
		return el(
			"li",
			{},
			el(
				"button.sc-offer",
				{
					type: "button",
					disabled: there,
					onclick: () => choose(row),
					onkeydown: move_by_arrows,
				},
				el("strong", {}, row.entity_name),
				badge(row.kind_label, row.entity_kind === "Person" ? "green" : "blue"),
				el("span.text-muted", {}, [row.code_shown, row.bureau_name].filter(Boolean).join(" · ")),
				there ? badge(__("Chosen"), "gray") : null
			)
		);
	}

	async function choose(row) {
		await add_subject(frm, row);
		results.replaceChildren();
		input.value = "";
		said.textContent = __("{0} was added.", [row.entity_name]);
		await update();
		(persons.querySelector("button") || input).focus();
	}

	function enter(values) {
		enter_entity({
			values,
			done: (doc) => choose({ name: doc.name, entity_name: doc.entity_name, entity_kind: doc.entity_kind }),
			existing: (twin) => choose(twin),
		});
	}

	/** Nothing typed twice: what was registered with the penalty is where a case begins. */
	async function offer_penalties() {
		const rows = await get("grounds.without_case", { bureau: frm.doc.bureau || "" }).catch(() => []);
		if (!rows.length || anybody()) return ready.replaceChildren();
		ready.replaceChildren(
			el("div.sc-label", {}, __("Or begin with a penalty no case rests on yet")),
			el("ul.sc-found.sc-ready", {}, rows.map(offer_penalty))
		);
	}

	function offer_penalty(row) {
		const told = [row.document_number, day(row.decided_on), row.fine_total ? money(row.fine_total) : ""];
		return el(
			"li",
			{},
			el(
				"button.sc-offer",
				{ type: "button", "data-penalty": row.name, onclick: () => begin_with(row), onkeydown: move_by_arrows },
				el("strong", {}, row.entity_name),
				el("span.text-muted", {}, told.filter(Boolean).join(" · "))
			)
		);
	}

	async function begin_with(row) {
		ready.replaceChildren();
		await add_subject(frm, { ...row, name: row.entity });
		await take_penalty(frm, row);
		said.textContent = __("{0} was added, with penalty {1}.", [row.entity_name, row.document_number]);
		await update();
		(persons.querySelector("button") || input).focus();
	}

	function anybody() {
		return (frm.doc.subjects || []).some((row) => row.entity);
	}

	let offered = null;
	let asked = "";
	async function update() {
		const free = anybody() ? "" : frm.doc.bureau || "-";
		if (offered !== free) {
			offered = free;
			if (free) offer_penalties();
			else ready.replaceChildren();
		}
		const units = (frm.doc.subjects || []).filter((row) =>
			row.entity && ["Unit", "Institution"].includes(row.entity_kind)
		);
		const key = JSON.stringify([frm.docname, (frm.doc.subjects || []).map((row) => [row.entity, row.entity_kind])]);
		if (key === asked) return;
		asked = key;
		const lists = [];
		for (const unit of units) {
			const found = await get("grounds.around", { entity: unit.entity, bureau: frm.doc.bureau || "" }).catch(
				() => null
			);
			if (!found || key !== asked) continue;
			lists.push(of_unit(unit, found.persons));
		}
		if (key === asked) persons.replaceChildren(...lists);
	}

	function of_unit(unit, found) {
		const rows = found.map((person) => {
			const there = has(frm, person.name);
			return el(
				"li",
				{},
				el("strong", {}, person.entity_name),
				" ",
				el("span.text-muted", {}, [person.position, person.code_shown].filter(Boolean).join(" · ")),
				" ",
				there
					? badge(__("Chosen"), "gray")
					: button(
							person.role_label ? __("Add as {0}", [person.role_label]) : __("Add"),
							{
								class: "btn btn-xs btn-default",
								"aria-label": `${__("Add")} ${person.entity_name}`,
								onclick: async () => {
									await add_subject(frm, { ...person, entity_kind: "Person" }, person.role);
									await update();
									input.focus();
								},
							}
						)
			);
		});
		return el(
			"div",
			{},
			el("div.sc-label", {}, __("Persons of {0}", [unit.entity_name])),
			rows.length ? el("ul", {}, rows) : el("p.sc-note", {}, __("None registered yet.")),
			button(__("Register a person of this unit"), {
				class: "btn btn-xs btn-default",
				onclick: () => enter({ entity_kind: "Person", unit: unit.entity, unit_name: unit.entity_name }),
			})
		);
	}

	return { node, update };
}

export function move_by_arrows(event) {
	if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
	event.preventDefault();
	const all = [...event.target.closest("ul").querySelectorAll("button:not([disabled])")];
	const place = all.indexOf(event.target.closest("button"));
	all[place + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}

function has(frm, entity) {
	return (frm.doc.subjects || []).some((row) => row.entity === entity);
}

/** The empty row a new form begins with is used first; the form's own rules fill in the rest. */
async function add_subject(frm, entity, role = "") {
	if (has(frm, entity.name)) return;
	const row = (frm.doc.subjects || []).find((one) => !one.entity) || frm.add_child("subjects");
	frappe.utils.add_link_title("SC Entity", entity.name, entity.entity_name);
	await frappe.model.set_value(row.doctype, row.name, "entity", entity.name);
	const values = { entity_name: entity.entity_name, entity_kind: entity.entity_kind };
	if (role) values.role = role;
	await frappe.model.set_value(row.doctype, row.name, values);
	if (!frm.doc.industry && entity.entity_kind !== "Person") {
		const found = (await frappe.db.get_value("SC Entity", entity.name, "industry")).message;
		if (found?.industry && !frm.doc.industry) await frm.set_value("industry", found.industry);
	}
	frm.dirty();
	frm.refresh_field("subjects");
}
