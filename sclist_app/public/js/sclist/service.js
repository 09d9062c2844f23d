import { badge, button, el, table } from "./dom";
import { ask, attach_field, choices } from "./ask";
import { post } from "./calls";
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
	Direct: ["place", "receiver", "relationship", "second_server"],
	"Left at Domicile": ["place", "refusal_reason", "witness", "second_server"],
	"By Post": ["tracking_number", "receiver"],
	Electronic: ["electronic_address"],
	Entrusted: ["place", "receiver", "relationship"],
	Forwarded: ["place", "receiver"],
	Announcement: ["medium"],
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
	const rows = (panel.view.papers || []).filter(
		(paper) =>
			paper.addressee &&
			paper.status !== "Voided" &&
			(!Array.isArray(kinds) || kinds.includes(paper.document_kind))
	);
	if (!rows.length) return el("p.text-muted", {}, __("No paper to be served has been drawn up yet."));
	rows.sort((a, b) => Boolean(a.served_on) - Boolean(b.served_on));
	return el(
		"div.sc-tool",
		{},
		el("div.sc-label", {}, __("Service of the papers")),
		table(
			__("Service of the papers"),
			[__("Paper"), __("Addressee"), __("State of service"), ""],
			rows.map((paper) => [
				[el("div", {}, paper.title), el("div.text-muted", {}, paper.number)],
				paper.addressee_name,
				service_state(paper),
				button(paper.services?.length ? __("Record another service") : __("Record service"), {
					class: `btn btn-xs btn-${paper.served_on ? "default" : "primary"}`,
					"aria-label": `${__("Record service")} ${paper.title} ${paper.addressee_name}`,
					onclick: () => service_dialog(panel, paper),
				}),
			])
		)
	);
}

export function service_state(paper) {
	if (paper.served_on)
		return [
			badge(__("Served {0}", [day(paper.served_on)]), "green"),
			el("div.text-muted", {}, last_method(paper)),
		];
	const last = paper.services?.[paper.services.length - 1];
	if (!last) return badge(__("Not yet served"), "orange");
	return [
		badge(__(last.result), last.result === "Served" ? "blue" : "red"),
		el("div.text-muted", {}, last_method(paper)),
	];
}

function last_method(paper) {
	return paper.services?.[paper.services.length - 1]?.method_label || "";
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
	return [{ value: "", label: "" }, ...[...people].map(([value, label]) => ({ value, label }))];
}

async function service_dialog(panel, paper) {
	const people = await colleagues(panel.view.doc.bureau).catch(() => []);
	// in the order of the bureau's own rule
	const ways = panel.view.service_ways || METHODS;
	const is = (...methods) => `eval:${JSON.stringify(methods)}.includes(doc.method)`;
	const on = (field) => is(...METHODS.filter((method) => ASKED[method].includes(field)));
	const tell_method = () => {
		const method = dialog.get_value("method");
		dialog.set_df_property("delivered_on", "label", DATE_LABEL[method]?.() || __("Delivered on"));
		dialog.set_df_property("method", "description", HINT[method]?.() || "");
		dialog.set_df_property("refusal_reason", "reqd", method === "Left at Domicile" ? 1 : 0);
	};
	const dialog = ask(panel, {
		title: __("Record service"),
		label: __("Save the service"),
		done: __("The service has been recorded."),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p class="sc-note">${frappe.utils.escape_html(
					[paper.title, paper.number, paper.addressee_name].filter(Boolean).join(" · ")
				)}</p>`,
			},
			{
				fieldname: "method",
				fieldtype: "Select",
				label: __("Way of service"),
				options: choices(ways),
				default: ways[0],
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
				fieldname: "result",
				fieldtype: "Select",
				label: __("Result of the service"),
				options: choices(["Served", "Refused", "Failed"]),
				default: "Served",
				reqd: 1,
			},
			{ fieldtype: "Column Break" },
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
			{ fieldname: "place", fieldtype: "Data", label: __("Place of service"), depends_on: on("place") },
			{
				fieldname: "receiver",
				fieldtype: "Data",
				label: __("Received by"),
				depends_on: on("receiver"),
				mandatory_depends_on: is("Direct"),
			},
			{
				fieldname: "relationship",
				fieldtype: "Data",
				label: __("Relationship to the addressee"),
				depends_on: on("relationship"),
			},
			{
				fieldname: "refusal_reason",
				fieldtype: "Small Text",
				label: __("Reason of the refusal"),
				depends_on: `eval:doc.method=="Left at Domicile"||doc.result=="Refused"`,
			},
			{ fieldname: "witness", fieldtype: "Data", label: __("Witness"), depends_on: on("witness") },
			{
				fieldname: "second_server",
				fieldtype: "Select",
				label: __("Second server"),
				options: people,
				depends_on: on("second_server"),
			},
			{ fieldtype: "Section Break" },
			attach_field(panel, { fieldname: "proof", label: __("Proof (receipt, photograph, screenshot)") }),
			{ fieldname: "remark", fieldtype: "Small Text", label: __("Remark") },
		],
		send: (values) => {
			if (values.method === "Left at Domicile" && !values.witness && !values.proof) {
				frappe.msgprint({
					title: __("Record service"),
					message: __(
						"Leaving at the domicile needs a witness, or photographs or a video as proof."
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
