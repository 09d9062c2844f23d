import { badge, button, el, form_link, link_out, on_one_line, table } from "./dom";
import { page_link } from "./addresses";
import { ask, attach_field, choices, fixed_text } from "./ask";
import { get, post } from "./calls";
import { day } from "./words";

const METHODS = [
	"Direct",
	"Left at Domicile",
	"By Post",
	"Electronic",
	"Entrusted",
	"Forwarded",
	"Announcement",
];

// Which particulars a way of service asks for; the others are not sent.
const ASKED = {
	Direct: ["place", "receiver", "receiver_capacity", "relationship", "second_server", "delivered_at"],
	"Left at Domicile": [
		"place",
		"refusal_reason",
		"witness",
		"witness_post",
		"recording",
		"second_server",
		"delivered_at",
	],
	"By Post": ["tracking_number", "receiver"],
	Electronic: ["electronic_address", "delivered_at", "consent"],
	Entrusted: ["through", "place", "receiver", "relationship"],
	Forwarded: ["through", "place", "receiver"],
	Announcement: ["medium"],
};

// Who may sign for whom, as the server checks it; the first is offered.
const CAPACITIES = {
	person: ["Addressee in Person", "Adult Family Member", "Agent", "Designated Recipient", "Other"],
	unit: ["Legal Representative", "Mail Room", "Agent", "Designated Recipient", "Other"],
};

const DATE_LABEL = {
	"By Post": () => __("Date on the return receipt"),
	Electronic: () => __("Arrived in the recipient's system on"),
	Announcement: () => __("Announced on"),
};

const HINT = {
	Direct: () =>
		__(
			"The recipient signs the receipt. For a unit: its legal representative, person in charge or mail room."
		),
	"Left at Domicile": () =>
		__("Where receipt is refused: name a witness, or attach photographs or a video of the delivery."),
	"By Post": () => __("Served on the date of the return receipt."),
	Electronic: () =>
		__("Only with the recipient's written consent. Served when it reaches the recipient's system."),
	Entrusted: () => __("Delivered by another bureau on request; attach its receipt."),
	Forwarded: () =>
		__("For persons in the army, in custody or under compulsory measures, through the unit concerned."),
	Announcement: () =>
		__(
			"Only where the whereabouts are unknown or no other way worked. Served 30 days after the announcement; the system works out the date."
		),
};

/** Papers × addressee with their service, and the button to record one. `kinds`: of these documents only. */
export function service_tool(panel, kinds = null) {
	const papers = (panel.view.papers || []).filter(
		(paper) =>
			paper.addressee &&
			paper.status === "Issued" &&
			(!Array.isArray(kinds) || kinds.includes(paper.document_kind))
	);
	if (!papers.length) return el("p.text-muted", {}, __("No paper to be served has been drawn up yet."));
	// what goes with another paper is served in one act with it
	const goes_with = (paper) =>
		papers.find((main) => main.name === paper.joint_with && Boolean(main.served_on) === Boolean(paper.served_on));
	const rows = papers.filter((paper) => !goes_with(paper));
	rows.sort((a, b) => Boolean(a.served_on) - Boolean(b.served_on) || (b.overdue || 0) - (a.overdue || 0));
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Service of the papers")),
		table(
			__("Service of the papers"),
			[__("Paper"), __("Addressee"), __("State of service"), ""],
			rows.map((paper) => [
				[
					el("div", {}, paper.title),
					el("div.text-muted", {}, paper.number),
					papers
						.filter((other) => goes_with(other) === paper)
						.map((other) =>
							el("div.text-muted", {}, __("Together with: {0}", [`${other.title} ${other.number || ""}`]))
						),
				],
				paper.addressee_name,
				[service_state(paper), due_state(paper)],
				row_tools(panel, paper),
			])
		)
	);
}

/** For what is served after the steps of service: a late correction, or what the end of the case issued. */
export function late_service(panel, paper) {
	return paper.may_serve && !paper.served_on ? row_tools(panel, paper) : null;
}

function row_tools(panel, paper) {
	const served = Boolean(paper.served_on);
	const record = served
		? null
		: button(paper.services?.length ? __("Record another service") : __("Record service"), {
				class: "btn btn-xs btn-primary",
				"aria-label": `${__("Record service")} ${paper.title} ${paper.addressee_name}`,
				onclick: () => service_dialog(panel, paper),
			});
	const history = paper.services?.length
		? button(__("Attempts at service"), {
				class: "btn btn-xs btn-default",
				"aria-label": `${__("Attempts at service")} ${paper.title} ${paper.addressee_name}`,
				onclick: () => show_attempts(panel, paper, true),
			})
		: null;
	return el(
		"div.sc-buttons",
		{},
		record,
		history,
		served ? null : receipt_link(paper, paper.name),
		served ? null : confirmation_link(paper)
	);
}

