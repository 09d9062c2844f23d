import { connect, disconnect, insert, no_end_for, retarget, step_of } from "./rows";
import { named, short_article } from "./words";
import { sure } from "./outside";

/**
 * What the hand does to the drawing: insert, connect, aim, remove. `placed` learns the code of a new step.
 *
 * @returns {{remove_step, remove_selected, place_step, place_before, ask_insert, ask_before, pressed, line_behind, connected, aimed}}
 */
export function editing(store, placed) {
	const { state, edit, lines, layout } = store;
	const tell = (message) => frappe.show_alert({ message, indicator: "orange" }, 6);
	const chosen_line = () => lines.value.find((line) => line.id === state.selected.id);
	const line_behind = (code) =>
		lines.value.find((line) => line.source === code && line.kind === "on");

	function remove_step(code) {
		if (!edit.value) return;
		const title = frappe.utils.escape_html(step_of(state.content, code).title);
		const lock = state.locks[code];
		if (lock) {
			// said at once, before anything is asked
			const why = lock.map((one) =>
				frappe.utils.escape_html(one.text + short_article(one.article)),
			);
			frappe.msgprint({
				title: __("Step “{0}” is needed by law", [title]),
				message: [
					...why,
					__("It cannot be removed. Its title, post, limit and papers can be changed within the law."),
				].join("<br>"),
				indicator: "orange",
			});
			return;
		}
		sure(__("Remove step “{0}”? The steps before and behind it are joined.", [title]), () =>
			store.remove_step(code),
		);
	}

	function remove_selected() {
		const { selected } = state;
		if (selected?.type === "step") remove_step(selected.code);
		if (selected?.type !== "line" || !edit.value) return;
		const line = chosen_line();
		sure(__("Remove this route?"), () =>
			store.change((content) => {
				const ids = new Set(line.routes.map((route) => route._id));
				for (const route of content.transitions.filter((one) => ids.has(one._id)))
					disconnect(content, route, line.target);
			}),
		);
	}

	function place_step(line, nature) {
		const title = named(state.board.choices.natures).get(nature);
		const code = store.change((content) => insert(content, nature, line, title));
		state.dragging = "";
		if (!code) return;
		// cases that come by other ways to where this one leads would never see it
		state.fresh[code] = line.target;
		store.select({ type: "step", code });
		placed(code);
	}

	/** Before a step, so that all that come to it pass the new one. */
	function place_before(code, nature) {
		const line = lines.value.find((one) => one.target === code && one.kind === "on");
		if (!line) return tell(__("No route leads on to this step. Drag the step onto a line."));
		place_step(line, nature);
		const { selected } = state;
		if (selected?.type === "step" && lines_past(store, selected.code).length)
			lead_through(store, selected.code);
	}

	/** For the keyboard, and where no line was hit. `then`: when the dialog has closed. */
	function ask_insert(line, then, nature = "Review") {
		if (!line) return tell(__("Choose a line first, or drag the step onto one."));
		ask_nature((chosen) => place_step(line, chosen), then, nature);
	}

	function ask_before(code, then) {
		ask_nature((chosen) => place_before(code, chosen), then);
	}

	function ask_nature(place, then, nature = "Review") {
		const dialog = frappe.prompt(
			[
				{
					fieldname: "nature",
					fieldtype: "Select",
					label: __("Nature"),
					options: state.board.choices.natures.filter((row) => row.value),
					default: nature,
					reqd: 1,
				},
			],
			(values) => {
				place(values.nature);
				// a dialog that closes gives the focus back to where it was
				dialog.$wrapper.one("hidden.bs.modal", then);
			},
			__("Insert a Step"),
			__("Insert"),
		);
	}

	function pressed(nature) {
		const { selected } = state;
		const lines_of = { line: chosen_line, step: () => line_behind(selected.code) };
		const line = lines_of[selected?.type]?.();
		if (line) place_step(line, nature);
		else ask_insert(null);
	}

	function connected({ source, target }) {
		if (!edit.value || source === target) return;
		const [p, q] = [layout.value.places.get(source), layout.value.places.get(target)];
		const route = store.change((content) => connect(content, source, target, q.layer <= p.layer));
		const line =
			route && lines.value.find((one) => one.routes.some((own) => own._id === route._id));
		if (line) store.select(store.line_of(line));
	}

	/** The end of a line was let go over another step. */
	function aimed(line, code) {
		if (!edit.value) return;
		const why = no_end_for(line, code);
		if (why)
			return tell(
				{
					own: __("A route cannot lead back to the step it leaves."),
					there: __("A button of this line already leads to that step."),
				}[why],
			);
		store.change((content) => retarget(content, line, code));
	}

	return {
		remove_step,
		remove_selected,
		place_step,
		place_before,
		ask_insert,
		ask_before,
		pressed,
		line_behind,
		connected,
		aimed,
	};
}

/** The lines that lead past a step just inserted, to where it leads. */
export function lines_past(store, code) {
	const target = store.state.fresh[code];
	// side by side each goes its own way to where they meet
	if (!target || step_of(store.state.content, target)?.waits_for.includes(code)) return [];
	return store.lines.value.filter(
		(one) => one.target === target && one.kind === "on" && one.source !== code,
	);
}

/** Let them come to it first. */
export function lead_through(store, code) {
	const others = lines_past(store, code);
	store.change((content) => {
		for (const other of others) retarget(content, other, code);
	});
}
