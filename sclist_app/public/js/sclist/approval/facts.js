import { badge, el, form_link, on_one_line, section } from "../dom";
import { clocks } from "../clocks";
import { hearings_table } from "../hearing";
import { papers } from "../papers";
import { measures_table, publications_table, records_table } from "../register_tools";
import { reports_table, verifications_table } from "../repair_tools";
import { summary } from "../summary";
import { TOOLS } from "../tools";
import { day, moment_text, vote_words } from "../words";

/** Everything about the case that whoever decides needs, from the parties to the opinions given so far. */
export function facts(panel, task, brief, signed = []) {
	const shown = new Set(task ? [task.tool] : []);
	const tool = task && TOOLS[task.tool]?.(panel, task);
	return [
		signatures(signed),
		panel.doctype === "SC Case" ? listing(panel, brief) : [summary(panel), behind(brief)],
		tool ? section(__("To be done in this step"), tool) : null,
		["defence", "legal_review"].some((code) => shown.has(code))
			? answers(panel, true)
			: answers(panel),
		shown.has("hearing") ? null : section(__("Hearings"), hearings_table(panel)),
		shown.has("verification")
			? null
			: section(__("Verification of the three conditions"), verifications_table(panel)),
		opinions(panel.view),
		// limits that are over decide nothing any more; the whole file has them
		clocks(panel, true),
		panel.view.papers?.length ? papers(panel) : null,
		shown.has("upward_report")
			? null
			: section(__("Report to the bureau above"), reports_table(panel)),
		section(__("Listed parties"), records_table(panel)),
		shown.has("publication") ? null : section(__("Publication"), publications_table(panel)),
		shown.has("measure_records")
			? null
			: section(__("Management measures"), measures_table(panel)),
	];
}

function listing(panel, brief) {
	const doc = panel.frm.doc;
	const rows = [
		[__("Parties to be listed"), (doc.subjects || []).map(subject)],
		[__("Ground of the listing"), ground(brief.ground)],
		[__("Penalty decisions"), (brief.penalties || []).map(penalty)],
		[__("Accidents"), (doc.accidents || []).map(accident)],
		[__("Established facts"), prose(doc.facts)],
		[__("Why it is serious"), prose(doc.reasons)],
		[__("Measures intended"), (doc.measures || []).map(measure)],
		[
			__("Evidence in the file"),
			doc.evidence?.length ? doc.evidence.map(file) : muted(__("No evidence is attached.")),
		],
	].filter(([, content]) => content && (!Array.isArray(content) || content.length));
	return section(
		__("The case in brief"),
		el(
			"dl.sc-brief",
			{},
			rows.map(([term, content]) => [el("dt", {}, term), el("dd", {}, content)]),
		),
	);
}

/** The listing that a removal, an objection or an entry of the old list is about. */
function behind(brief) {
	const rows = [
		[__("Ground of the listing"), ground(brief.ground)],
		[__("Penalty decisions"), (brief.penalties || []).map(penalty)],
	].filter(([, content]) => content && content.length);
	if (!rows.length) return null;
	return section(
		__("The listing it is about"),
		el(
			"dl.sc-brief",
			{},
			rows.map(([term, content]) => [el("dt", {}, term), el("dd", {}, content)]),
		),
	);
}

const muted = (text) => el("span.text-muted", {}, text);
const prose = (text) => (text ? el("div.sc-prose", {}, text) : null);
const title = (doctype, name) => frappe.utils.get_link_title(doctype, name) || name;

function subject(row) {
	return el(
		"div.sc-item",
		{},
		el("strong", {}, row.entity_name),
		" ",
		row.role ? badge(__(row.role), "gray") : null,
		el("div.text-muted", {}, [row.code_shown, row.unit_name].filter(Boolean).join(" · ")),
		row.finding ? prose(row.finding) : null,
	);
}

function ground(row) {
	if (!row) return null;
	return [
		el("strong", {}, row.title),
		el("div.text-muted", {}, row.article),
		el("div.sc-prose", {}, row.text),
	];
}

