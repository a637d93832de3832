/** A replay that verifies comes to the state that a checkpoint names, however far back that is. */
import { expect, test } from "vitest";
import type { PlumeEvent } from "../../machines/events.ts";
import { Checkpoints } from "../../src/cli/checkpoints.ts";
import { evolve } from "../../src/engine/evolve.ts";
import { State } from "../../src/engine/state.ts";

const LENGTH = 10_600;

const nth = (n: number): PlumeEvent =>
	n === 1
		? { type: "server.started", time: n, node: "", version: "" }
		: {
				...{ type: "session.opened", time: n, session: `s${n % 7}` },
				...{ identity: "i", nameKey: "ann", name: "ann", domain: "d" },
				expires: 1e9 + n,
			};

/** A fold of so many events, with the hash of the state after each that is asked for. */
function folded(asked: readonly number[]) {
	const checkpoints = new Checkpoints();
	const hashes = new Map<number, string>();
	let state = State.initial({ id: "log" });
	const add = (event: PlumeEvent, seq: number) => {
		const wrong = checkpoints.check({ stored: { seq, event }, before: state });
		state = evolve(state, event);
		if (asked.includes(seq)) hashes.set(seq, state.hash());
		return wrong;
	};
	for (let seq = 1; seq <= LENGTH; seq++)
		expect(add(nth(seq), seq)).toBe(undefined);
	return { checkpoints, hashes, add };
}

const CLOSE = [LENGTH, LENGTH - 1, 10_500, 10_499, 10_001, 1000, 999, 613];

test("a checkpoint is compared with the state after the event that it names", () => {
	const { checkpoints, hashes, add } = folded(CLOSE);
	for (const [i, of] of CLOSE.entries()) {
		const stateHash = hashes.get(of) ?? "";
		const event = { type: "checkpoint", time: 1e9, of, stateHash } as const;
		expect(add(event, LENGTH + 1 + i)).toBe(undefined);
	}
	expect(checkpoints.verified).toBe(CLOSE.length);
});

test("a checkpoint with the hash of the state before is wrong", () => {
	for (const of of [10_500, 1001]) {
		const { checkpoints, hashes, add } = folded([of - 1]);
		const stateHash = hashes.get(of - 1) ?? "";
		const event = { type: "checkpoint", time: 1e9, of, stateHash } as const;
		expect(add(event, LENGTH + 1)?.message).toContain(`after event ${of}`);
		expect(checkpoints.verified).toBe(0);
	}
});

test("a checkpoint of a state more than ten thousand events back is not counted", () => {
	const { checkpoints, add } = folded([]);
	const event = {
		type: "checkpoint",
		time: 1e9,
		of: 600,
		stateHash: "",
	} as const;
	expect(add(event, LENGTH + 1)).toBe(undefined);
	expect(checkpoints.verified).toBe(0);
});
