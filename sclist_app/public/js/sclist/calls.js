/**
 * POST to a function of the app, with the page frozen until it answers; resolves to its answer, rejects after
 * the framework showed the error.
 */
export function post(path, args, waiting = __("One moment…")) {
	return new Promise((resolve, reject) => {
		frappe.call({
			method: `sclist_app.api.${path}`,
			type: "POST",
			args,
			freeze: true,
			freeze_message: waiting,
			callback: (response) => resolve(response.message),
			error: reject,
		});
	});
}

export function get(path, args) {
	return new Promise((resolve, reject) => {
		frappe.call({
			method: `sclist_app.api.${path}`,
			type: "GET",
			args,
			callback: (response) => resolve(response.message),
			error: reject,
		});
	});
}

/** Fetch a file from a function of the app; the browser saves it, or shows what was wrong in a tab of its own. */
export function download(path, args = {}) {
	window.open(`/api/method/sclist_app.api.${path}?${new URLSearchParams(args)}`, "_blank");
}

/** POST without freezing the page or showing the error: rejects with its plain text. For several calls in a row. */
export async function post_quietly(path, args) {
	const body = new FormData();
	for (const [key, value] of Object.entries(args)) body.append(key, value ?? "");
	const response = await fetch(`/api/method/sclist_app.api.${path}`, {
		method: "POST",
		headers: { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" },
		body,
	});
	if (!response.ok) throw new Error(await said(response));
	return (await response.json()).message;
}

/** One per dialog: the server takes a repeated request with the same token for the same act. */
export function new_token() {
	if (window.crypto?.randomUUID) return crypto.randomUUID();
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function tell(message, indicator = "green") {
	frappe.show_alert({ message: frappe.utils.escape_html(message), indicator }, 6);
}

/** POST that answers with a file; opens it in a new tab. */
export async function open_posted_pdf(path, args) {
	const body = new FormData();
	for (const [key, value] of Object.entries(args)) body.append(key, value ?? "");
	const tab = window.open("", "_blank");
	try {
		const response = await fetch(`/api/method/sclist_app.api.${path}`, {
			method: "POST",
			headers: {
				"X-Frappe-CSRF-Token": frappe.csrf_token,
				Accept: "application/pdf, application/json",
			},
			body,
		});
		const type = response.headers.get("content-type") || "";
		if (!response.ok || type.includes("json")) throw new Error(await said(response));
		const address = URL.createObjectURL(await response.blob());
		if (tab) tab.location = address;
		else window.location = address;
		setTimeout(() => URL.revokeObjectURL(address), 600000);
	} catch (error) {
		tab?.close();
		frappe.msgprint({
			title: __("The sample could not be made"),
			message: frappe.utils.escape_html(error.message),
			indicator: "red",
		});
	}
}

/** The plain text of the framework's error answer. */
async function said(response) {
	try {
		const answer = await response.json();
		const messages = JSON.parse(answer._server_messages || "[]").map((m) => JSON.parse(m).message);
		const box = new DOMParser().parseFromString(messages.join("\n"), "text/html");
		return box.body.textContent || __("The server did not answer as expected.");
	} catch {
		return __("The server did not answer as expected.");
	}
}
