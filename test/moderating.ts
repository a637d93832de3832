/** What tests of moderation share: how the bot is told something, and answers. */
import { MessageType as types } from "../machines/message.ts";
import type { Person, TestServer } from "./test-server.ts";

/** The bot's answers to this person alone. */
export const answers = ({ received }: Person) =>
	received.flatMap(({ type, user, text, offset }) =>
		type === types.text && user?.name === "plumebot" && offset === undefined
			? text
			: [],
	);

/** Tells the bot something, and resolves with its answer. */
export async function ask(plume: TestServer, person: Person, text: string) {
	person.say(`@plumebot ${text}`);
	await plume.settle();
	return answers(person).at(-1);
}

export async function into(plume: TestServer, person: Person, room: string) {
	person.open({ ...person.memory, room });
	await plume.settle();
	return person;
}
