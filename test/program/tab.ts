/** A browser tab over a real socket: it numbers what it says, and when the connection goes it comes back for what it missed. */

import { RawClient } from "../../bench/raw-client.ts";
import { MessageType as types } from "../../machines/message.ts";
import type { Received } from "../test-server.ts";
import type { Plume } from "./program.ts";

const RETRY_MS = 50;

export class Tab {
	/** Every item it was ever shown, in the order it was. */
	readonly items: Received[] = [];
	readonly said: string[] = [];
	gaps = 0;
	refusedSessions = 0;
	resumes = 0;
	#port: number;
	#raw: RawClient | undefined;
	#token = "";
	#welcome: Received | undefined;
	#taken = 0;
	#closed = false;

	private constructor(port: number) {
		this.#port = port;
	}

	static async enter(plume: Plume, name: string): Promise<Tab> {
		const tab = new Tab(plume.port);
		await tab.#connect();
		tab.#send({ type: types.hello, text: `${name}\n${name}@example.org` });
		tab.#send({ type: types.auth, text: await plume.codeFor(name) });
		while (!tab.#welcome) await pause();
		return tab;
	}

	get taken(): number {
		return this.#taken;
	}

	get client(): unknown {
		return this.#welcome?.client;
	}

	say(text: string): void {
		this.said.push(text);
		this.#send({ type: types.text, text, room: "lobby", n: this.said.length });
	}

	leave(): void {
		this.#closed = true;
		this.#raw?.drop();
	}

	#send(message: object): void {
		this.#raw?.send(message);
	}

	async #connect(): Promise<void> {
		const raw = await RawClient.connect({
			port: this.#port,
			protocol: "plume.2",
			onText: (text) => this.#hear(JSON.parse(text)),
		});
		this.#raw = raw;
		void raw.closed.then(() => this.#comeBack());
	}

	async #comeBack(): Promise<void> {
		this.#raw = undefined;
		while (!this.#closed) {
			const connected = await this.#connect().then(
				() => true,
				() => false,
			);
			if (connected) break;
			await pause();
		}
		const seen = this.items.at(-1);
		const { epoch, offset } = { epoch: seen?.epoch, offset: seen?.offset };
		const position = { epoch, offset, client: this.client };
		this.#send({
			type: types.open,
			session: this.#token,
			room: "lobby",
			...position,
		});
	}

	#hear(frame: Received): void {
		switch (frame.type) {
			case 1:
			case 12:
				if (frame.offset !== undefined) this.items.push(frame);
				break;
			case 7:
				if (this.#welcome) this.resumes++;
				this.#welcome = frame;
				this.#taken = Number(frame.last);
				for (let n = this.#taken + 1; n <= this.said.length; n++)
					this.#send({
						type: types.text,
						text: this.said[n - 1],
						room: "lobby",
						n,
					});
				break;
			case 8:
				this.#token = String(frame.token);
				break;
			case 10:
				this.#taken = Number(frame.last);
				break;
			case 11:
				if (frame.re === 6) this.refusedSessions++;
				break;
			case 13:
				this.gaps++;
		}
	}
}

function pause(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
