/**
 * `npm run sample`: makes the log in `docs/sample` anew. It is an evening of
 * invented people on the real server, with all that can be looked at in a log:
 * mistyped codes, lost connections, several rooms, and a message taken back.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { openFileLog } from "../../src/log/file-log.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { type Person, TestServer } from "../test-server.ts";

const TO = "docs/sample";
const EVENING = Date.UTC(2026, 10, 21, 19, 0);

class Evening {
	readonly disk = new FakeDisk();
	readonly clock = new FakeClock(EVENING);
	#testServer: TestServer | undefined;
	readonly #said = new Map<Person, number>();
	/** The server sends it once, and a tab stores it. */
	readonly #sessions = new Map<Person, unknown>();

	async begin(): Promise<void> {
		const { clock, disk } = this;
		clock.forgetTimers();
		let count = 0;
		const ids = () => `sampleLog${String(++count).padStart(13, "0")}`;
		const log = openFileLog({ disk, folder: ".", clock, ids, onTorn() {} });
		this.#testServer = await TestServer.open({
			log,
			clock,
			seed: `sample ${clock.now()}`,
		});
	}

	get testServer(): TestServer {
		if (!this.#testServer) throw new Error("The evening has not begun.");
		return this.#testServer;
	}

	/** Lets up to twenty seconds pass for each action. */
	async pass(ms = 7_000): Promise<void> {
		await this.testServer.settle();
		this.clock.advance(ms);
		await this.testServer.settle();
	}

	async enter(name: string, room = "lobby", mistypes = 0): Promise<Person> {
		const person = this.testServer.connect("plume.2");
		person.hello(name, `${name}@example.org`, room);
		await this.pass(19_000);
		for (let left = mistypes; left > 0; left--) {
			person.auth("QQQQQQ");
			await this.pass();
		}
		person.auth(this.testServer.mailer.codeFor(`${name}@example.org`));
		await this.pass();
		this.#sessions.set(person, person.memory.session);
		return person;
	}

	async say(person: Person, text: string): Promise<void> {
		const n = (this.#said.get(person) ?? 0) + 1;
		this.#said.set(person, n);
		person.say(text, n, person.memory.room);
		await this.pass();
	}

	/** Loses the connection, and comes back to its seat if that is soon enough. */
	async tunnel(person: Person, ms: number): Promise<Person> {
		const { memory } = person;
		person.hangUp();
		await this.pass(ms);
		return this.#again(person, memory, this.#said.get(person) ?? 0);
	}

	/** Goes to another room, as another client. */
	async move(person: Person, room: string): Promise<Person> {
		person.hangUp();
		return this.#again(person, { room }, 0);
	}

	async #again(
		person: Person,
		position: object,
		said: number,
	): Promise<Person> {
		const session = this.#sessions.get(person);
		const back = this.testServer.connect("plume.2");
		back.open({ ...position, session });
		await this.pass();
		this.#said.set(back, said);
		this.#sessions.set(back, session);
		return back;
	}
}

test("an evening", async () => {
	const evening = new Evening();
	await evening.begin();
	const ann = await evening.enter("ann");
	let bob = await evening.enter("bob", "lobby", 2);
	await evening.say(ann, "Good evening! The boat leaves at nine tomorrow.");
	await evening.say(bob, "From the small pier?");
	await evening.enter("mallory", "lobby", 5);
	const cleo = await evening.enter("cleo", "boats", 1);
	await evening.say(cleo, "Two places are left on the blue one.");
	bob = await evening.tunnel(bob, 25_000);
	await evening.say(bob, "Sorry, a tunnel. Who has the list?");
	await evening.say(ann, "My door code is 4711, come up when you are here");
	ann.erase({
		room: "lobby",
		epoch: ann.memory.epoch,
		target: ann.memory.offset,
	});
	await evening.pass();
	await evening.say(ann, "That was for somebody else. Bob, I have it.");
	const dave = await evening.enter("dave", "recipes");
	await evening.say(dave, "Bread for six, does anyone have the quantities?");
	const moved = await evening.move(bob, "boats");
	await evening.say(moved, "Then we take the blue one.");
	dave.hangUp();
	await evening.pass(90_000);
	await evening.testServer.engine.stop();
	await evening.begin();
	const eve = await evening.enter("eve", "lobby", 1);
	await evening.say(eve, "Am I too late?");
	eve.logOut();
	await evening.pass(70_000);
	await evening.testServer.engine.stop();
	expect(evening.testServer.fatal).toBeUndefined();
	await rm(TO, { recursive: true, force: true });
	await mkdir(`${TO}/log`, { recursive: true });
	for (const [path, bytes] of evening.disk.files)
		if (path.endsWith(".ndjson")) await writeFile(`${TO}/${path}`, bytes);
});
