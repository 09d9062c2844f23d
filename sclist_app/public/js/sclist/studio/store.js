import { computed, reactive, shallowRef, watch } from "vue";
import { get } from "../calls";
import { arrange } from "./layout";
import { copy_of, drop, lines_of, numbered, plain, step_of, TABLES } from "./rows";
import { place_of } from "./words";

const CHECK_AFTER = 450;
const SAVE_AFTER = 20_000;
const MOST_UNDO = 100;

/** The state of one open version; nothing of the drawing is kept but the rows. */
export function make_store(version) {
	const state = reactive({
		version,
		loading: true,
		failed: "",
		board: null,
		content: null,
		selected: null, // {type: "step", code} | {type: "line", id} | {type: "limits"}
		mode: "draw", // draw | compare | play | try
		sheet: "low", // on a small screen: low | half | full
		apart: !window.matchMedia("(max-width: 900px)").matches, // two drawings side by side, or one of both
		aimed: "",
		direction: "down",
		sides: true,
		checked: null,
		checking: false,
		locks: {},
		shared: {},
		saving: false,
		saved_at: "",
		saved_by_itself: false,
		save_error: "",
		conflict: false,
		recovered: "",
		list_open: false,
		dragging: "",
		fresh: {}, // a step just inserted → the step it leads to
		compared: null,
		played: null,
		undo: [],
		redo: [],
		saved: "",
	});
	const timers = { check: 0, save: 0 };
	let asked = 0;
	const view = shallowRef(null);

	const text = () => JSON.stringify(plain(state.content));
	const key = `sclist-studio:${version}`;
	const edit = computed(() => Boolean(state.board?.rights.edit) && state.mode === "draw");
	const dirty = computed(() => Boolean(state.content) && text() !== state.saved);

	// what is drawn: the rows, or those of both versions while they are compared
	const drawn = computed(() => {
		if (state.mode === "compare" && state.compared && !state.apart)
			return union(state.content, state.compared.old);
		return state.content;
	});
	const lines = computed(() => (drawn.value ? lines_of(drawn.value) : []));
	const layout = computed(() => {
		if (!drawn.value) return null;
		const shown = state.sides ? lines.value : lines.value.filter((line) => line.kind === "on");
		return arrange(drawn.value.steps, shown, state.direction);
	});
	const locks = computed(() => state.locks);
	const shared = computed(() => state.shared);
	const faults = computed(() => state.checked?.errors || []);
	const found = computed(() => {
		const places = new Map();
		const note = (kind) => (finding) => {
			const { step } = place_of(state.content, finding.row);
			if (!step) return;
			const own = places.get(step) || { errors: [], warnings: [] };
			own[kind].push(finding);
			places.set(step, own);
		};
		state.checked?.errors.forEach(note("errors"));
		state.checked?.warnings.forEach(note("warnings"));
		return places;
	});

	async function load() {
		state.loading = true;
		state.failed = "";
		try {
			take(await get("studio.load", { version: state.version }));
		} catch {
			state.failed = __("The version could not be opened. You may lack the right to read it.");
		} finally {
			state.loading = false;
		}
	}

	function take(board) {
		state.board = board;
		state.content = numbered(board.content);
		state.saved = text();
		state.undo = [];
		state.redo = [];
		state.selected = null;
		state.conflict = false;
		state.save_error = "";
		learn(board.checked);
		recover();
	}

	// What was drawn and not saved when the browser was closed.
	function recover() {
		const kept = read_copy();
		if (!kept || !state.board.rights.edit || kept.content === state.saved) return forget_copy();
		if (kept.modified === state.board.version.modified) {
			change(() => Object.assign(state.content, numbered(JSON.parse(kept.content))));
			state.recovered = __(
				"What you had drawn and not yet saved was brought back. “Undo” drops it.",
			);
		} else {
			state.conflict = true;
		}
	}

	function read_copy() {
		try {
			return JSON.parse(localStorage.getItem(key) || "null");
		} catch {
			return null;
		}
	}

	function keep_copy() {
		try {
			const modified = state.board.version.modified;
			localStorage.setItem(key, JSON.stringify({ modified, content: text() }));
		} catch {
			// a full or closed store of the browser: the server's copy is what counts
		}
	}

	function forget_copy() {
		try {
			localStorage.removeItem(key);
		} catch {
			// as above
		}
	}

	/** Every change of the rows goes through here: it can be undone, is checked, kept and saved. */
	function change(make) {
		if (!state.board?.rights.edit) return undefined;
		const before = JSON.stringify(state.content);
		const result = make(state.content);
		if (JSON.stringify(state.content) === before) return result;
		state.undo.push(before);
		if (state.undo.length > MOST_UNDO) state.undo.shift();
		state.redo = [];
		changed();
		return result;
	}

	function changed() {
		state.recovered = "";
		if (dirty.value) keep_copy();
		else forget_copy();
		clearTimeout(timers.check);
		timers.check = setTimeout(check, CHECK_AFTER);
		clearTimeout(timers.save);
		if (dirty.value && !state.conflict) timers.save = setTimeout(() => save(true), SAVE_AFTER);
		keep_selection();
	}

	function keep_selection() {
		const { selected } = state;
		if (selected?.type === "step" && !step_of(state.content, selected.code)) state.selected = null;
		if (selected?.type !== "line" || lines.value.some((line) => line.id === selected.id)) return;
		// its target or its meaning has changed: follow the route to its new line
		const line = lines.value.find((one) =>
			one.routes.some((route) => selected.routes?.includes(route._id)),
		);
		state.selected = line ? line_of(line) : null;
	}

	/** One column of one row. */
	function set_row(table, row, column, value) {
		change((content) => {
			content[table].find((one) => one._id === row._id)[column] = value;
		});
	}
	function drop_row(table, row) {
		change((content) => drop(content, table, row));
	}

	function step_back() {
		if (!state.undo.length) return;
		state.redo.push(JSON.stringify(state.content));
		state.content = JSON.parse(state.undo.pop());
		changed();
	}

	function step_forth() {
		if (!state.redo.length) return;
		state.undo.push(JSON.stringify(state.content));
		state.content = JSON.parse(state.redo.pop());
		changed();
	}

	async function check() {
		const mine = ++asked;
		state.checking = true;
		try {
			const answer = await quiet("studio.check", { version: state.version, content: text() });
			if (mine === asked) learn(answer);
		} catch (error) {
			if (mine === asked)
				state.checked = {
					errors: [{ code: "unreadable", row: "", text: error.message, article: "" }],
					warnings: [],
				};
		} finally {
			if (mine === asked) state.checking = false;
		}
	}

	function learn(checked) {
		state.checked = checked;
		// while something is at fault nothing new is known of the law: what was locked stays so
		if (checked.locks) Object.assign(state, { locks: checked.locks, shared: checked.shared || {} });
	}

	/** Save the rows into the draft. Resolves to whether they are saved. */
	async function save(by_itself = false) {
		clearTimeout(timers.save);
		if (!dirty.value) return true;
		if (state.saving) return false;
		state.saving = true;
		const sent = text();
		try {
			const answer = await quiet("studio.save", {
				version: state.version,
				content: sent,
				as_seen: state.board.version.modified,
			});
			state.board.version.modified = answer.modified;
			state.saved = sent;
			state.saved_at = frappe.datetime.now_time().slice(0, 5);
			state.saved_by_itself = by_itself;
			state.save_error = "";
			if (text() === sent) {
				learn(answer.checked);
				forget_copy();
			} else keep_copy();
			return true;
		} catch (error) {
			if (error.status === 409) state.conflict = true;
			else state.save_error = error.message;
			if (!by_itself && !state.conflict)
				frappe.msgprint({
					title: __("Not saved"),
					message: frappe.utils.escape_html(error.message),
					indicator: "red",
				});
			return false;
		} finally {
			state.saving = false;
		}
	}

	/** Somebody else saved the draft: go on with theirs, or with one's own. */
	async function settle(own) {
		const kept = own ? read_copy() || { content: text() } : null;
		forget_copy();
		take(await get("studio.load", { version: state.version }));
		if (!kept) return;
		change(() => Object.assign(state.content, numbered(JSON.parse(kept.content))));
		await save();
	}

	async function compare(other) {
		state.compared = await quiet("studio.compare", {
			version: state.version,
			other,
			content: text(),
		}).catch((error) => {
			tell_error(error);
			return null;
		});
		return state.compared;
	}

	async function play(moves, facts, start) {
		const answer = await quiet("studio.play", {
			version: state.version,
			content: text(),
			moves: JSON.stringify(moves),
			facts: JSON.stringify(facts),
			start,
		}).catch((error) => {
			tell_error(error);
			return null;
		});
		if (answer) state.played = answer;
		return answer;
	}

	/** Take a step out; the server closes the gap, or says which article keeps it. */
	async function remove_step(code) {
		const rest = await quiet("studio.without", {
			version: state.version,
			content: text(),
			step: code,
		}).catch((error) => {
			tell_error(error);
			return null;
		});
		if (!rest) return false;
		change(() => Object.assign(state.content, numbered(rest)));
		return true;
	}

	function select(selected) {
		state.selected = selected;
		// on a small screen what was chosen is shown in the sheet
		if (selected && state.sheet === "low") state.sheet = "half";
		if (!selected && state.mode === "draw") state.sheet = "low";
	}

	function line_of(line) {
		return { type: "line", id: line.id, routes: line.routes.map((route) => route._id) };
	}

	/** The step and, where a route is meant, the line a difference speaks of; of either version. */
	function place_of_difference(row) {
		const versions = [state.content, state.compared.old];
		for (const content of versions) {
			const place = place_of(content, row);
			if (!place.step) continue;
			const line = lines_of(content).find((one) =>
				one.routes.some(
					(route) =>
						place.action && route.step === place.step && route.action === place.action,
				),
			);
			return { step: place.step, line: line?.id || "" };
		}
		return {};
	}

	/** Bring the place a finding speaks of before the user. */
	function go_to(finding) {
		const { step, action, limit } = place_of(state.content, finding.row);
		if (step && action) {
			const line = lines.value.find((one) =>
				one.routes.some((route) => route.step === step && route.action === action),
			);
			if (line) select(line_of(line));
			else select({ type: "step", code: step });
		} else if (step) select({ type: "step", code: step });
		else select({ type: "limits", limit });
		if (step) view.value?.centre(step);
	}

	watch(
		() => state.mode,
		() => {
			state.selected = null;
			if (state.mode !== "compare") state.compared = null;
			state.played = null;
			state.sheet = state.mode === "draw" ? "low" : "half";
		},
	);

	return {
		state,
		view,
		edit,
		dirty,
		drawn,
		lines,
		layout,
		found,
		locks,
		shared,
		faults,
		place_of_difference,
		quiet,
		load,
		change,
		set_row,
		drop_row,
		step_back,
		step_forth,
		save,
		settle,
		compare,
		play,
		remove_step,
		select,
		line_of,
		go_to,
		keep_copy,
		text,
		stop() {
			clearTimeout(timers.check);
			clearTimeout(timers.save);
		},
	};
}

