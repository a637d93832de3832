/**
 * What the server does for one request, as far as somebody could notice it:
 * what it sends and when, what it reads and writes, and how many steps it
 * takes. Code that runs in one step is not counted.
 */
import { AsyncResource, createHook, executionAsyncId } from "node:async_hooks";
import { Archive } from "../../src/history/archive.ts";
import { Indexes } from "../../src/history/indexes.ts";
import { ItemReader } from "../../src/history/item-reader.ts";
import { Relations } from "../../src/history/relations.ts";
import { SearchIndex } from "../../src/search/search-index.ts";
import { FakeSearchStore } from "../fakes/search-store.ts";
import { Person } from "../test-server.ts";
import type { World } from "./world.ts";

export interface Work {
	/** What everyone is sent, and in which turn of the event loop. */
	readonly sent: string[];
	/** Calls of the disk, with their files. */
	readonly disk: string[];
	/** Calls of the history, its indexes and relations, and of the search, and how many they found. */
	readonly reads: string[];
	/** Events that were logged. */
	readonly events: string[];
	/** Turns of the event loop until nothing is left to do. */
	turns: number;
	/** How many promises, timers and the like were made for it. */
	readonly steps: Record<string, number>;
}

/** The request that is measured now. */
let now: Work | undefined;

const readers = [Archive, Indexes, Relations, ItemReader];
for (const { name, prototype } of [...readers, SearchIndex, FakeSearchStore])
	watchCalls(prototype, (method, [found]) => {
		const count = typeof found === "number" ? ` ${found}` : "";
		now?.reads.push(`${name}.${method}${count}`);
	});
watchCalls(Person.prototype, (method, [bytes]) => {
	if (method === "send" && bytes instanceof Uint8Array)
		now?.sent.push(`turn ${now.turns}: ${Buffer.from(bytes)}`);
});

function watchCalls(
	prototype: object,
	onCall: (method: string, args: readonly unknown[]) => void,
): void {
	const all = Object.getOwnPropertyDescriptors(prototype);
	for (const [method, { value, ...descriptor }] of Object.entries(all)) {
		if (typeof value !== "function" || method === "constructor") continue;
		Object.defineProperty(prototype, method, {
			...descriptor,
			value(...args: unknown[]) {
				onCall(method, args);
				const answer: unknown = Reflect.apply(value, this, args);
				const note = (found: unknown) => {
					if (Array.isArray(found)) onCall(method, [found.length]);
				};
				if (answer instanceof Promise) answer.then(note, () => {});
				return answer;
			},
		});
	}
}

/** Lets somebody ask, and resolves with all that follows. */
export async function workFor(
	world: Pick<World, "ordered" | "settle"> & {
		readonly interrupt: (onCall: Parameters<World["interrupt"]>[0]) => void;
	},
	ask: () => void,
): Promise<Work> {
	const { ordered } = world;
	const steps: Record<string, number> = {};
	const work: Work = {
		...{ sent: [], disk: [], reads: [], events: [], turns: 0, steps },
	};
	const before = ordered.length;
	const request = new AsyncResource("request");
	const ours = new Set([request.asyncId()]);
	const hook = createHook({
		init(id, type, trigger) {
			if (!ours.has(executionAsyncId()) && !ours.has(trigger)) return;
			ours.add(id);
			steps[type] = (steps[type] ?? 0) + 1;
		},
	});
	world.interrupt(({ kind, path }) => {
		work.disk.push(`${kind} ${path}`);
		return undefined;
	});
	hook.enable();
	now = work;
	request.runInAsyncScope(ask);
	let isDone = false;
	const settled = world.settle().finally(() => {
		isDone = true;
	});
	for (; !isDone; work.turns++)
		await new Promise((resolve) => setImmediate(resolve));
	await settled;
	now = undefined;
	hook.disable();
	world.interrupt(() => undefined);
	const logged = ordered.slice(before);
	work.events.push(...logged.map((stored) => JSON.stringify(stored)));
	return work;
}