function penalty(row) {
	return el(
		"div.sc-item",
		{},
		form_link("SC Penalty", row.name, row.number),
		" ",
		on_one_line(day(row.date)),
		row.status ? [" ", badge(row.status, "orange")] : null,
		el("div", {}, [row.authority, row.content].filter(Boolean).join("：")),
		row.basis ? el("div.text-muted", {}, row.basis) : null,
		row.violation
			? el(
					"details",
					{},
					el("summary", {}, __("The breach as the decision words it")),
					prose(row.violation),
				)
			: null,
		row.file ? file({ file: row.file, title: __("Penalty Decision") }) : null,
	);
}

function accident(row) {
	return el(
		"div.sc-item",
		{},
		[
			day(row.occurred_on),
			row.place,
			__(row.level_override || row.level),
			__("{0} dead, {1} badly injured", [row.deaths || 0, row.injuries || 0]),
			row.report_number,
		]
			.filter(Boolean)
			.join(" · "),
	);
}

function measure(row) {
	return el(
		"div",
		{},
		title("SC Management Measure", row.measure),
		row.content ? `（${row.content}）` : "",
	);
}

function file(row) {
	return el(
		"div",
		{},
		row.file
			? el("a", { href: row.file, target: "_blank", rel: "noopener" }, row.title)
			: row.title,
	);
}

/** What the parties said and what became of it, in full. */
function answers(panel, by_tool = false) {
	const rows = panel.view.defences || [];
	if (!rows.length) return silence(panel);
	return section(
		by_tool ? __("Defence in full") : __("Statements and defence of the parties"),
		rows.map((row) =>
			el(
				"div.sc-item",
				{},
				el("strong", {}, row.subject_name),
				" ",
				badge(row.kind_label, "gray"),
				" ",
				on_one_line(day(row.received_on)),
				row.file
					? [" ", el("a", { href: row.file, target: "_blank", rel: "noopener" }, __("File"))]
					: null,
				row.content ? el("blockquote.sc-prose", {}, row.content) : null,
				row.conclusion
					? el("div", {}, badge(row.conclusion_label, "blue"), " ", row.review_reasons || "")
					: row.kind === "Defence"
						? badge(__("To be reviewed"), "orange")
						: null,
			),
		),
	);
}

const WINDOW = "T01";

/** That the parties had their time and said nothing. */
function silence(panel) {
	const past = (panel.view.clocks || []).filter((clock) => clock.limit === WINDOW && clock.stopped_on);
	const running = (panel.view.clocks || []).some(
		(clock) => clock.limit === WINDOW && !clock.stopped_on,
	);
	if (!past.length || running) return null;
	return section(
		__("Statements and defence of the parties"),
		el("p.sc-prose", {}, __("None was received by {0}.", [day(past.pop().due_on)])),
	);
}

/** What the signers of a joint signature said, before everything else: whoever decides after them begins there. */
function signatures(signed) {
	if (!signed.length) return null;
	return section(
		__("Joint signature"),
		signed.map(({ step_title, vote, votes }) =>
			el(
				"div.sc-item",
				{},
				el("strong", {}, step_title),
				vote ? el("div.text-muted", {}, vote_words(vote)) : null,
				el(
					"ul.sc-signatures",
					{},
					votes.map((one) =>
						el(
							"li",
							{},
							one.name,
							" ",
							badge(one.label, one.vote === "Agree" ? "green" : "red"),
							" ",
							el("span.text-muted", {}, moment_text(one.on)),
							one.opinion ? el("blockquote.sc-prose", {}, one.opinion) : null,
						),
					),
				),
			),
		),
	);
}

/** Who decided what so far, the first first. */
function opinions(view) {
	const events = (view.events || []).filter((event) =>
		["acted", "answered", "expired", "withdrawn"].includes(event.event),
	);
	if (!events.length) return null;
	return section(
		__("Opinions so far"),
		el(
			"ol.sc-opinions",
			{},
			events.map((event) =>
				el(
					"li",
					{},
					el("strong", {}, event.step_title),
					" ",
					badge(event.label, "gray"),
					event.opinion ? el("blockquote.sc-prose", {}, event.opinion) : null,
					el(
						"div.text-muted",
						{},
						[
							event.acting_for_name
								? __("{0} acting for {1}", [event.actor_name, event.acting_for_name])
								: event.actor_name,
							moment_text(event.at),
						].join(" · "),
					),
				),
			),
		),
	);
}
