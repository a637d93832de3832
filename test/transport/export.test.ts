/** An export reads the whole log, so each person has one at a time. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, test } from "vitest";
import { RefusalCounter } from "../../src/engine/refusal-counter.ts";
import { exporter } from "../../src/transport/export.ts";
import { FakeClock } from "../fakes/clock.ts";

test("a second one is refused while the first is under way, and for a minute after", async () => {
	const clock = new FakeClock();
	let finish = () => {};
	const isWanted = new Promise<void>((resolve) => {
		finish = resolve;
	});
	async function* saidBy(): AsyncGenerator<never, void> {
		await isWanted;
		yield* [];
	}
	const ownerOf = (token: string) =>
		token === "nobody" ? undefined : { identity: token, name: token };
	const refusals = new RefusalCounter();
	const app = express();
	app.post(
		"/export",
		exporter({ saidBy, clock, refusals, ownerOf, isOwnHost: () => true }),
	);
	const server = createServer(app).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const ask = (token: string) =>
		fetch(`http://127.0.0.1:${port}/export`, {
			method: "POST",
			headers: { Authorization: `Bearer ${token}` },
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
	server.close();
	server.closeAllConnections();
});