/** The party's confirmation of its address, or the form for a new one. */
function confirmation_link(paper) {
	const doctype = "SC Address Confirmation";
	if (paper.confirmation) return form_link(doctype, paper.confirmation.name, __("Address Confirmation"));
	const form = page_link(frappe.router.slug(doctype), "new");
	return el("a", { href: `${form}?entity=${encodeURIComponent(paper.addressee)}` }, __("Enter an address confirmation"));
}

/** The receipt of service to print: filled of an attempt, blank of a paper. */
export function receipt_link(paper, subject) {
	const query = new URLSearchParams({ doctype: "SC Notice", name: paper.name, kind: "D03", subject });
	return link_out(
		`/api/method/sclist_app.api.sheets.print_sheet?${query}`,
		subject === paper.name ? __("Print a blank receipt") : __("Print the receipt")
	);
}

function due_state(paper) {
	if (paper.served_on || !paper.service_due) return null;
	if (paper.overdue) return badge(__("Service overdue by {0} working days", [paper.overdue]), "red");
	return el(
		"div.text-muted",
		{},
		paper.limit_article
			? __("To be served by {0} ({1})", [day(paper.service_due), paper.limit_article])
			: __("To be served by {0} (setting of this site)", [day(paper.service_due)])
	);
}

export function service_state(paper) {
	const last = counting(paper).pop();
	if (paper.served_on)
		return [
			badge(__("Served {0}", [day(paper.served_on)]), "green"),
			el("div.text-muted", {}, last?.method_label || ""),
		];
	if (!last) return badge(__("Not yet served"), "orange");
	return [
		badge(__(last.result), last.result === "Served" ? "blue" : "red"),
		el("div.text-muted", {}, last.method_label),
		paper.next_ways?.length
			? el("div", {}, __("Go on with: {0}", [paper.next_ways.map((way) => __(way)).join("、")]))
			: null,
	];
}

function counting(paper) {
	return (paper.services || []).filter((row) => !row.cancelled_by && row.result !== "Cancelled");
}

/** All attempts at the service of a paper, those cancelled too; a wrong one is cancelled here. */
export function show_attempts(panel, paper, may_cancel = false) {
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(`${__("Attempts at service")} · ${paper.title} ${paper.number || ""}`),
		size: "large",
	});
	const rows = (paper.services || []).filter((row) => row.result !== "Cancelled");
	const cancelling = (row) => (paper.services || []).find((one) => one.name === row.cancelled_by);
	dialog.$body.get(0).replaceChildren(
		table(
			__("Attempts at service"),
			[__("Way of service"), __("Day and time"), __("Result of the service"), __("Particulars"), ""],
			rows.map((row) => [
				form_link("SC Service Record", row.name, row.method_label),
				on_one_line([day(row.delivered_on), (row.delivered_at || "").slice(0, 5)].filter(Boolean).join(" ")),
				[
					badge(
						row.cancelled_by ? __("Cancelled") : row.result_label,
						row.cancelled_by ? "gray" : row.result === "Served" ? "green" : "red"
					),
					row.served_on && !row.cancelled_by
						? el("div.text-muted", {}, __("Served {0}", [day(row.served_on)]))
						: null,
				],
				[
					[row.receiver, row.refusal_reason, row.remark].filter(Boolean).join("；"),
					row.cancelled_by
						? el("div.text-muted", {}, __("Cancelled because: {0}", [cancelling(row)?.cancel_reason || ""]))
						: null,
				],
				el(
					"div.sc-buttons",
					{},
					row.cancelled_by ? null : receipt_link(paper, row.served_with || row.name),
					may_cancel && !row.cancelled_by && !row.served_with
						? button(__("Cancel this record"), {
								class: "btn btn-xs btn-default",
								onclick: () => {
									dialog.hide();
									cancel_dialog(panel, row);
								},
							})
						: null
				),
			])
		)
	);
	dialog.$wrapper.addClass("sc-dialog");
	dialog.show();
}

