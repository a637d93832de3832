/**
 * Wires the page: person → machine → socket → server, and back. The machine
 * decides, the other modules show. What is said goes past the machine, between
 * the outbox, the socket and the room, because the machine keeps no text.
 */

import { createActor } from "xstate";
import { LOBBY } from "../machines/message.ts";
import { pageMachine } from "../machines/page.ts";
import type { PageEvent } from "../machines/page-events.ts";
import type { ClientFrame } from "../machines/protocol.ts";
import { composer } from "./composer.ts";
import { find } from "./element.ts";
import { enterForm } from "./enter.ts";
import { eraser } from "./erase.ts";
import { readFrame } from "./frames.ts";
import { makePendingSends } from "./pending-sends.ts";
import { roomView } from "./room-view.ts";
import { pathOf, roomAt } from "./rooms.ts";
import { settingsDialog } from "./settings.ts";
import { socketTo } from "./socket.ts";
import { statusBar } from "./status.ts";
import * as storage from "./storage.ts";
import { verifyForm } from "./verify.ts";

/** What `keyCode` is of a key that went to an input method. */
const COMPOSED = 229;

const first = roomAt(location.pathname);
storage.adoptSession();
const person = storage.storedPerson();
storage.keepPerson(person);
await storage.claimClient(first || LOBBY);
// Where there can't be such a room, the lobby is what one comes to.
await storage.claimClient(LOBBY);

/** WebKit tells of the key that ends a composition only when that is over: it chose letters, and is nobody's command. */
addEventListener(
	"keydown",
	(event) => {
		if (event.keyCode !== COMPOSED || event.isComposing) return;
		event.stopImmediatePropagation();
		if (event.key === "Enter") event.preventDefault();
	},
	true,
);

const send = (event: PageEvent) => actor.send(event);
const context = () => actor.getSnapshot().context;
const isIn = () => actor.getSnapshot().matches("chatting");
/** What is worth nothing later is said only while it can be. */
const tell = (asked: ClientFrame) => {
	if (isIn()) socket.send(asked);
};

const socket = socketTo("/connect", {
	opened: () => send({ type: "opened" }),
	heard,
	closed: (code) =>
		send({ type: "closed", code, news: { jitter: Math.random() } }),
	doubted: () => view.watch(),
});
const enter = enterForm(send, person);
const verify = verifyForm(send);
const showStatus = statusBar(send);
const showSettings = settingsDialog(send);
const pendingSends = makePendingSends({
	name: () => context().name,
	send: socket.send,
	edit: (texts) => write.takeBack(texts),
});
const view = roomView({ name: () => context().name, tell, go });
const write = composer({
	say(text) {
		view.spoke();
		pendingSends.outbox().say(text);
	},
	isTyping: () => tell({ kind: "typing" }),
	names: view.names,
});
eraser(
	(target) => {
		const place = view.place();
		if (place) tell({ kind: "erase", ...place, target });
	},
	() => {
		const parting = `All you said is gone, and “${context().name}” is free again.`;
		send({ type: "eraseAll", news: { parting } });
	},
	write.focus,
);

/** Only the last of several rooms that were asked for in a hurry is gone to. */
let wanted = "";
async function go(room: string) {
	wanted = room;
	if (room !== context().room) {
		await storage.claimClient(room);
		if (wanted !== room) return;
		send({ type: "go", news: { room } });
	}
	// A keyboard that covers half of the room comes only when it is called.
	if (!matchMedia("(pointer: coarse)").matches) write.focus();
}
/** Whoever logs out in one tab is out in all that came by the same session. */
addEventListener("storage", ({ key, oldValue, newValue }) => {
	const isOver = key === "session" && oldValue && newValue === null;
	if (isOver && oldValue === storage.storedSession()) send({ type: "leave" });
});
addEventListener("popstate", () => void go(roomAt(location.pathname) || LOBBY));

/** Puts the room that was gone to on the page. */
function changeRoom(room: string) {
	const path = pathOf(room);
	if (path !== location.pathname) history.pushState(null, "", path);
	view.enter(room);
	pendingSends.enter(room);
	write.enter(room);
}

