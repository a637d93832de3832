/**
 * Pauses reading while the server is overloaded. Each turn of the event loop
 * reads all that arrived during the turn before. With more load than can be
 * committed, turns would grow longer and longer until nothing is published any
 * more. So nothing is read while too much is ordered and not yet committed;
 * what is sent meanwhile waits in the network, and then at its sender.
 *
 * That helps a busy server, not one whose disk hangs: a pause is short, and
 * there is no second one before something was committed. So while a disk
 * hangs, every stranger's hello is still read in time, and nobody is refused
 * as too fast because frames were read late and together.
 */
import type { WebSocket } from "ws";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";

const LONGEST_MS = 250;

type Source = Pick<WebSocket, "pause" | "resume">;

interface BackpressureParts {
	readonly engine: Pick<Engine, "isBehind"> & {
		readonly pipeline: Pick<Engine["pipeline"], "afterwards">;
	};
	readonly clock: Clock;
	/** Every socket that is read from. */
	readonly sources: () => Iterable<Source>;
}

/** Makes a function to call when a frame was read from one of the sources. */
export function backpressure({ engine, clock, sources }: BackpressureParts) {
	let isWaiting = false;
	return (from: Source): void => {
		// What is waited for is never committed if another node decides now.
		isWaiting &&= engine.isBehind;
		if (!engine.isBehind || isWaiting) return;
		isWaiting = true;
		const all = [...sources()];
		const next = all.indexOf(from) + 1;
		// They are read in the order of their resumption: first those that had no turn yet.
		let paused = [...all.slice(next), ...all.slice(0, next)];
		for (const source of paused) source.pause();
		const resume = () => {
			for (const source of paused) source.resume();
			paused = [];
		};
		const cancel = clock.after(LONGEST_MS, resume);
		engine.pipeline.afterwards(() => {
			isWaiting = false;
			cancel();
			resume();
		});
	};
}
