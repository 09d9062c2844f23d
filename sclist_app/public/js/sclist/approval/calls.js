/**
 * POST that freezes nothing and opens no message box. Rejects with an Error: `message` in plain text, `kind` the
 * server's name of the error ("" where no answer came, so that the request may be sent again as it was).
 */
export async function send(path, args) {
	const body = new FormData();
	for (const [key, value] of Object.entries(args)) body.append(key, value ?? "");
	let response;
	try {
		response = await fetch(`/api/method/sclist_app.api.${path}`, {
			method: "POST",
			headers: { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" },
			body,
		});
	} catch {
		throw failure(
			__(
				"The server could not be reached. Check the network and press again; nothing is done twice.",
			),
		);
	}
	const answer = await response.json().catch(() => ({}));
	if (response.ok) return answer.message;
	throw failure(
		said(answer) || __("The server did not answer as expected."),
		answer.exc_type || "Error",
	);
}

function failure(message, kind = "") {
	return Object.assign(new Error(message), { kind });
}

function said(answer) {
	try {
		const messages = JSON.parse(answer._server_messages || "[]").map(
			(text) => JSON.parse(text).message,
		);
		const box = new DOMParser().parseFromString(
			messages.flat().join("<br>").replaceAll("<br>", "\n"),
			"text/html",
		);
		return box.body.textContent.trim();
	} catch {
		return "";
	}
}
