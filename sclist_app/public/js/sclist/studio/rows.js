// The rows of a procedure as the studio holds them, and the changes it makes to them. No drawing, no server.

export const TABLES = [
	"steps",
	"transitions",
	"conditions",
	"limits",
	"materials",
	"documents",
	"fields",
];
const ONWARD = ["Forward", "Agree", "Expire"];

let last = 0;

/** Each row gets a number of its own that never leaves the browser. */
export function numbered(content) {
	const found = {};
	for (const table of TABLES)
		found[table] = (content[table] || []).map((row) => ({ ...row, _id: ++last }));
	if (content.head) found.head = { ...content.head };
	return found;
}

export function plain(content) {
	const found = {};
	for (const table of TABLES)
		found[table] = content[table].map((row) => {
			const copy = { ...row };
			delete copy._id;
			return copy;
		});
	if (content.head) found.head = { ...content.head };
	return found;
}

export function copy_of(content) {
	return JSON.parse(JSON.stringify(content));
}

const BLANK = {
	steps: {
		code: "",
		title: "",
		nature: "Fill",
		post: "",
		level: "Own Level",
		is_start: false,
		mode: "One",
		quorum: 0,
		on_refusal: "Wait for All",
		limit: "",
		waits_for: [],
		separate_from: [],
		tool: "",
		outcome: "",
		instructions: "",
		in_person: false,
	},
	transitions: {
		step: "",
		action: "",
		label: "",
		verb: "Forward",
		targets: [],
		priority: 0,
		condition: "",
		reason_required: false,
		effects: [],
	},
	conditions: { code: "", group_no: 1, field: "", operator: "", value: "" },
	limits: {
		limit: "",
		n: 1,
		unit: "Working Day",
		step: "",
		warn_before: 1,
		escalate_to: "",
		channel: "",
		extend_n: 0,
		extend_post: "",
	},
	materials: { step: "", title: "", required: true, may_follow: false },
	documents: { step: "", action: "", document_kind: "", per: "Per Subject" },
	fields: { step: "", field: "", policy: "Read" },
};

export function new_row(table, values) {
	return { ...JSON.parse(JSON.stringify(BLANK[table])), ...values, _id: ++last };
}

export function add(content, table, values) {
	const row = new_row(table, values);
	content[table].push(row);
	return row;
}

export function drop(content, table, row) {
	content[table] = content[table].filter((one) => one._id !== row._id);
}

export function step_of(content, code) {
	return content.steps.find((step) => step.code === code);
}

export function routes_of(content, code) {
	return content.transitions.filter((route) => route.step === code);
}

/** Routes of one button have one label, verb and duty to give reasons. */
export function button_of(content, route) {
	return content.transitions.filter(
		(one) => one.step === route.step && one.action === route.action,
	);
}

/** "on": the case goes on; "back": it is returned; "out": it is refused or closed for good. */
export function class_of(content, route, target) {
	if (route.verb === "Return") return "back";
	if (route.verb === "Close") return "out";
	if (route.verb === "Refuse" && step_of(content, target)?.nature === "End") return "out";
	return "on";
}

/** Lines of the drawing: routes between the same two steps that mean the same are one line. */
export function lines_of(content) {
	const lines = new Map();
	const known = new Set(content.steps.map((step) => step.code));
	for (const route of content.transitions)
		for (const target of route.targets) {
			if (!known.has(route.step) || !known.has(target)) continue;
			const kind = class_of(content, route, target);
			const id = `${route.step}>${target}|${kind}`;
			if (!lines.has(id)) lines.set(id, { id, source: route.step, target, kind, routes: [] });
			lines.get(id).routes.push(route);
		}
	return [...lines.values()];
}

export function free_code(content, near) {
	const taken = new Set(content.steps.map((step) => step.code));
	const [, letters, digits] = /^(\D*)(\d+)/.exec(near || "") || [null, "S", "0"];
	for (let n = Number(digits) + 1; ; n++) {
		const code = letters + String(n).padStart(digits.length, "0");
		if (!taken.has(code)) return code;
	}
}

export function free_action(content, step, wanted) {
	const taken = new Set(routes_of(content, step).map((route) => route.action));
	if (!taken.has(wanted)) return wanted;
	for (let n = 2; ; n++) if (!taken.has(`${wanted}${n}`)) return `${wanted}${n}`;
}

export function free_condition(content) {
	const taken = new Set(content.conditions.map((row) => row.code));
	for (let n = 1; ; n++) if (!taken.has(`when${n}`)) return `when${n}`;
}

/** Where a refusal usually leads in this procedure; "" if nothing is refused in it. */
function refusal_of(content) {
	const counts = new Map();
	for (const route of content.transitions)
		if (route.verb === "Refuse")
			for (const target of route.targets)
				if (step_of(content, target)?.nature === "End")
					counts.set(target, (counts.get(target) || 0) + 1);
	return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] || "";
}

