// Where the steps stand and how the lines run: layers by longest path, few crossings, straight where possible.
// All in two axes: `along` the case goes on, `across` are the steps side by side.

export const SIZE = { width: 216, height: 92 };
// side by side the words of a line need more room than one below the other
const GAP = { down: 66, right: 132, side: 34, lane: 16, rail: 34 };
const SWEEPS = 8;
const GRIP = 15;

/**
 * @param {Array<{code}>} steps in the order of the form
 * @param {Array<{id, source, target, kind}>} lines
 * @param {"down"|"right"} direction
 * @returns {{places: Map<string, {x, y, layer, order}>, paths: Map<string, {d, label: {x, y}, start: {x, y}, grip: {x, y}}>, box: {x, y, width, height}}}
 */
export function arrange(steps, lines, direction) {
	const down = direction === "down";
	const size = {
		along: down ? SIZE.height : SIZE.width,
		across: down ? SIZE.width : SIZE.height,
		step: down ? SIZE.height + GAP.down : SIZE.width + GAP.right,
	};
	const codes = steps.map((step) => step.code);
	const { forward, backward } = sorted_lines(
		codes,
		lines,
		steps.find((step) => step.is_start)?.code,
	);
	const layer = layers(codes, forward, lines);
	const { rows, chains } = with_dummies(codes, forward, layer);
	order(rows, chains);
	const across = positions(rows, chains, size);
	const at = new Map();
	for (const code of codes)
		at.set(code, { along: layer.get(code) * size.step, across: across.get(code) });

	const paths = new Map();
	for (const line of forward) {
		const points = [start_of(at.get(line.source), size)];
		for (const dummy of chains.get(line.id).slice(1, -1)) {
			const [, , number] = dummy;
			const along = number * size.step;
			points.push({ along, across: across.get(dummy[0]) });
			points.push({ along: along + size.along, across: across.get(dummy[0]) });
		}
		points.push(end_of(at.get(line.target), size));
		paths.set(line.id, curve(points, down));
	}
	part_labels(forward, chains, across, size, paths, down);
	const beside = (sign) =>
		rows.map((row) => ({
			used: 0,
			edge: row.length
				? sign *
					Math.max(
						...row.map(
							(item) => sign * (across.get(item[0]) + (sign > 0 && !item[1] ? size.across : 0)),
						),
					)
				: 0,
		}));
	rails(
		backward.filter((line) => line.kind !== "out"),
		at,
		size,
		beside(1),
		1,
		paths,
		down,
	);
	rails(
		backward.filter((line) => line.kind === "out"),
		at,
		size,
		beside(-1),
		-1,
		paths,
		down,
	);
	return { places: turned(at, down, layer), paths, box: box_of(at, size, down, backward.length) };
}

// Returns, closings and lines that would turn in a circle run beside the drawing.
function sorted_lines(codes, lines, start) {
	const onward = lines.filter((line) => line.kind === "on" && line.source !== line.target);
	const next = new Map(codes.map((code) => [code, []]));
	for (const line of onward) next.get(line.source).push(line);
	const state = new Map();
	const circle = new Set();
	const visit = (code) => {
		state.set(code, "open");
		for (const line of next.get(code)) {
			if (state.get(line.target) === "open") circle.add(line.id);
			else if (!state.has(line.target)) visit(line.target);
		}
		state.set(code, "done");
	};
	for (const code of [start, ...codes]) if (code && !state.has(code)) visit(code);
	return {
		forward: onward.filter((line) => !circle.has(line.id)),
		backward: lines.filter((line) => line.kind !== "on" || circle.has(line.id)),
	};
}

function layers(codes, forward, lines) {
	const layer = new Map(codes.map((code) => [code, 0]));
	for (let turn = 0; turn < codes.length; turn++) {
		let moved = false;
		for (const { source, target } of forward)
			if (layer.get(target) < layer.get(source) + 1) {
				layer.set(target, layer.get(source) + 1);
				moved = true;
			}
		if (!moved) break;
	}
	// an end that is reached only by refusals and closings stands at the end
	const led = new Set(forward.flatMap(({ source, target }) => [source, target]));
	const last = Math.max(
		...codes.filter((code) => led.has(code)).map((code) => layer.get(code)),
		0,
	);
	const sides = new Set(lines.filter((line) => line.kind === "out").map((line) => line.target));
	for (const code of codes) if (!led.has(code) && sides.has(code)) layer.set(code, last);
	return layer;
}

