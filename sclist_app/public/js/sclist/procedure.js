const known = new Map();

/**
 * What the published version says beyond the view: drawn papers per action and which steps run side by side.
 * A version never changes once it is published, so it is kept. Null where it cannot be read: the panel then
 * shows the steps in a row and offers no samples.
 *
 * @returns {Promise<null|{documents: Array, fields: Array, steps: Array, groups: Map<string,string>, kinds: Map<string,string>}>}
 */
export function procedure_of(version) {
	if (!version) return Promise.resolve(null);
	if (!known.has(version)) {
		const reading = read(version).catch(() => {
			known.delete(version);
			return null;
		});
		known.set(version, reading);
	}
	return known.get(version);
}

async function read(version) {
	const doc = await frappe.db.get_doc("SC Procedure Version", version);
	const wanted = [...new Set((doc.documents || []).map((row) => row.document_kind))];
	const kinds = wanted.length
		? await frappe.db.get_list("SC Document Kind", {
				fields: ["name", "title"],
				filters: { name: ["in", wanted] },
				limit: wanted.length,
			})
		: [];
	return {
		documents: doc.documents || [],
		fields: doc.fields || [],
		steps: doc.steps || [],
		groups: groups_of(doc.steps || []),
		kinds: new Map(kinds.map((kind) => [kind.name, kind.title])),
	};
}

// Steps that one later step waits for are open at the same time, with those that stand between them.
function groups_of(steps) {
	const groups = new Map();
	const place = new Map(steps.map((step, i) => [step.code, i]));
	for (const step of steps) {
		const awaited = String(step.waits_for || "")
			.split(/[,\s]+/)
			.filter((code) => place.has(code))
			.map((code) => place.get(code));
		if (awaited.length < 2) continue;
		for (let i = Math.min(...awaited); i <= Math.max(...awaited); i++)
			groups.set(steps[i].code, step.code);
	}
	return groups;
}

/** The papers an action draws: [{kind, title, per}]. */
export function papers_drawn(procedure, step, action) {
	return (procedure?.documents || [])
		.filter((row) => row.step === step && (!action || row.action === action))
		.map((row) => ({
			kind: row.document_kind,
			title: procedure.kinds.get(row.document_kind) || row.document_kind,
			per: row.per,
		}));
}