// The rows of the new version, and what the old one had besides.
function union(now, old) {
	const both = copy_of(now);
	const before = numbered(old);
	const codes = new Set(both.steps.map((step) => step.code));
	both.steps.push(...before.steps.filter((step) => !codes.has(step.code)));
	const ways = new Set(
		both.transitions.flatMap((r) => r.targets.map((t) => `${r.step}/${r.action}>${t}`)),
	);
	for (const route of before.transitions) {
		const gone = route.targets.filter(
			(target) => !ways.has(`${route.step}/${route.action}>${target}`),
		);
		if (gone.length) both.transitions.push({ ...route, targets: gone });
	}
	for (const table of TABLES)
		if (!["steps", "transitions"].includes(table))
			both[table].push(...before[table].filter((row) => row.step && !codes.has(row.step)));
	return both;
}

function tell_error(error) {
	frappe.msgprint({
		title: __("This cannot be done"),
		message: frappe.utils.escape_html(error.message),
		indicator: "orange",
	});
}

/** POST without freezing the page; rejects with the server's plain words and its status. */
async function quiet(path, args) {
	const body = new FormData();
	for (const [name, value] of Object.entries(args)) body.append(name, value ?? "");
	let response;
	try {
		response = await fetch(`/api/method/sclist_app.api.${path}`, {
			method: "POST",
			headers: { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" },
			body,
		});
	} catch {
		throw new Error(__("The server cannot be reached. What you drew is kept in this browser."));
	}
	if (response.ok) return (await response.json()).message;
	const error = new Error(await said(response));
	error.status = response.status;
	throw error;
}

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