function cancel_dialog(panel, row) {
	ask(panel, {
		title: __("Cancel this record"),
		label: __("Cancel the record"),
		done: __("The record has been cancelled. Record the service again."),
		fields: [
			fixed_text(
				__(
					"The record stays in the file as cancelled. What was recorded with it is cancelled too. Possible only while the case stands in this step."
				)
			),
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("What was recorded wrongly"),
				reqd: 1,
			},
		],
		send: ({ reason }) => post("service.cancel", { service_record: row.name, reason }),
	});
}

export async function colleagues(bureau) {
	if (!bureau) return [];
	const rows = await frappe.db.get_list("SC Post Assignment", {
		fields: ["user", "full_name"],
		filters: { bureau, enabled: 1 },
		limit: 200,
		order_by: "full_name asc",
	});
	const people = new Map(rows.map((row) => [row.user, row.full_name || row.user]));
	people.delete(frappe.session.user);
	return [NOBODY, ...[...people].map(([value, label]) => ({ value, label }))];
}

// an empty value with an empty label would be shown as an object
const NOBODY = "";

/** Who may go along to serve the paper. */
async function second_servers(paper) {
	const people = await get("service.servers", { notice: paper.name });
	return [NOBODY, ...people.map(({ name, full_name }) => ({ value: name, label: full_name }))];
}

