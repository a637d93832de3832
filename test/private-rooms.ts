/** What tests of private rooms share: how someone asks about a room, and goes there. */
import { MessageType as types } from "../machines/message.ts";
import type { Person, Received, TestServer } from "./test-server.ts";

let asked = 0;

/** Asks something about rooms that are not public, and resolves with the answer. */
export async function asks(
	plume: Pick<TestServer, "settle">,
	person: Person,
	kind: string,
	fields: object = {},
): Promise<Received> {
	const id = `rooms${asked++}`;
	person.raw(JSON.stringify({ type: types.rooms, kind, ...fields, id }));
	await plume.settle();
	const answer = person.received.findLast((frame) => frame.id === id);
	if (!answer) throw new Error(`${kind} has no answer`);
	return answer;
}

export async function makesRoom(
	plume: Pick<TestServer, "settle">,
	person: Person,
	title: string,
): Promise<string> {
	const answer = await asks(plume, person, "make", { title });
	if (typeof answer.room !== "string") throw new Error("no room was made");
	return answer.room;
}

export async function entersRoom(
	plume: Pick<TestServer, "settle">,
	person: Person,
	room: string,
): Promise<void> {
	person.open({ ...person.memory, room });
	await plume.settle();
}

/** Members join by a link. */
export async function invitedInto(
	plume: Pick<TestServer, "settle">,
	room: string,
	owner: Person,
	...others: readonly Person[]
): Promise<void> {
	for (const other of others) {
		const { token } = await asks(plume, owner, "invite", { room });
		await asks(plume, other, "join", { invitation: token });
	}
}