/** A step of a nature in the middle of a line. Returns its code. */
export function insert(content, nature, line, title) {
	const { source, target, routes } = line;
	if (nature === "End") return insert_end(content, source, title);
	const code = free_code(content, source);
	const from = step_of(content, source);
	const to = step_of(content, target);
	const step = new_row("steps", {
		code,
		title,
		nature,
		post: from.post,
		mode: nature === "Sign" ? "All" : "One",
		tool: nature === "Serve" ? "service" : "",
	});
	// in the order in which a case comes by; a line that leads back puts it behind where it leaves
	const [here, there] = [content.steps.indexOf(from), content.steps.indexOf(to)];
	content.steps.splice(there > here ? there : here + 1, 0, step);
	const ids = new Set(routes.map((route) => route._id));
	for (const route of content.transitions)
		if (ids.has(route._id))
			route.targets = route.targets.map((one) => (one === target ? code : one));
	// what waited for the step before waits for the new one now
	const leads = content.transitions.some((r) => r.step === source && r.targets.includes(target));
	if (to.waits_for.includes(source) && !leads)
		to.waits_for = to.waits_for.map((one) => (one === source ? code : one));
	exits(content, step, source, target);
	return code;
}

function insert_end(content, source, title) {
	const code = free_code(content, content.steps.at(-1)?.code || source);
	add(content, "steps", { code, title, nature: "End", outcome: "Dropped" });
	add(content, "transitions", {
		step: source,
		action: free_action(content, source, "close"),
		label: __("Close the Case"),
		verb: "Close",
		targets: [code],
		reason_required: true,
	});
	return code;
}

// The buttons a new step has at first.
function exits(content, step, source, target) {
	const { code, nature } = step;
	const route = (action, label, verb, to, reason_required = false) =>
		add(content, "transitions", {
			step: code,
			action,
			label,
			verb,
			targets: [to],
			reason_required,
		});
	if (nature === "Review") {
		route("agree", __("Agree"), "Agree", target);
		route("return", __("Return"), "Return", source, true);
	} else if (nature === "Sign") {
		route("agree", __("Agree"), "Agree", target);
		route("refuse", __("Disagree"), "Refuse", refusal_of(content) || source, true);
	} else if (nature === "Wait") {
		step.limit = "T22";
		add(content, "limits", { limit: "T22", step: code, n: 5 });
		route("lapse", __("The Time Is Over"), "Expire", target);
	} else route("done", __("Done, Go On"), "Forward", target);
}

/** A new route between two steps. */
export function connect(content, source, target, backwards) {
	const to = step_of(content, target);
	const [action, label, verb] =
		to.nature === "End"
			? ["close", __("Close the Case"), "Close"]
			: backwards
				? ["return", __("Return"), "Return"]
				: ["go", __("Go On"), "Forward"];
	return add(content, "transitions", {
		step: source,
		action: free_action(content, source, action),
		label,
		verb,
		targets: [target],
		reason_required: verb !== "Forward",
	});
}

/** Take a target from a route; the route itself goes when it leads nowhere, its papers with the last of its button. */
export function disconnect(content, route, target) {
	route.targets = route.targets.filter((one) => one !== target);
	if (route.targets.length) return;
	drop(content, "transitions", route);
	if (!button_of(content, route).length)
		content.documents = content.documents.filter(
			(row) => !(row.step === route.step && row.action === route.action),
		);
	tidy_conditions(content);
}

/** Why the routes of a line cannot lead to a step: "own", "there", or "" if they can. */
export function no_end_for(line, code) {
	if (code === line.source) return "own";
	return line.routes.some((route) => route.targets.includes(code)) ? "there" : "";
}

/** Let the routes of a line end at another step; when they are taken, and what else they open, stays. */
export function retarget(content, line, code) {
	const ids = new Set(line.routes.map((route) => route._id));
	for (const route of content.transitions)
		if (ids.has(route._id))
			route.targets = route.targets.map((one) => (one === line.target ? code : one));
}

/** Steps and lines of two versions in one drawing: what the new one has, and what only the old one had. */
export function both_of(now, old) {
	const codes = new Set(now.steps.map((step) => step.code));
	const steps = [...now.steps, ...old.steps.filter((step) => !codes.has(step.code))];
	const lines = new Map([...lines_of(old), ...lines_of(now)].map((line) => [line.id, line]));
	return { steps, lines: [...lines.values()] };
}

export function tidy_conditions(content) {
	const used = new Set(content.transitions.map((route) => route.condition));
	content.conditions = content.conditions.filter((row) => used.has(row.code));
}

/** Another route of the same button, taken where a condition holds. */
export function branch(content, route, field, operator, value) {
	const code = free_condition(content);
	add(content, "conditions", { code, field, operator, value });
	const rows = button_of(content, route);
	const made = new_row("transitions", {
		...copy_of(route),
		condition: code,
		priority: Math.max(0, Math.min(...rows.map((row) => row.priority))),
	});
	for (const row of rows) row.priority += 1;
	content.transitions.splice(content.transitions.indexOf(rows[0]), 0, made);
	return made;
}

export function onward(route) {
	return ONWARD.includes(route.verb);
}
