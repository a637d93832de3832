/**
 * Wires the page: person → machine → socket → server, and back. The machine
 * decides, the other modules show. A line of the room goes past the machine,
 * straight to the timeline, because the machine keeps no text.
 */

import { createActor } from "xstate";
import { LOBBY, MessageType } from "../machines/message.ts";
import { type PageEvent, pageMachine } from "../machines/page.ts";
import { composer } from "./composer.ts";
import { find } from "./element.ts";
import { enterForm } from "./enter.ts";
import { follower } from "./follow.ts";
import { readFrame } from "./frames.ts";
import { socketTo } from "./socket.ts";
import { statusBar } from "./status.ts";
import { timeline } from "./timeline.ts";
import { verifyForm } from "./verify.ts";

/** Kept while this tab lives, so that a reload asks for nothing twice. */
const person = {
	name: sessionStorage.getItem("name") ?? "",
	email: sessionStorage.getItem("email") ?? "",
};

const send = (event: PageEvent) => actor.send(event);
const enter = enterForm(send, person);
const verify = verifyForm(send);
const write = composer(send);
const read = timeline(follower(), () => actor.getSnapshot().context.name);
const showStatus = statusBar(send);
const socket = socketTo("/connect", {
	opened: () => send({ type: "opened" }),
	heard,
	closed: (code) =>
		send({ type: "closed", code, news: { jitter: Math.random() } }),
});

function heard(data: string) {
	const frame = readFrame(data, Date.now());
	if (!frame) return;
	if ("type" in frame) return send(frame);
	if (frame.kind === "caughtUp") return read.caughtUp();
	read.add(frame);
	const { client } = actor.getSnapshot().context;
	if (frame.kind === "said" && frame.client === client && frame.n) {
		send({ type: "echoed", news: { last: frame.n } });
	}
}

const actor = createActor(
	pageMachine.provide({
		actions: {
			connect: socket.connect,
			disconnect: socket.disconnect,
			sendHello({ context: { name, email } }) {
				sessionStorage.setItem("name", name);
				sessionStorage.setItem("email", email);
				socket.send(MessageType.hello, { text: `${name}\n${email}` });
			},
			sendCode({ event }) {
				if (event.type !== "code") return;
				socket.send(MessageType.auth, { text: event.code });
			},
			sendText({ context: { last }, event }) {
				if (event.type !== "say") return;
				const { text } = event;
				socket.send(MessageType.text, { text, room: LOBBY, n: last + 1 });
			},
			confirmText: write.confirm,
			giveBackText: write.giveBack,
			clearRoom: read.clear,
			// A field can take the focus only once its screen is shown.
			focusForm: () => queueMicrotask(enter.focus),
			focusCode: () => queueMicrotask(verify.focus),
			focusComposer: () => queueMicrotask(write.focus),
		},
	}),
	{ input: person },
);

actor.subscribe((snapshot) => {
	const verifying = snapshot.hasTag("codeIsOut");
	const chatting = snapshot.matches("chatting");
	find("#enter", HTMLElement).hidden = verifying || chatting;
	find("#verify", HTMLElement).hidden = !verifying;
	find("#chat", HTMLElement).hidden = !chatting;
	enter.render(snapshot);
	verify.render(snapshot);
	write.render(snapshot);
	showStatus(snapshot);
});
actor.start();
