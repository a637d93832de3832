/** What people and probes see of a server that is ready, overloaded, or stopping. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Caller } from "./caller.ts";
import { Plume } from "./program.ts";

/** Each probe counts as a connection only while it is answered. */
const PEER_CONNECTIONS = "4";

let plume: Plume;
beforeAll(async () => {
	plume = await Plume.start({
		PLUME_LIMIT_PLAIN_CONNECTIONS_PER_PEER: PEER_CONNECTIONS,
		// As usual. Other tests have a server that takes its time.
		PLUME_LIMIT_SHEDDING_DELAY_MILLISECONDS: "250",
	});
});
afterAll(() => plume.stop());

async function asked(path: string) {
	const answer = await fetch(new URL(path, plume.url));
	return { status: answer.status, answer, text: await answer.text() };
}

const statusOf = async (path: string) => (await asked(path)).status;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As on a machine whose core is taken away most of the time. */
function starve(): () => Promise<void> {
	let isOver = false;
	const cycles = (async () => {
		while (!isOver) {
			plume.kill("SIGSTOP");
			await pause(500);
			plume.kill("SIGCONT");
			await pause(40);
		}
	})();
	return () => {
		isOver = true;
		return cycles;
	};
}

test("probes by the hundred hold no connection that counts", async () => {
	for (let i = 0; i < 100; i++)
		expect(await statusOf(i % 2 ? "/healthz" : "/readyz")).toBe(200);
	expect(await statusOf("/")).toBe(200);
});

test("one long pause sheds nothing", async () => {
	plume.kill("SIGSTOP");
	await pause(1500);
	plume.kill("SIGCONT");
	for (let i = 0; i < 20; i++) {
		expect(await statusOf("/readyz")).toBe(200);
		await pause(20);
	}
});

describe("while the event loop is late", () => {
	let ann: Caller;
	let relieve: () => Promise<void>;
	beforeAll(async () => {
		ann = await Caller.enter(plume, "ann");
		relieve = starve();
		const isShedding = async () => expect(await statusOf("/readyz")).toBe(503);
		await vi.waitFor(isShedding, 60_000);
	});
	afterAll(() => relieve());

	test("a newcomer's page is refused, with a time to come back", async () => {
		const { status, answer, text } = await asked("/");
		expect(status).toBe(503);
		const seconds = Number(answer.headers.get("Retry-After"));
		expect(seconds).toBeGreaterThanOrEqual(5);
		expect(seconds).toBeLessThanOrEqual(10);
		expect(text).toBe("The server has too much to do. Try again soon.\n");
	});

	test("a newcomer's handshake is refused", async () => {
		await expect(Caller.call(plume.port)).rejects.toThrow("503");
	});

	test("probes are told", async () => {
		expect(await asked("/healthz")).toMatchObject({ status: 200 });
		const { text } = await asked("/readyz");
		expect(JSON.parse(text).wrong).toBe("the server is overloaded");
	});

	test("those who are in go on", async () => {
		ann.say("still here");
		await ann.until(({ text }) => text === "still here");
	});

	test("newcomers get in again once it is over, and all was counted", async () => {
		await relieve();
		const isReady = async () => expect(await statusOf("/readyz")).toBe(200);
		await vi.waitFor(isReady, 30_000);
		expect(await statusOf("/")).toBe(200);
		await Caller.enter(plume, "bob");
		const { stdout } = await plume.stop();
		expect(stdout).toContain("overloaded: newcomers are refused");
		expect(stdout).toContain("not overloaded any more");
		const [, count] = /"isNotOverloaded":(\d+)/.exec(stdout) ?? [];
		expect(Number(count)).toBeGreaterThanOrEqual(2);
	});
});