// [name, is a dummy, layer]
function with_dummies(codes, forward, layer) {
	const rows = [];
	const put = (item) => (rows[item[2]] ||= []).push(item);
	const real = new Map(codes.map((code) => [code, [code, false, layer.get(code)]]));
	for (const item of real.values()) put(item);
	const chains = new Map();
	for (const line of forward) {
		const chain = [real.get(line.source)];
		for (let n = layer.get(line.source) + 1; n < layer.get(line.target); n++) {
			const item = [`${line.id}#${n}`, true, n];
			put(item);
			chain.push(item);
		}
		chain.push(real.get(line.target));
		chains.set(line.id, chain);
	}
	for (let n = 0; n < rows.length; n++) rows[n] ||= [];
	return { rows, chains };
}

function neighbours(chains) {
	const above = new Map();
	const below = new Map();
	const note = (map, one, other) => map.set(one[0], [...(map.get(one[0]) || []), other[0]]);
	for (const chain of chains.values())
		for (let n = 1; n < chain.length; n++) {
			note(above, chain[n], chain[n - 1]);
			note(below, chain[n - 1], chain[n]);
		}
	return { above, below };
}

function order(rows, chains) {
	const { above, below } = neighbours(chains);
	for (let sweep = 0; sweep < SWEEPS; sweep++) {
		const from = sweep % 2 ? [...rows].reverse() : rows;
		const links = sweep % 2 ? below : above;
		const place = new Map(rows.flatMap((row) => row.map((item, i) => [item[0], i])));
		for (const row of from) {
			const weight = new Map(
				row.map((item, i) => {
					const near = (links.get(item[0]) || []).map((name) => place.get(name));
					return [item[0], near.length ? near.reduce((a, b) => a + b, 0) / near.length : i];
				}),
			);
			row.sort((a, b) => weight.get(a[0]) - weight.get(b[0]));
			row.forEach((item, i) => place.set(item[0], i));
		}
	}
}

function positions(rows, chains, size) {
	const { above, below } = neighbours(chains);
	const width = (item) => (item[1] ? 18 : size.across);
	const centre = new Map();
	for (const row of rows) {
		let next = 0;
		for (const item of row) {
			centre.set(item[0], next + width(item) / 2);
			next += width(item) + GAP.side;
		}
	}
	for (let sweep = 0; sweep < SWEEPS * 2; sweep++) {
		const links = sweep % 2 ? below : above;
		for (const row of sweep % 2 ? [...rows].reverse() : rows) {
			const wanted = row.map((item) => {
				const near = (links.get(item[0]) || []).map((name) => centre.get(name));
				return near.length ? near.reduce((a, b) => a + b, 0) / near.length : centre.get(item[0]);
			});
			spread(row, wanted, width).forEach((value, i) => centre.set(row[i][0], value));
		}
	}
	const found = new Map();
	for (const row of rows)
		for (const item of row)
			found.set(item[0], centre.get(item[0]) - (item[1] ? 0 : size.across / 2));
	return found;
}

// As near as possible to where each wants to stand, in order, none over the other (pool adjacent violators).
function spread(row, wanted, width) {
	const offsets = [0];
	for (let i = 1; i < row.length; i++)
		offsets.push(offsets[i - 1] + width(row[i - 1]) / 2 + GAP.side + width(row[i]) / 2);
	const blocks = [];
	wanted.forEach((value, i) => {
		blocks.push({ sum: value - offsets[i], n: 1 });
		while (blocks.length > 1) {
			const [b, a] = [blocks.at(-1), blocks.at(-2)];
			if (a.sum / a.n <= b.sum / b.n) break;
			blocks.splice(-2, 2, { sum: a.sum + b.sum, n: a.n + b.n });
		}
	});
	return blocks
		.flatMap(({ sum, n }) => Array(n).fill(sum / n))
		.map((value, i) => value + offsets[i]);
}

function start_of(place, size) {
	return { along: place.along + size.along, across: place.across + size.across / 2 };
}

function end_of(place, size) {
	return { along: place.along, across: place.across + size.across / 2 };
}

const spot = (p, down) => {
	const [x, y] = xy(p, down);
	return { x, y };
};
const xy = (p, down) => (down ? [p.across, p.along] : [p.along, p.across]);

