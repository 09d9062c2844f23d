import { get, post, post_quietly } from "./calls";

const UNFINISHED = ["Waiting", "Being Made"];
const LOOK_AFTER = 1200;

/**
 * The user's trials of one version: a job on the server that goes on when the page is left. `told` learns of
 * each change: {} or {job, status, done, total, alive, made_at, failure, against, asked, result, stale}.
 */
export function trials(version, told) {
	let timer = 0;
	let now = {};

	async function look() {
		clearTimeout(timer);
		const found = await get("procedures.trial_on_cases", { version }).catch(() => null);
		if (timer === null) return;
		if (found) told((now = found));
		if (running(now)) timer = setTimeout(look, LOOK_AFTER);
	}

	return {
		look,
		async begin(values) {
			await post("procedures.try_on_cases", { version, ...values });
			await look();
		},
		async cancel() {
			// it may have ended in this moment
			await post_quietly("print_jobs.cancel", { job: now.job }).catch(() => null);
			await look();
		},
		stop() {
			clearTimeout(timer);
			timer = null;
		},
	};
}

export function running(trial) {
	return UNFINISHED.includes(trial?.status);
}
