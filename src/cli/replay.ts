/**
 * `plume replay`: folds a log through the very machines that run the server,
 * and tells the state they end in, or the event after which something holds.
 */
import { botClaim } from "../chat/bot.ts";
import { type Folded, fold } from "../engine/fold.ts";
import { State } from "../engine/state.ts";
import type { Stored } from "../log/log.ts";
import { readBatches } from "../log/reader.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { BisectCommand, ReplayCommand, Until } from "./log-arguments.ts";
import { describe, type Report, reportOf, Visitors } from "./report.ts";
import { ask, type ExitCode, type LogParts, type Reading } from "./source.ts";

export function replay(
	{ source, until, json, verify, ...scope }: ReplayCommand,
	parts: LogParts,
): Promise<ExitCode> {
	const question = async ({ sources, verifier, batches }: Reading) => {
		const state = new State(verifier, botClaim);
		const visitors = new Visitors();
		const checkpoints = verify ? await Checkpoints.in(sources) : undefined;
		const folded = await fold(
			state,
			batches,
			(event, _item, entry) => {
				visitors.note(event);
				const wrong = checkpoints?.check(state, entry);
				if (wrong) throw wrong;
			},
			(entry) => isBehind(entry, until),
		);
		const report = reportOf(state, folded, scope, visitors);
		const text = checkpoints
			? verified(report, folded, checkpoints)
			: describe(report);
		parts.print(json ? JSON.stringify(report) : text);
		return 0 as const;
	};
	return ask(source, parts, question, { again: verify, strict: verify });
}

function verified(
	{ hash, time }: Report,
	{ seq }: Folded,
	{ held }: Checkpoints,
) {
	return `Verified ${seq} events: chain, continuity, batches, text and legality hold, and so do ${held} checkpoints.\nState ${hash} at ${time}`;
}

/** Tells the first event after which it is so; answers 1 if it never is. */
export function bisect(
	{ source, until, question }: BisectCommand,
	parts: LogParts,
): Promise<ExitCode> {
	return ask(source, parts, async ({ sources, verifier }) => {
		const state = new State(verifier, botClaim);
		let found: Stored | undefined;
		const { seq } = await fold(
			state,
			readBatches(sources, verifier),
			(event, _item, entry) => {
				if (question.holds(state, event)) found = entry;
			},
			(entry) => found !== undefined || isBehind(entry, until),
		);
		if (!found) {
			parts.print(`${question.text} never holds in these ${seq} events.`);
			return 1;
		}
		const { event } = found;
		const time = new Date(event.time).toISOString();
		parts.print(
			`${question.text} holds from event ${found.seq} on, at ${time}: ${event.type}`,
		);
		return 0;
	});
}

export function isBehind(
	{ seq, event }: Stored,
	until: Until | undefined,
): boolean {
	if (until === undefined) return false;
	return "seq" in until ? seq > until.seq : event.time > until.time;
}
