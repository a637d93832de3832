/**
 * A made-up person at a browser tab: logs in, mistypes now and then, talks in
 * one room or another, loses the connection and comes back. It is a client
 * like any other, over a real socket.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { RawClient } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";

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
	/** Knows the next code that is mailed to a name. */
	readonly post: { codeFor(name: string): Promise<string> };
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
	for (; ; await pause(2, 9)) {
		const tab = await Tab.open(life).catch(() => undefined);
		if (!tab) continue;
		credentials = credentials
			? await tab.comeBack(credentials)
			: await tab.logIn();
		if (credentials) {
			await tab.talk(credentials.room);
			if (oneIn(5)) {
				tab.send({ type: types.logout });
				credentials = undefined;
			}
		}
		tab.drop();
	}
}

class Tab {
	readonly #life: Life;
	readonly #socket: RawClient;
	#token = "";
	#said = 0;
	#end = (_kept: Credentials | undefined) => {};
	/** That it is in the room, or never will be. */
	readonly #entered = new Promise<Credentials | undefined>((resolve) => {
		this.#end = resolve;
	});

	private constructor(life: Life, socket: RawClient) {
		this.#life = life;
		this.#socket = socket;
		socket.onText = (text) => this.#hear(JSON.parse(text));
		void socket.closed.then(() => this.#end(undefined));
	}

	static async open(life: Life): Promise<Tab> {
		const port = Number(new URL(life.url).port);
		return new Tab(
			life,
			await RawClient.connect({ port, protocol: "plume.2" }),
		);
	}

	async logIn(): Promise<Credentials | undefined> {
		const { name, post } = this.#life;
		const room = any(ROOMS);
		this.send({
			type: types.hello,
			text: `${name}\n${name}@example.org`,
			room,
		});
		const code = await Promise.race([post.codeFor(name), this.#entered]);
		if (typeof code !== "string") return undefined;
		await pause(1, 4);
		while (oneIn(3)) {
			this.send({ type: types.auth, text: code.split("").reverse().join("") });
			await pause(1, 3);
		}
		this.send({ type: types.auth, text: code });
		return this.#entered;
	}

	comeBack(credentials: Credentials): Promise<Credentials | undefined> {
		const { client, room } = credentials;
		this.#token = credentials.session;
		const position = oneIn(4) ? { room: any(ROOMS) } : { client, room };
		this.send({ type: types.open, session: this.#token, ...position });
		return this.#entered;
	}

	async talk(room: string): Promise<void> {
		for (let left = Math.ceil(Math.random() * 6); left > 0; left--) {
			await pause(1, 6);
			this.send({ type: types.text, text: any(LINES), room, n: ++this.#said });
		}
	}

	send(frame: object): void {
		this.#socket.send(frame);
	}

	/** As a tunnel does: without a word. */
	drop(): void {
		this.#socket.drop();
	}

	#hear(frame: { readonly [field: string]: unknown }): void {
		if (frame.type === types.session) this.#token = String(frame.token);
		// The last code was used up, or the session is over.
		if (frame.type === types.refused || frame.type === types.mayNotEnter)
			this.#end(undefined);
		if (frame.type !== types.welcome) return;
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
