/**
 * A made-up person at a browser tab: logs in, mistypes now and then, talks in
 * one room or another, loses the connection and comes back. It is a client
 * like any other, over a real socket.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { MessageType } from "../../machines/message.ts";

const {
	hello,
	text,
	auth,
	mayNotEnter,
	open,
	welcome,
	session,
	refused,
	logout,
} = MessageType;
const ROOMS = ["lobby", "boats", "recipes"];
const LINES = [
	"Is anyone here?",
	"The boat leaves at nine.",
	"I am late, start without me.",
	"Who has the list?",
	"Half past eight, then.",
	"More coffee, anyone?",
	"That was close.",
	"See you there!",
];

export interface Life {
	readonly url: string;
	readonly name: string;
	/** The next code that is mailed to this name. */
	readonly codeFor: (name: string) => Promise<string>;
}

/** What a tab keeps to come back in its place. */
interface Credentials {
	readonly session: string;
	readonly client: string;
	readonly room: string;
}

/** Goes on for ever. */
export async function live(life: Life): Promise<never> {
	let credentials: Credentials | undefined;
	for (;;) {
		const tab = await Tab.open(life);
		credentials = credentials
			? await tab.comeBack(credentials)
			: await tab.logIn();
		if (credentials) {
			await tab.talk(credentials.room);
			if (oneIn(5)) {
				tab.send({ type: logout });
				credentials = undefined;
			}
		}
		tab.drop();
		await pause(2, 9);
	}
}

class Tab {
	readonly #life: Life;
	readonly #socket: WebSocket;
	#token = "";
	#said = 0;
	#end = (_kept: Credentials | undefined) => {};
	/** That it is in the room, or never will be. */
	readonly #entered = new Promise<Credentials | undefined>((resolve) => {
		this.#end = resolve;
	});

	private constructor(life: Life, socket: WebSocket) {
		this.#life = life;
		this.#socket = socket;
		socket.on("message", (data) => this.#hear(JSON.parse(String(data))));
		socket.on("close", () => this.#end(undefined));
		socket.on("error", () => {}); // it closes
	}

	static open(life: Life): Promise<Tab> {
		const url = `${life.url.replace("http", "ws")}/connect`;
		const socket = new WebSocket(url, "plume.2");
		const tab = new Tab(life, socket);
		return new Promise((resolve) => {
			for (const end of ["open", "close"]) socket.once(end, () => resolve(tab));
		});
	}

	async logIn(): Promise<Credentials | undefined> {
		const { name, codeFor } = this.#life;
		const room = any(ROOMS);
		this.send({ type: hello, text: `${name}\n${name}@example.org`, room });
		const code = await Promise.race([codeFor(name), this.#entered]);
		if (typeof code !== "string") return undefined;
		await pause(1, 4);
		while (oneIn(3)) {
			this.send({ type: auth, text: code.split("").reverse().join("") });
			await pause(1, 3);
		}
		this.send({ type: auth, text: code });
		return this.#entered;
	}

	comeBack({
		session: token,
		client,
		room,
	}: Credentials): Promise<Credentials | undefined> {
		this.#token = token;
		const position = oneIn(4) ? { room: any(ROOMS) } : { client, room };
		this.send({ type: open, session: token, ...position });
		return this.#entered;
	}

	async talk(room: string): Promise<void> {
		for (let left = Math.ceil(Math.random() * 6); left > 0; left--) {
			await pause(1, 6);
			this.send({ type: text, text: any(LINES), room, n: ++this.#said });
		}
	}

	send(frame: object): void {
		if (this.#socket.readyState === WebSocket.OPEN)
			this.#socket.send(JSON.stringify(frame));
	}

	/** As a tunnel does: without a word. */
	drop(): void {
		this.#socket.terminate();
	}

	#hear(frame: { readonly [field: string]: unknown }): void {
		if (frame.type === session) this.#token = String(frame.token);
		// The last code was used up, or the session is over.
		if (frame.type === refused || frame.type === mayNotEnter)
			this.#end(undefined);
		if (frame.type !== welcome) return;
		this.#said = Number(frame.last);
		const { client, room } = frame;
		const position = { client: String(client), room: String(room) };
		this.#end({ session: this.#token, ...position });
	}
}

const any = <Of>(these: readonly Of[]): Of => {
	const one = these[Math.floor(Math.random() * these.length)];
	if (one === undefined) throw new Error("There is none to choose.");
	return one;
};
const oneIn = (count: number): boolean => Math.random() * count < 1;

/** So many seconds, at least and at most. */
const pause = (least: number, most: number): Promise<void> =>
	sleep((least + Math.random() * (most - least)) * 1000);