function heard(data: string) {
	const frame = readFrame(data, Date.now());
	if (!frame) return;
	if ("type" in frame) return send(frame);
	if (frame.kind === "head") return view.hear(frame);
	// The last words of a room that was left are not for this one.
	const room = ("room" in frame && frame.room) || context().room;
	if (frame.kind === "ack" && room !== context().room) {
		pendingSends.outbox(room).shown(frame.last);
		return view.hear(frame);
	}
	if (!isIn() || room !== context().room) return;
	if (frame.kind === "ack") {
		if (context().trouble) send({ type: "taken" });
		return pendingSends.outbox().taken(frame.last);
	}
	if (frame.kind === "notTaken") {
		if (pendingSends.outbox().refused(frame)) write.slowDown();
		return;
	}
	if (frame.kind === "said") {
		pendingSends.outbox().shown(frame.n ?? 0, frame.client);
	}
	if (frame.kind === "caughtUp") pendingSends.outbox().caughtUp();
	view.hear(frame);
	if (frame.kind === "members") write.refreshAgain();
}

const actor = createActor(
	pageMachine.provide({
		actions: {
			connect: socket.connect,
			disconnect: socket.disconnect,
			sendHello({ context: { name, email, room } }) {
				if (!storage.isSameEmail(email, storage.storedPerson().email)) {
					pendingSends.clear();
					write.enter(room);
				}
				storage.keepPerson({ name, email });
				socket.send({ kind: "hello", text: `${name}\n${email}`, room });
			},
			sendCode({ event }) {
				if (event.type !== "code") return;
				socket.send({ kind: "auth", text: event.code });
			},
			sendOpen({ context: { room, key } }) {
				const keys = storage.storedKeys(room, key);
				const place = "session" in keys ? view.place() : {};
				socket.send({ kind: "open", ...keys, ...place, room });
			},
			sendLogout({ event }) {
				if (event.type !== "logout") return;
				socket.send({ kind: "logout", all: event.all || undefined });
			},
			sendEraseAll: () => socket.send({ kind: "eraseAll" }),
			keepPending({ event }) {
				if (event.type !== "pending") return;
				storage.keepPending(event.id, event.news.expires);
			},
			keepSession({ event }) {
				if (event.type === "session") storage.keepSession(event.token);
			},
			sendLines({ context: { room }, event }) {
				if (event.type !== "welcome") return;
				storage.keepClient(room, event.client);
				// A login that another page began may lead to another room.
				if (view.room() !== room) changeRoom(room);
				view.welcome(event);
				pendingSends.outbox().welcome(event.client, event.last);
			},
			holdLines: pendingSends.hold,
			changeRoom: ({ context }) => changeRoom(context.room),
			explain({ event }) {
				if (event.type === "refused") view.explain(event.trouble.words);
			},
			showForm({ context: { parting } }) {
				storage.dropKey();
				view.clear();
				verify.clear();
				if (parting) {
					storage.forgetPerson();
					enter.empty();
				}
				// A field can take the focus only once its screen is shown.
				queueMicrotask(enter.focus);
			},
			clearCode: verify.clear,
			focusCode: () => queueMicrotask(verify.focus),
		},
	}),
	{ input: { ...person, key: storage.storedKey(), room: first || LOBBY } },
);

const screens = {
	none: find("#enter", HTMLElement),
	pending: find("#verify", HTMLElement),
	session: find("#chat", HTMLElement),
};

actor.subscribe((snapshot) => {
	const { key } = snapshot.context;
	find("#loading", HTMLElement).hidden = true;
	const entered = key === "session" && screens.session.hidden;
	for (const screen of Object.values(screens)) {
		screen.hidden = screen !== screens[key];
	}
	enter.render(snapshot);
	verify.render(snapshot);
	write.render(snapshot);
	showSettings(snapshot);
	showStatus(snapshot, view.place() === undefined);
	view.render(snapshot);
	if (entered) write.focus();
});
changeRoom(first || LOBBY);
if (!first) view.explain("No room can have that name, so this is the lobby.");
actor.start();
// A page that came over plain HTTP has no workers, and the server may be gone
// already: then there is no screen for that, and nothing else is lost.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
