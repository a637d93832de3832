/** Generated paths reach every state and take every transition, so that a new one without an event here fails. */
import { expect, test } from "vitest";
import { clientMachine } from "../../machines/client.ts";
import { eventTable } from "../../machines/events.ts";
import { roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { botClaim } from "../../src/chat/bot.ts";
import { allTransitions, reachedTransitions } from "./coverage.ts";
import {
	ann,
	bob,
	clientEvents,
	privateRoomEvents,
	relations,
	roomEvents,
} from "./events.ts";

test("every transition of the client machine is taken", () => {
	const reached = reachedTransitions(clientMachine, clientEvents);
	expect([...reached].sort()).toEqual(
		[...allTransitions(clientMachine)].sort(),
	);
});

test("every transition of the room machine is taken", () => {
	const reached = reachedTransitions(
		roomMachine,
		roomEvents.filter(({ type }) => type !== "retention.changed"),
		undefined,
		// A restored room goes on as any other does, and so does a moderated one.
		({ context: { offset, restored, mutes, kicks } }) =>
			offset >= 4 || restored !== undefined || (mutes || kicks) !== undefined,
	);
	// A mute is lifted; what a room keeps changes nothing else.
	const opened = roomEvents.slice(0, 1);
	const others = roomEvents.filter(({ type }) =>
		/^(identity|retention)/.test(type),
	);
	for (const taken of reachedTransitions(roomMachine, [...opened, ...others]))
		reached.add(taken);
	for (const taken of reachedTransitions(
		roomMachine,
		privateRoomEvents,
		undefined,
		({ context: { offset } }) => offset >= 3,
	))
		reached.add(taken);
	const entered = roomEvents.filter(
		(event) => event.type === "client.entered" && event.client === "a1",
	);
	for (const taken of reachedTransitions(
		roomMachine,
		[...opened, ...entered, ...relations],
		undefined,
		({ context: { offset } }) => offset >= 3,
	))
		reached.add(taken);
	expect([...reached].sort()).toEqual([...allTransitions(roomMachine)].sort());
});

test("every transition of the server machine is taken", () => {
	const time = 1;
	const events = [
		{ type: "server.started", time, node: "n", version: "1" },
		{ type: "server.stopped", time },
		{ type: "log.restored", time, from: 1 },
		{ type: "checkpoint", time, of: 1, stateHash: "h" },
		{ type: "login.succeeded", time, client: "a1", ...ann },
		{ type: "login.succeeded", time, client: "b1", ...bob },
		{ type: "name.released", time, nameKey: ann.nameKey },
		{ type: "name.renamed", time, nameKey: "bob", to: "rob", name: "rob" },
		{
			type: "session.opened",
			time,
			session: "s",
			...ann,
			domain: "d",
			expires: 2,
		},
		{ type: "session.renewed", time, session: "s", expires: 3 },
		{ type: "session.closed", time, session: "s", why: "loggedOut" },
	];
	// Apart from the others, of which they know nothing.
	const started = events.slice(0, 1);
	const moderation = [
		{ type: "identity.banned", time, identity: "x", by: "y" },
		{ type: "identity.unbanned", time, identity: "x", by: "y" },
		{ type: "identity.blocked", time, identity: "x", by: "y" },
		{ type: "identity.unblocked", time, identity: "x", by: "y" },
		{
			...{ type: "message.reported", time, report: "r", room: "cats" },
			...{ epoch: "e", target: 1, author: "x", by: "y", why: "spam" },
		},
		{ type: "report.closed", time, report: "r", by: "y" },
		{
			...{ type: "invitation.made", time: 0, invitation: "i", by: "y" },
			...{ room: "~cats", expires: 9, uses: 2 },
		},
		{ type: "invitation.spent", time, invitation: "i", identity: "x" },
		{ type: "invitation.ended", time, invitation: "i", why: "revoked" },
		{ type: "registration.closed", time },
		{ type: "registration.opened", time },
	];
	const input = { bot: botClaim };
	const reached = new Set([
		...reachedTransitions(serverMachine, events, input),
		...reachedTransitions(serverMachine, [...started, ...moderation], input),
	]);
	expect([...reached].sort()).toEqual(
		[...allTransitions(serverMachine)].sort(),
	);
});

test("every event has a transition in each machine that it concerns", () => {
	const machines = {
		client: clientMachine,
		members: clientMachine,
		room: roomMachine,
		server: serverMachine,
	};
	const missing = Object.entries(eventTable).flatMap(([type, { concerns }]) =>
		concerns
			.filter((one) => !machines[one].events.some((known) => known === type))
			.map((one) => `${type} in ${one}`),
	);
	expect(missing).toEqual([]);
});
