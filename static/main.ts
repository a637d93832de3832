/**
 * Wires the page. The machine decides, its actions have the effects named
 * here, and the other modules show. Messages bypass the machine, because it
 * holds no text.
 */

import { createActor } from "xstate";
import { CloseCode, LOBBY, MessageType } from "../machines/message.ts";
import { pageMachine } from "../machines/page.ts";
import { ERASE_ALL } from "../machines/page-guards.ts";
import { BASE } from "./base-path.ts";
import { language } from "./catalogue.ts";
import { Chat } from "./chat.ts";
import { find, focusField } from "./element.ts";
import { enterForm } from "./enter.ts";
import { endsInvitation, isRefusal, readFrame } from "./frames.ts";
import { leaveRoom } from "./joined-rooms.ts";
import { ignoreImeKeys, roomKeys, rovingFocus } from "./keys.ts";
import { acted } from "./last-act.ts";
import { later } from "./lazy.ts";
import { Page } from "./page.ts";
import { endPush, mayNotify } from "./room-level.ts";
import { invitationAt, roomAt } from "./room-name.ts";
import { shortcuts } from "./shortcuts.ts";
import { tabSocket } from "./socket.ts";
import { statusBar } from "./status.ts";
import * as storage from "./storage.ts";
import { browser } from "./store.ts";
import { showTheme } from "./theme.ts";
import { translatePage } from "./translate.ts";
import { verifyForm } from "./verify.ts";
import { inWords, t } from "./words.ts";

if (language !== "en") translatePage();
showTheme();
addEventListener("storage", showTheme);
for (const act of ["keydown", "pointerdown"])
	addEventListener(act, acted, true);
ignoreImeKeys();
roomKeys();
rovingFocus("#log", "last");
rovingFocus("#people", "first");
storage.adoptSession();
const person = storage.storedPerson();
storage.savePerson(person);
const invitation = invitationAt(location);
if (invitation) {
	storage.saveInvitation(invitation);
	// No bookmark, and nobody who looks, is to have the token.
	history.replaceState(null, "", BASE);
}
/** No room was opened on this connection yet. */
let isNew = true;
/** The invitation went out with a login. */
let isInvitationSent = false;
const askedFor = roomAt(location.pathname);
const room = askedFor || LOBBY;
// The lobby, too: a tab may be sent there instead.
await Promise.all([room, LOBBY].map(storage.claimClient));

const socket = tabSocket({
	opened: () => page.dispatch({ type: "opened" }),
	received: (data) => inWords(isRefusal(data), () => received(data)),
	disconnected() {
		const giveUp = page.requests.disconnected();
		// An answer that came before may wait for its words.
		inWords(false, () => {
			giveUp();
			chat.composer.unheard();
		});
	},
	closed(code, words = "") {
		const update = { jitter: Math.random() };
		inWords(false, () => {
			const why = code === CloseCode.removed.code ? removed() : words;
			page.dispatch({ type: "closed", code, words: why, update });
		});
		inWords(code >= 4_000, render);
	},
	ping: () => chat.view.rooms.watch(),
});
function sendEraseAll(): void {
	socket.send({ kind: "eraseAll", id: ERASE_ALL });
	// Its own answer may be long in coming on a good line, too.
	chat.view.rooms.watch();
}
const page = new Page({ socket, actor: () => actor });
/** What a person reads who was removed from the room they are in. */
const removed = () => t("room.removed", { title: page.titleOf(page.opened) });
const chat = new Chat(page);
shortcuts(page);
find("#room").addEventListener(
	"touchstart",
	async (event) => {
		let first: TouchEvent | undefined = event;
		addEventListener("lostpointercapture", () => {
			first = undefined;
		});
		(await later(false))?.longPress(page, first);
	},
	{ once: true },
);
const enter = enterForm(page, person);
const verify = verifyForm(page);
const renderStatus = statusBar(page);
/** The last page was to erase everything, too long ago for this one to go on with it. */
let isLate = storage.isFarewellOld();
const machine = pageMachine.provide({
	actions: {
		connect() {
			isNew = true;
			socket.connect();
		},
		disconnect: () => socket.disconnect(),
		savePending({ event }) {
			if (event.type === "pending")
				storage.savePending(event.id, event.update.expires);
		},
		saveSession({ event }) {
			if (event.type !== "session") return;
			storage.saveSession(event.token);
			if (isInvitationSent) storage.dropInvitation();
		},
		resumeSends({ event, context: { name, email, farewell } }) {
			storage.savePerson({ name, email });
			// A server that was restarted meanwhile does not go on with it.
			if (farewell && isNew) sendEraseAll();
			isNew = false;
			// A session that goes on has erased nothing.
			if (isLate) void tellAtOnce(t("erase.not", { why: "" }));
			isLate = false;
			// Nothing can be sent before the machine has taken the welcome.
			if (event.type === "welcome") queueMicrotask(() => chat.welcome(event));
		},
		pauseSends: () => chat.disconnected(),
		changeRoom({ event, context }) {
			// What is open is about the room that was on the screen.
			closeDialogs();
			acted();
			chat.enter(context.room, event.type === "go");
		},
		forgetRoom({ event, context: { room } }) {
			// Any other rule refuses it only for now.
			const isForGood =
				"rule" in event && ["isOpenToThem", "roomIsNamed"].includes(event.rule);
			if (isForGood && !storage.unsentWords(room)) leaveRoom(room);
		},
		explainLobby({ event, context: { room } }) {
			if (event.type !== "refused") return;
			const wasOpen = page.opened === room;
			// A person who was removed hears that, and not that there is no such room.
			const isRemoved = wasOpen && event.rule === "isOpenToThem";
			const words = isRemoved ? removed() : event.trouble.words;
			chat.view.explain(words);
			if (wasOpen || storage.unsentWords(room)) void tellAtOnce(words, room);
			// They are told once.
			if (event.rule === "isOpenToThem")
				page.ownRooms = page.ownRooms.filter((one) => one.room !== room);
		},
		showForm({ context: { isErased } }) {
			isLate = false;
			// The next one to log in here is not invited by what the last one opened.
			if (storage.storedSession()) storage.dropInvitation();
			if (storage.dropKey() && mayNotify()) void endPush().catch(() => {});
			chat.forget();
			chat.view.clear();
			verify.clear();
			if (isErased) {
				storage.forgetPerson();
				enter.clear();
			}
			// A field can take the focus only once its screen is shown.
			queueMicrotask(enter.focus);
		},
		clearCode: verify.clear,
		focusCode: () => queueMicrotask(verify.focus),
		sendHello({ context: { name, email, room } }) {
			if (!storage.isSameEmail(email, storage.storedPerson().email))
				chat.forgetSends();
			storage.savePerson({ name, email });
			const invitation = storage.storedInvitation() || undefined;
			isInvitationSent = invitation !== undefined;
			const text = `${name}\n${email}`;
			const { lang } = document.documentElement;
			socket.send({ kind: "hello", text, room, invitation, lang });
		},
		sendCode({ event }) {
			if (event.type !== "code") return;
			const { code: text, name } = event;
			socket.send({ kind: "auth", text, name });
		},
		sendOpen({ context: { room, key } }) {
			const keys = storage.openCredentials(room, key);
			const position = "session" in keys ? chat.view.position : {};
			const { lang } = document.documentElement;
			socket.send({ kind: "open", ...keys, ...position, room, lang });
		},
		sendLogout({ event }) {
			if (event.type === "logout")
				socket.send({ kind: "logout", all: event.all || undefined });
		},
		sendEraseAll,
	},
});
/** What the person is writing just now was for the others of a room that they are not in any more. */
async function tellAtOnce(words: string, room = LOBBY): Promise<void> {
	const composer = find("#composer");
	composer.inert = true;
	const part = await later(false);
	composer.inert = false;
	(part?.tell ?? alert)(words, room);
}
const actor = createActor(machine, {
	input: {
		...{ ...person, key: storage.storedKey(), room },
		farewell: storage.storedFarewell(),
	},
});