function curve(points, down) {
	const [x, y] = xy(points[0], down);
	let d = `M ${x} ${y}`;
	for (let i = 1; i < points.length; i++) {
		const [a, b] = [points[i - 1], points[i]];
		const middle = (a.along + b.along) / 2;
		const [c1, c2, e] = [
			{ along: middle, across: a.across },
			{ along: middle, across: b.across },
			b,
		].map((p) => xy(p, down).join(" "));
		d += ` C ${c1}, ${c2}, ${e}`;
	}
	// the words stand where the line begins
	const [a, b] = [points[0], points[1]];
	const middle = { along: (a.along + b.along) / 2, across: (a.across + b.across) / 2 };
	const last = points.at(-1);
	// where the end is taken hold of: just before the step it leads to
	const grip = { along: last.along - GRIP, across: last.across };
	return { d, label: spot(middle, down), start: spot(a, down), grip: spot(grip, down) };
}

// Lines that leave a step together: their words stand over where each goes, by turns higher and lower.
function part_labels(forward, chains, across, size, paths, down) {
	const leaving = new Map();
	for (const line of forward)
		leaving.set(line.source, [...(leaving.get(line.source) || []), line]);
	for (const lines of leaving.values()) {
		if (lines.length < 2) continue;
		const next = (line) => {
			const item = chains.get(line.id)[1];
			return across.get(item[0]) + (item[1] ? 0 : size.across / 2);
		};
		const sorted = [...lines].sort((a, b) => next(a) - next(b));
		const close = sorted.some((line, n) => n && next(line) - next(sorted[n - 1]) < 170);
		sorted.forEach((line, n) => {
			const { label } = paths.get(line.id);
			const from = across.get(line.source) + size.across / 2;
			const aside = next(line) * 0.7 + from * 0.3;
			if (down) Object.assign(label, { x: aside, y: label.y + (close ? (n % 2 ? 11 : -11) : 6) });
			else label.y = aside;
		});
	}
}

// Beside what stands in the layers a line passes; shorter ones inside, so that none crosses more than it must.
function rails(lines, at, size, extents, sign, paths, down) {
	const number = (place) => Math.round(place.along / size.step);
	const spans = lines
		.map((line) => ({ line, a: at.get(line.source), b: at.get(line.target) }))
		.sort((m, n) => Math.abs(m.a.along - m.b.along) - Math.abs(n.a.along - n.b.along));
	for (const { line, a, b } of spans) {
		const passed = range(Math.min(number(a), number(b)), Math.max(number(a), number(b)));
		const outermost = Math.max(
			...passed.map((n) => sign * extents[n].edge + extents[n].used * GAP.lane),
		);
		const rail = sign * (outermost + GAP.rail);
		for (const n of passed) {
			const own = sign * rail - GAP.rail - sign * extents[n].edge;
			extents[n].used = own / GAP.lane + 1;
		}
		const side = (place) => place.across + (sign > 0 ? size.across : 0);
		const from = { along: a.along + size.along * 0.68, across: side(a) };
		const to = { along: b.along + size.along * 0.36, across: side(b) };
		const turn = to.along > from.along ? 1 : -1;
		const r = Math.min(10, Math.abs(to.along - from.along) / 2 || 10);
		const corners = [
			["M", from],
			["L", { along: from.along, across: rail - sign * r }],
			["Q", { along: from.along, across: rail }, { along: from.along + turn * r, across: rail }],
			["L", { along: to.along - turn * r, across: rail }],
			["Q", { along: to.along, across: rail }, { along: to.along, across: rail - sign * r }],
			["L", to],
		];
		const d = corners
			.map(([what, ...points]) => `${what} ${points.map((p) => xy(p, down).join(" ")).join(" ")}`)
			.join(" ");
		paths.set(line.id, {
			d,
			label: spot({ along: (from.along + to.along) / 2, across: rail }, down),
			start: spot(from, down),
			grip: spot({ along: to.along, across: to.across + sign * GRIP }, down),
		});
	}
}

function range(low, high) {
	return Array.from({ length: high - low + 1 }, (_, n) => low + n);
}

function turned(at, down, layer) {
	const found = new Map();
	for (const [code, place] of at) {
		const [x, y] = xy(place, down);
		found.set(code, { x, y, layer: layer.get(code), across: place.across });
	}
	return found;
}

function box_of(at, size, down, side_lines) {
	const places = [...at.values()];
	if (!places.length) return { x: 0, y: 0, width: 1, height: 1 };
	const margin = GAP.rail + (side_lines ? 5 * GAP.lane : 0);
	const low = { along: 0, across: Math.min(...places.map((p) => p.across)) - margin };
	const high = {
		along: Math.max(...places.map((p) => p.along)) + size.along,
		across: Math.max(...places.map((p) => p.across)) + size.across + margin,
	};
	const [x, y] = xy(low, down);
	const [width, height] = xy(
		{ along: high.along - low.along, across: high.across - low.across },
		down,
	);
	return { x, y, width, height };
}
