// The party's page: uploads and submissions without leaving it, so that nothing typed is ever lost.
"use strict";

(() => {
	document.body.classList.add("scripted");
	const LOST = "网络连接中断，请检查网络后再试，已经填写的内容不会丢失。";
	const TOO_LARGE = "文件过大，请压缩或者拆分后重新上传。";

	async function post(action, data) {
		let answer;
		try {
			answer = await fetch(action, {
				method: "POST",
				body: data,
				headers: { Accept: "application/json" },
				credentials: "same-origin",
			});
		} catch {
			return { said: LOST };
		}
		if (answer.status === 413) return { said: TOO_LARGE };
		let body = {};
		try {
			if ((answer.headers.get("content-type") || "").startsWith("application/pdf"))
				return { paper: await answer.blob() };
			body = await answer.json();
		} catch {
			return { said: "系统暂时无法办理，请稍后再试，已经填写的内容不会丢失。" };
		}
		if (answer.ok) return { done: body.message || {} };
		if (body.message && body.message.faults) return { faults: body.message.faults };
		return { said: words(body) };
	}

	// what the server said, as plain text
	function words(body) {
		try {
			const texts = JSON.parse(body._server_messages || "[]").map((one) => JSON.parse(one).message);
			const plain = texts.map(
				(text) => new DOMParser().parseFromString(text, "text/html").body.textContent
			);
			if (plain.length) return plain.join(" ");
		} catch {
			// falls through to the general answer
		}
		return "系统暂时无法办理，请稍后再试，已经填写的内容不会丢失。";
	}

	function tell(place, text) {
		const line = place.querySelector(".fault");
		place.classList.toggle("bad", Boolean(text));
		for (const input of place.querySelectorAll("input, select, textarea"))
			if (text) input.setAttribute("aria-invalid", "true");
			else input.removeAttribute("aria-invalid");
		if (!line) return;
		line.textContent = text || "";
		line.hidden = !text;
	}

	function summarise(form, text) {
		const line = form.querySelector(".summary");
		if (!line) return;
		line.textContent = text || "";
		line.hidden = !text;
		if (text) {
			line.scrollIntoView({ block: "center" });
			line.focus({ preventScroll: true });
		}
	}

	function clear(form) {
		summarise(form, "");
		for (const place of form.querySelectorAll("[data-field]")) tell(place, "");
	}

	function mark(form, faults) {
		const texts = Object.entries(faults);
		const rest = texts.filter(([field, text]) => {
			const place = form.querySelector(`[data-field="${CSS.escape(field)}"]`);
			if (place) tell(place, text);
			return !place;
		});
		const more = rest.map(([, text]) => text).join(" ");
		summarise(form, more || `有${texts.length}处需要修改，请按提示改正后再提交。`);
	}

	for (const form of document.querySelectorAll("form[data-party]")) {
		form.addEventListener("submit", async (event) => {
			event.preventDefault();
			const button = form.querySelector('button[type="submit"]');
			if (button.disabled) return;
			if (form.querySelector(".going")) {
				summarise(form, "文件正在上传，请稍候再提交。");
				return;
			}
			clear(form);
			button.disabled = true;
			const data = new FormData(form);
			const { done, faults, said, paper } = await post(form.action, data);
			if (paper) {
				button.disabled = false;
				keep(paper, `${button.textContent.trim()}.pdf`);
				return;
			}
			if (done) {
				leaving = true;
				location.assign(done.next);
				return;
			}
			button.disabled = false;
			if (faults) mark(form, faults);
			else if (form.querySelector(".summary")) summarise(form, said);
			else alert(said);
		});
	}

	function keep(blob, name) {
		const link = document.createElement("a");
		link.href = URL.createObjectURL(blob);
		link.download = name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
	}

	// ------------------------------------------------------------------ files

	function line(name, kept) {
		const row = document.createElement("li");
		const text = document.createElement("span");
		text.textContent = name;
		row.append(text);
		if (kept) {
			row.dataset.file = kept;
			const button = document.createElement("button");
			button.type = "button";
			button.className = "plain";
			button.dataset.drop = "";
			button.textContent = "删除";
			row.append(button);
		} else {
			row.className = "going";
			text.textContent = `${name}（正在上传）`;
		}
		return row;
	}

	for (const slot of document.querySelectorAll("[data-slot]")) {
		const form = slot.closest("form");
		const list = slot.querySelector(".files");
		const token = form.elements.token.value;

		slot.querySelector('input[type="file"]').addEventListener("change", async (event) => {
			const files = [...event.target.files];
			tell(slot, "");
			const refused = [];
			for (const file of files) {
				if (file.size > Number(form.dataset.bytes)) {
					refused.push(
						`“${file.name}”超过${form.dataset.megabytes}MB，请压缩或者拆分后重新上传。`
					);
					continue;
				}
				const going = line(file.name);
				list.append(going);
				const data = new FormData();
				data.append("token", token);
				data.append("slot", slot.dataset.slot);
				data.append("file", file, file.name);
				const { done, said } = await post("/api/method/sclist_app.api.party.upload", data);
				if (done) going.replaceWith(line(done.name, done.file));
				else {
					going.remove();
					refused.push(said);
				}
			}
			event.target.value = "";
			if (refused.length) tell(slot, refused.join(" "));
		});

		list.addEventListener("click", async (event) => {
			if (!("drop" in event.target.dataset)) return;
			const row = event.target.closest("li");
			const data = new FormData();
			data.append("token", token);
			data.append("file", row.dataset.file);
			event.target.disabled = true;
			const { done, said } = await post("/api/method/sclist_app.api.party.drop", data);
			if (done) row.remove();
			else {
				event.target.disabled = false;
				tell(slot, said);
			}
		});
	}

	// ------------------------------------------- nothing typed is lost by a wrong touch

	let changed = false;
	let leaving = false;
	const filling = document.querySelector('form[data-party="apply"]');
	if (filling) {
		filling.addEventListener("input", () => (changed = true));
		window.addEventListener("beforeunload", (event) => {
			if (changed && !leaving) event.preventDefault();
		});
	}
})();
