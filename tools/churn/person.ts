/** One who comes and goes: logs in, talks, reads, loses the connection, resumes, logs out. */
import { RawClient } from "../../bench/raw-client.ts";
import type { ServerProcess } from "../../bench/server-process.ts";
import { MessageType } from "../../machines/message.ts";
import { type Json, parseJson } from "../../machines/schema.ts";
import type { Random } from "../fuzz/random.ts";
import { pause } from "../siege/people.ts";

const ROOMS = 20;
const PATIENCE_MS = 60_000;
const ROOM = Array.from({ length: ROOMS }, (_, i) => `room${i}`);

/** What all of them did. */
export interface Done {
	connections: number;
	logins: number;
	resumes: number;
	said: number;
	erased: number;
	readonly troubles: string[];
}

export class Person {
	readonly #server: ServerProcess;
	readonly #name: string;
	readonly #random: Random;
	readonly #done: Done;
	#client: RawClient | undefined;
	#session = "";
	#room = "lobby";
	/** What the last connection saw last, for a resume. */
	#seen: Json = {};
	/** The offset of the last line of one's own. */
	#mine: unknown;
	#requests = 0;
	#onAnswer = (_frame: Json | undefined) => {};

	constructor(server: ServerProcess, name: string, random: Random, done: Done) {
		this.#server = server;
		this.#name = name;
		this.#random = random;
		this.#done = done;
	}

	/** Comes and goes until the end, in milliseconds of `performance.now()`. */
	async live(end: number): Promise<void> {
		let isResuming = false;
		while (performance.now() < end) {
			if (!isResuming) this.#room = this.#random.pick("lobby", ...ROOM);
			await this.#enter(isResuming);
			const lines = 1 + this.#random.below(8);
			for (let i = 0; i < lines && performance.now() < end; i++)
				await this.#talk();
			isResuming = this.#random.happens(400);
			if (!isResuming && this.#random.happens(150)) await this.#logOut();
			this.#client?.drop();
			this.#client = undefined;
			await pause(this.#random.below(375));
		}
	}

	async #enter(isResuming: boolean): Promise<void> {
		this.#done.connections++;
		this.#mine = undefined;
		this.#client = await this.#connect();
		const { room, client, epoch, offset, time } = this.#seen;
		if (this.#session === "") await this.#logIn();
		else if (isResuming) {
			this.#done.resumes++;
			await this.#open({ room, client, epoch, offset, time });
		} else await this.#open({ room: this.#room });
	}

	async #logIn(): Promise<void> {
		const text = `${this.#name}\n${this.#name}@example.org`;
		const code = this.#server.codeFor(this.#name);
		await this.#ask({ type: MessageType.hello, text, room: this.#room });
		await this.#ask({ type: MessageType.auth, text: await code });
		this.#done.logins++;
	}

	async #open(position: Json): Promise<void> {
		const session = this.#session;
		await this.#ask({ type: MessageType.open, session, ...position });
	}

	async #talk(): Promise<void> {
		// Long, so that the log's segments are full in minutes: what is known of the last few stays in memory.
		const text = `${this.#name} says ${this.#random.below(1e9)} `.repeat(120);
		this.#client?.send({ type: MessageType.signal, kind: "typing" });
		await this.#ask({ type: MessageType.text, text });
		this.#done.said++;
		const { room, epoch, offset } = this.#seen;
		if (this.#random.happens(100)) {
			const before = Number(offset) || 1;
			await this.#ask({ type: MessageType.history, room, epoch, before });
		}
		if (this.#random.happens(50) && this.#mine) {
			const target = this.#mine;
			await this.#ask({ type: MessageType.erase, room, epoch, target });
			this.#done.erased++;
			this.#mine = undefined;
		}
		await pause(50 + this.#random.below(450));
	}

	async #logOut(): Promise<void> {
		this.#session = "";
		const { closed } = this.#client ?? {};
		this.#client?.send({ type: MessageType.logout });
		await closed;
	}

	/** Resolves once it is answered. A line of one's own has no id, and is its own answer. */
	async #ask(request: Json): Promise<void> {
		const id = `ask${this.#requests++}`;
		const answered = new Promise<Json | undefined>((resolve) => {
			const late = setTimeout(() => resolve({ code: "late" }), PATIENCE_MS);
			this.#onAnswer = (frame) => {
				const isAnswer =
					request.type === MessageType.text
						? frame?.offset !== undefined
						: frame?.id === id;
				if (frame && !isAnswer && frame.code === undefined) return;
				clearTimeout(late);
				resolve(frame);
			};
		});
		this.#client?.send({ ...request, id });
		const frame = await answered;
		if (frame === undefined || frame.code !== undefined)
			this.#done.troubles.push(
				`${JSON.stringify(request)} was answered by ${JSON.stringify(frame)}`,
			);
	}

	async #connect(): Promise<RawClient> {
		const { port } = this.#server;
		const onText = (text: string) => this.#hear(parseJson(text));
		const client = await RawClient.connect({
			...{ port, protocol: "plume.2", onText },
		});
		void client.closed.then(() => {
			if (this.#client === client) this.#onAnswer(undefined);
		});
		return client;
	}

	#hear(frame: Json): void {
		const { type, room, epoch, client, offset, time } = frame;
		if (type === MessageType.session) this.#session = `${frame.token}`;
		if (type === MessageType.welcome)
			this.#seen = { room, client, epoch, offset, time };
		if (offset !== undefined && room === this.#seen.room)
			this.#seen = { ...this.#seen, offset, time };
		const isMine = type === MessageType.text && client === this.#seen.client;
		if (isMine && !frame.erased) this.#mine = offset;
		if (frame.id !== undefined || isMine) this.#onAnswer(frame);
	}
}