function received(data: string): void {
	const event = readFrame(data, Date.now());
	// Refused while another room is being opened, where nobody hears it: it is asked for again in that room.
	if (event && "id" in event && event.id === ERASE_ALL)
		isNew ||= page.snapshot.matches("returning");
	// Without it they may log in all the same, or learn that they may not.
	if (event && endsInvitation(event)) storage.dropInvitation();
	const { farewell } = page.snapshot.context;
	if (event && "type" in event) page.dispatch(event);
	else if (event) chat.receive(event);
	if (event && "re" in event && event.re === MessageType.text)
		chat.composer.takeBack(event.trouble.words, event.id);
	const isDropped = farewell !== "" && page.snapshot.context.farewell === "";
	if (isDropped && event && "trouble" in event)
		void tellAtOnce(t("erase.not", { why: event.trouble.words }));
}

// A logout in one tab ends the session of all tabs that share it.
addEventListener("storage", ({ key, oldValue, newValue }) => {
	const isOver =
		key === browser.keyOf("session") && oldValue && newValue === null;
	if (isOver && oldValue === storage.storedSession())
		page.dispatch({ type: "leave" });
});
/** The address may name a message. */
function followLink(): void {
	const [, offset, time] = /^#(\d+)-(\d+)$/.exec(location.hash) ?? [];
	if (offset) page.show(Number(offset), Number(time));
}
function closeDialogs(): void {
	for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}
addEventListener("popstate", async () => {
	closeDialogs();
	find("#side").hidePopover();
	await page.go(roomAt(location.pathname) || LOBBY);
	followLink();
});

const screens = {
	none: find("#enter"),
	pending: find("#verify"),
	session: find("#chat"),
};

function render(): void {
	const { key, room, farewell } = page.snapshot.context;
	// What this person has asked for must not be done to the next one.
	storage.saveFarewell(key === "session" ? farewell : "");
	const isEntered = key === "session" && screens.session.hidden;
	find("#loading").hidden = true;
	for (const screen of Object.values(screens))
		screen.hidden = screen !== screens[key];
	enter.render();
	verify.render();
	chat.composer.render();
	if (key !== "session") closeDialogs();
	renderStatus();
	const title = key === "session" ? `${page.titleOf(room)} · Plume` : "Plume";
	chat.view.notifications.setTitle(title);
	if (isEntered) focusField();
}

chat.onRooms = render;
actor.subscribe(render);
chat.enter(room);
if (!askedFor) chat.view.explain(t("lobby"));
followLink();
actor.start();
// There are no workers over plain HTTP, and a missing worker costs only the page without a network.
navigator.serviceWorker?.register(`${BASE}sw.js?${language}`).catch(() => {});