async function service_dialog(panel, paper) {
	const people = await second_servers(paper).catch(() => [NOBODY]);
	// in the order of the bureau's own rule
	const ways = panel.view.service_ways || METHODS;
	const confirmed = paper.confirmation;
	const capacities = CAPACITIES[paper.addressee_kind] || CAPACITIES.unit;
	const is = (...methods) => `eval:${JSON.stringify(methods)}.includes(doc.method)`;
	const on = (field) => is(...METHODS.filter((method) => ASKED[method].includes(field)));
	const tell_method = () => {
		const method = dialog.get_value("method");
		dialog.set_df_property("delivered_on", "label", DATE_LABEL[method]?.() || __("Delivered on"));
		dialog.set_df_property("method", "description", HINT[method]?.() || "");
		const result = dialog.get_value("result");
		const refused = method === "Left at Domicile" || result === "Refused";
		dialog.set_df_property("refusal_reason", "reqd", refused ? 1 : 0);
		const receipt = result === "Served" && ["By Post", "Entrusted", "Forwarded"].includes(method);
		dialog.set_df_property("proof", "reqd", receipt ? 1 : 0);
		const why = method === "Announcement" || (result === "Failed" && !refused);
		dialog.set_df_property("remark", "reqd", why ? 1 : 0);
		const reason = method === "Announcement" && result === "Served";
		dialog.set_df_property("remark", "label", reason ? __("Why no other way was possible") : __("Remark"));
	};
	const covered = () =>
		Boolean(confirmed?.electronic_consent) &&
		(dialog.get_value("electronic_address") || "").trim().toLowerCase() ===
			(confirmed.electronic_address || "").trim().toLowerCase();

	const dialog = ask(panel, {
		title: __("Record service"),
		label: __("Save the service"),
		done: __("The service has been recorded."),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="sc-note">${frappe.utils.escape_html(
					[paper.title, paper.number, paper.addressee_name].filter(Boolean).join(" · ")
				)}<br>${frappe.utils.escape_html(said_of_address(confirmed))}</p>`,
			},
			{
				fieldname: "method",
				fieldtype: "Select",
				label: __("Way of service"),
				options: choices(ways),
				default: paper.next_ways?.[0] || ways[0],
				reqd: 1,
				change: tell_method,
			},
			{
				fieldname: "delivered_on",
				fieldtype: "Date",
				label: __("Delivered on"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "delivered_at",
				fieldtype: "Data",
				label: __("Time of Delivery"),
				description: __("Hours and minutes, for example 09:30"),
				depends_on: on("delivered_at"),
				mandatory_depends_on: is("Electronic"),
			},
			{
				fieldname: "result",
				fieldtype: "Select",
				label: __("Result of the service"),
				options: choices(["Served", "Refused", "Failed"]),
				default: "Served",
				reqd: 1,
				change: tell_method,
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "through",
				fieldtype: "Data",
				label: __("Entrusted Bureau or Forwarding Unit"),
				depends_on: on("through"),
				mandatory_depends_on: on("through"),
			},
			{
				fieldname: "tracking_number",
				fieldtype: "Data",
				label: __("Postal number"),
				depends_on: on("tracking_number"),
				mandatory_depends_on: on("tracking_number"),
			},
			{
				fieldname: "electronic_address",
				fieldtype: "Data",
				label: __("Electronic address"),
				default: confirmed?.electronic_consent ? confirmed.electronic_address : "",
				depends_on: on("electronic_address"),
				mandatory_depends_on: on("electronic_address"),
			},
			{
				fieldname: "medium",
				fieldtype: "Data",
				label: __("Announced in"),
				depends_on: on("medium"),
				mandatory_depends_on: on("medium"),
			},
			{
				fieldname: "place",
				fieldtype: "Data",
				label: __("Place of service"),
				default: confirmed?.address || "",
				depends_on: on("place"),
				mandatory_depends_on: is("Left at Domicile"),
			},
			{
				fieldname: "receiver",
				fieldtype: "Data",
				label: __("Received by"),
				default: confirmed?.receiver || "",
				depends_on: on("receiver"),
				mandatory_depends_on: `eval:doc.method=="Direct"&&doc.result=="Served"`,
			},
			{
				fieldname: "receiver_capacity",
				fieldtype: "Select",
				label: __("Capacity of the Receiver"),
				options: choices(capacities),
				default: capacities[0],
				depends_on: on("receiver_capacity"),
			},
			{
				fieldname: "relationship",
				fieldtype: "Data",
				label: __("Relationship to the addressee"),
				depends_on: on("relationship"),
				mandatory_depends_on: `eval:doc.method=="Direct"&&doc.receiver_capacity=="Other"`,
			},
			{
				fieldname: "refusal_reason",
				fieldtype: "Small Text",
				label: __("Reason of the refusal"),
				depends_on: `eval:doc.method=="Left at Domicile"||doc.result=="Refused"`,
			},
			{ fieldname: "witness", fieldtype: "Data", label: __("Witness"), depends_on: on("witness") },
			{
				fieldname: "witness_post",
				fieldtype: "Data",
				label: __("Unit and Post of the Witness"),
				depends_on: on("witness_post"),
			},
			{
				fieldname: "recording",
				fieldtype: "Data",
				label: __("Photographs or Video Kept At"),
				depends_on: on("recording"),
			},
			{
				fieldname: "second_server",
				fieldtype: "Select",
				label: __("Second server"),
				options: people,
				depends_on: on("second_server"),
				mandatory_depends_on: `${on("second_server")}&&doc.result=="Served"`,
			},
			{ fieldtype: "Section Break" },
			attach_field(panel, {
				fieldname: "consent",
				label: __("Written Consent"),
				description: __(
					"Needed where no address confirmation with the party's consent covers this address."
				),
				depends_on: on("consent"),
			}),
			attach_field(panel, { fieldname: "proof", label: __("Proof (receipt, photograph, screenshot)") }),
			{ fieldname: "remark", fieldtype: "Small Text", label: __("Remark") },
		],
		send: (values) => {
			const served = values.result === "Served";
			if (served && values.method === "Left at Domicile" && !values.witness && !values.proof) {
				frappe.msgprint({
					title: __("Record service"),
					message: __(
						"Leaving at the domicile needs a witness, or photographs or a video as proof."
					),
					indicator: "orange",
				});
				return Promise.reject();
			}
			if (values.method === "Electronic" && values.result === "Served" && !values.consent && !covered()) {
				frappe.msgprint({
					title: __("Record service"),
					message: __(
						"Electronic service needs the recipient's signed consent to this address. Enter the address confirmation first, or attach the written consent."
					),
					indicator: "orange",
				});
				return Promise.reject();
			}
			const kept = ["method", "delivered_on", "result", "proof", "remark", ...ASKED[values.method]];
			if (values.result === "Refused") kept.push("refusal_reason");
			const args = { notice: paper.name };
			for (const key of kept) if (values[key]) args[key] = values[key];
			return post("service.record", args);
		},
	});
	tell_method();
}

function said_of_address(confirmed) {
	if (!confirmed) return __("The party has not confirmed an address for service at this bureau.");
	const electronic = confirmed.electronic_consent
		? __("agrees to electronic service: {0}", [confirmed.electronic_address])
		: __("does not agree to electronic service");
	return __("Address confirmed on {0}: {1}, {2}, {3}; {4}", [
		day(confirmed.confirmed_on),
		confirmed.address,
		confirmed.receiver,
		confirmed.phone,
		electronic,
	]);
}
