/** Ten who talk, and three who log in again and again, on a clock that tells how long it took. */
import type { RawClient } from "../../bench/raw-client.ts";
import { MessageType } from "../../machines/message.ts";
import type { PostOffice } from "./post-office.ts";
import { call, homeOf, type World } from "./world.ts";

const TALKERS = 10;
const LOGGERS = 3;
const EVERY_MS = 1000;
/** A person may be mailed five codes an hour, the first before the siege. */
const LOGINS = 4;
const PATIENCE_MS = 60_000;

export const pause = (ms: number) =>
	new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Town {
	readonly world: World;
	readonly office: PostOffice;
}

const emailOf = (name: string) => `${name}@example.org`;

/** Logs in by a mailed code; throws, with what was said, if that fails. */
export async function login(
	{ world, office }: Town,
	name: string,
	address: string,
	onText = (_: string) => {},
) {
	let token = "";
	let settle = (_why?: string) => {};
	const inside = new Promise<void>((resolve, reject) => {
		settle = (why) => (why ? reject(new Error(why)) : resolve());
	});
	const code = office.codeFor(emailOf(name));
	const client = await call(world, address, (text) => {
		const frame = JSON.parse(text);
		if (frame.type === MessageType.session) token = frame.token;
		if (frame.type === MessageType.welcome) settle();
		if (frame.type === MessageType.mayNotEnter) settle(text);
		onText(text);
	});
	const late = setTimeout(() => settle(`${name} waits too long`), PATIENCE_MS);
	void code.then((text) => client.send({ type: MessageType.auth, text }));
	client.send({ type: MessageType.hello, text: `${name}\n${emailOf(name)}` });
	void client.closed.then(() => settle(`${name} was thrown out`));
	await inside.finally(() => clearTimeout(late));
	return { client, token };
}

/** What the good saw of a siege. */
class Seen {
	/** How long each line was on its way to each of the ten, in milliseconds. */
	readonly ways: number[] = [];
	readonly logins: number[] = [];
	readonly troubles: string[] = [];
	said = 0;
	/** In which second of the siege a line took longest. */
	worstSecond = 0;
}

export class People {
	readonly #town: Town;
	readonly #talkers: RawClient[] = [];
	#isOver = false;
	#start = 0;
	#longest = 0;
	readonly #seen = new Seen();

	constructor(town: Town) {
		this.#town = town;
	}

	async enter(): Promise<void> {
		// One after another, so that few connections to the mail service stay open.
		for (let i = 0; i < TALKERS; i++) await this.#enterTalker(i);
		for (let i = 0; i < LOGGERS; i++) await this.#logIn(i);
	}

	/** The ten go, and log in again by a new code, all at once. */
	async enterAgain(): Promise<void> {
		for (const client of this.#talkers.splice(0)) client.drop();
		const persons = Array.from({ length: TALKERS }, (_, i) => i);
		await Promise.all(persons.map((i) => this.#enterTalker(i)));
	}

	async #enterTalker(i: number): Promise<void> {
		const heard = (text: string) => this.#hear(text);
		const start = performance.now();
		const entering = login(this.#town, `talker${i}`, homeOf(i), heard);
		const { client } = await entering;
		this.#seen.logins.push(performance.now() - start);
		this.#talkers.push(client);
		void client.closed.then((code) => {
			if (this.#talkers.includes(client)) this.#trouble(`left with ${code}`);
		});
	}

	/** Lets them be there for so long; answers what they saw. */
	async live(seconds: number): Promise<Seen> {
		this.#start = performance.now();
		const end = this.#start + seconds * 1000;
		const loggers = Array.from({ length: LOGGERS }, (_, i) =>
			this.#logInAgain(i, end, (seconds * 1000) / (LOGINS + 1)),
		);
		await Promise.all(this.#talkers.map((_, i) => this.#talk(i, end)));
		await Promise.all(loggers);
		await pause(EVERY_MS);
		const missing = this.#seen.said * TALKERS - this.#seen.ways.length;
		if (missing > 0) this.#trouble(`${missing} deliveries are missing`);
		return this.#seen;
	}

	leave(): void {
		this.#isOver = true;
		for (const client of this.#talkers) client.drop();
	}

	async #talk(person: number, end: number): Promise<void> {
		await pause((EVERY_MS / TALKERS) * person);
		for (let n = 1; performance.now() < end; n++) {
			this.#seen.said++;
			const text = `said at ${performance.now()}`;
			this.#talkers[person]?.send({ type: MessageType.text, text, n });
			await pause(EVERY_MS);
		}
	}

	async #logInAgain(i: number, end: number, everyMs: number): Promise<void> {
		await pause((everyMs / LOGGERS) * i);
		for (let n = 0; n < LOGINS && performance.now() < end; n++) {
			const start = performance.now();
			try {
				await this.#logIn(i);
				this.#seen.logins.push(performance.now() - start);
			} catch (error) {
				this.#trouble(error instanceof Error ? error.message : `${error}`);
			}
			await pause(everyMs - (performance.now() - start));
		}
	}

	async #logIn(logger: number) {
		const home = homeOf(TALKERS + logger);
		(await login(this.#town, `logger${logger}`, home)).client.drop();
	}

	#hear(text: string): void {
		const frame = JSON.parse(text);
		const { type } = frame;
		if (type === MessageType.gap || type === MessageType.refused)
			this.#trouble(text);
		if (type !== MessageType.text || !frame.n) return;
		const said = /^said at ([\d.]+)$/.exec(frame.text)?.[1];
		if (!said) return;
		const now = performance.now();
		const way = now - Number(said);
		this.#seen.ways.push(way);
		if (way <= this.#longest) return;
		this.#longest = way;
		this.#seen.worstSecond = Math.floor((now - this.#start) / 1000);
	}

	#trouble(what: string): void {
		if (!this.#isOver) this.#seen.troubles.push(what);
	}
}
