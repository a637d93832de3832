/** An export reads the whole log, so each person has one at a time. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, expect, test, vi } from "vitest";
import { RefusalCounter } from "../../src/engine/refusal-counter.ts";
import type { Found } from "../../src/history/found.ts";
import { type ExportParts, exporter } from "../../src/transport/export.ts";
import { FakeClock } from "../fakes/clock.ts";

const clock = new FakeClock();
const refusals = new RefusalCounter();
const report = { warn: vi.fn() };
let server: Server;
afterEach(() => {
	report.warn.mockClear();
	server.close();
	server.closeAllConnections();
});

/** A server where people said this. Answers how to ask it for an export. */
async function serves(saidBy: ExportParts["saidBy"]) {
	const ownerOf = (token: string) =>
		token === "nobody" ? undefined : { identity: token, name: token };
	const parts = { saidBy, clock, refusals, report, ownerOf };
	const app = express();
	app.post("/export", exporter({ ...parts, isOwnHost: () => true }));
	server = createServer(app).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return (token: string, signal: AbortSignal | null = null) =>
		fetch(`http://127.0.0.1:${port}/export`, {
			...{ method: "POST", signal },
			headers: { Authorization: `Bearer ${token}` },
		});
}

const said: Found = {
	...{ room: "lobby", epoch: "e", offset: 1, time: 0, text: "hello" },
	author: { name: "ann", identity: "ann", isInside: true },
	...{ segment: 1, at: 0, bytes: 1, seq: 1 },
};

test("a second one is refused while the first is under way, and for a minute after", async () => {
	let finish = () => {};
	const isWanted = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const ask = await serves(async function* () {
		await isWanted;
		yield* [];
	});
	const first = await ask("ann");
	expect(first.status).toBe(200);
	const second = await ask("ann");
	expect([second.status, second.headers.get("retry-after")]).toEqual([
		429,
		"60",
	]);
	expect((await ask("bob")).status).toBe(200);
	finish();
	expect(await first.json()).toMatchObject({ name: "ann", messages: [] });
	clock.advance(59_000);
	const third = await ask("ann");
	expect([third.status, third.headers.get("retry-after")]).toEqual([429, "1"]);
	clock.advance(1_000);
	expect((await ask("ann")).status).toBe(200);
	expect((await ask("nobody")).status).toBe(401);
	const reports: object[] = [];
	refusals.report({ info: (fields) => reports.push(fields) });
	expect(reports).toEqual([{ refusals: { exportIsDue: 2, sessionIsOpen: 1 } }]);
});

test("one that can't be read to its end does not look complete, and the operator reads why", async () => {
	const ask = await serves(async function* () {
		yield said;
		throw new Error("1.ndjson has rotted");
	});
	const half = ask("cem").then((response) => response.json());
	await expect(half).rejects.toThrow();
	const error = "1.ndjson has rotted";
	const words = "an export could not be read to its end";
	expect(report.warn.mock.calls).toEqual([[{ error }, words]]);
});

test("nobody is warned of a reader who hangs up", async () => {
	let isOver = false;
	const ask = await serves(async function* () {
		try {
			for (;;) yield said;
		} finally {
			isOver = true;
		}
	});
	const hangUp = new AbortController();
	await ask("dan", hangUp.signal);
	hangUp.abort();
	await vi.waitFor(() => expect(isOver).toBe(true), 30_000);
	expect(report.warn).not.toHaveBeenCalled();
});
