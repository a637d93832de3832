/** What tests of search share: a server with an index, and how someone searches. */
import { MessageType as types } from "../machines/message.ts";
import type { FakeDisk } from "./fakes/disk.ts";
import { FakeSearchStore } from "./fakes/search-store.ts";
import {
	type Person,
	TestServer,
	type TestServerOptions,
} from "./test-server.ts";

export async function openSearchable(options: TestServerOptions = {}) {
	const searchStore = new FakeSearchStore();
	const plume = await TestServer.open({ searchStore, ...options });
	return { plume, searchStore };
}

let asked = 0;

/** The answer to a search. */
export async function searches(
	plume: TestServer,
	person: Person,
	text: string,
	fields: Readonly<Record<string, unknown>> = {},
) {
	const id = `search${asked++}`;
	person.search(text, { id, ...fields });
	await plume.settle();
	const answer = person.received.find((frame) => frame.id === id);
	if (!answer) throw new Error(`${text} has no answer`);
	return answer;
}

/** The texts that a search finds, the newest first; or the code of its refusal. */
export async function found(
	...[plume, person, text, fields]: Parameters<typeof searches>
): Promise<unknown> {
	const answer = await searches(plume, person, text, fields);
	if (answer.type === types.refused) return answer.code;
	const hits: readonly { readonly text: string }[] = Array.isArray(answer.hits)
		? answer.hits
		: [];
	return hits.map((hit) => hit.text);
}

/** Each of the next reads waits until something more is said and committed. */
export function saysDuringReads(
	plume: TestServer,
	disk: FakeDisk,
	reads: number,
	say: () => void,
): void {
	let left = reads;
	const isCommitted = () => plume.log.committed === plume.log.ordered;
	disk.interrupt = async ({ kind }) => {
		if (kind !== "read" || left === 0) return undefined;
		left--;
		say();
		await plume.until(() => disk.crashed || isCommitted());
		return undefined;
	};
}
