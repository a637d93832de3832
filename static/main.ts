/**
 * Wires the page: person → machine → socket → server, and back. The machine
 * decides, the other modules show. What is said goes past the machine, between
 * the outbox, the socket and the timeline, because the machine keeps no text.
 */

import { createActor } from "xstate";
import { MessageType, LOBBY as room } from "../machines/message.ts";
import { type PageEvent, pageMachine } from "../machines/page.ts";
import { composer } from "./composer.ts";
import { find } from "./element.ts";
import { enterForm } from "./enter.ts";
import { follower } from "./follow.ts";
import { readFrame } from "./frames.ts";
import * as kept from "./kept.ts";
import { Outbox } from "./outbox.ts";
import { socketTo } from "./socket.ts";
import { statusBar } from "./status.ts";
import { timeline } from "./timeline.ts";
import { verifyForm } from "./verify.ts";

const client = await kept.claimClient();
const person = kept.keptPerson();
kept.keepPerson(person);

const send = (event: PageEvent) => actor.send(event);
const follow = follower();
const enter = enterForm(send, person);
const verify = verifyForm(send);
const write = composer(() => outbox);
const read = timeline(follow, () => actor.getSnapshot().context.name);
const showStatus = statusBar(send);
const socket = socketTo("/connect", {
	opened: () => send({ type: "opened" }),
	heard,
	closed: (code) =>
		send({ type: "closed", code, news: { jitter: Math.random() } }),
});
const outbox = new Outbox(kept.keptLines(), client, {
	keep(lines) {
		kept.keepLines(lines);
		write.show(lines);
		follow.settle();
	},
	post: (text, n) => socket.send(MessageType.text, { text, room, n }),
	wait: (ms, then) => setTimeout(then, ms),
});

function heard(data: string) {
	const frame = readFrame(data, Date.now());
	if (!frame) return;
	if ("type" in frame) return send(frame);
	switch (frame.kind) {
		case "caughtUp":
			return read.caughtUp();
		case "gap":
			return read.gap();
		case "ack":
			return outbox.taken(frame.last);
		case "notTaken":
			return outbox.refused(frame);
		case "said":
			outbox.taken(frame.n ?? 0, frame.client);
	}
	read.add(frame);
}

const actor = createActor(
	pageMachine.provide({
		actions: {
			connect: socket.connect,
			disconnect: socket.disconnect,
			sendHello({ context: { name, email } }) {
				// What someone else left unsaid is not for this one to say.
				if (email !== kept.keptPerson().email) outbox.clear();
				kept.keepPerson({ name, email });
				socket.send(MessageType.hello, { text: `${name}\n${email}` });
			},
			sendCode({ event }) {
				if (event.type !== "code") return;
				socket.send(MessageType.auth, { text: event.code });
			},
			sendOpen() {
				const keys = kept.keptKeys();
				const place = "session" in keys ? read.place() : {};
				socket.send(MessageType.open, { ...keys, room, ...place });
			},
			sendLogout({ event }) {
				if (event.type !== "logout") return;
				socket.send(MessageType.logout, event.all ? { all: true } : {});
			},
			keepPending({ event }) {
				if (event.type !== "pending") return;
				kept.keepPending(event.id, event.news.expires);
			},
			keepSession({ event }) {
				if (event.type === "session") kept.keepSession(event.token);
			},
			dropKey: kept.dropKey,
			sendLines({ event }) {
				if (event.type !== "welcome") return;
				kept.keepClient(event.client);
				outbox.welcome(event.client, event.last);
				read.resume();
			},
			holdLines: () => outbox.hold(),
			clear() {
				read.clear();
				verify.clear();
			},
			clearCode: verify.clear,
			// A field can take the focus only once its screen is shown.
			focusForm: () => queueMicrotask(enter.focus),
			focusCode: () => queueMicrotask(verify.focus),
		},
	}),
	{ input: { ...person, key: kept.keptKey() } },
);

const screens = {
	none: find("#enter", HTMLElement),
	pending: find("#verify", HTMLElement),
	session: find("#chat", HTMLElement),
};

actor.subscribe((snapshot) => {
	const { key } = snapshot.context;
	const entered = key === "session" && screens.session.hidden;
	for (const screen of Object.values(screens)) {
		screen.hidden = screen !== screens[key];
	}
	enter.render(snapshot);
	verify.render(snapshot);
	write.render(snapshot);
	showStatus(snapshot);
	if (entered) write.focus();
});
actor.start();
write.show(outbox.lines);
