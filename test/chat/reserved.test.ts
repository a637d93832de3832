import { describe, expect, it } from "vitest";
import { looksReserved, parseName } from "../../src/chat/name.ts";
import { Secrets } from "../../src/engine/secrets.ts";
import { TestServer } from "../test-server.ts";

describe("a reserved name", () => {
	it.each(["plumebot", "ᴘʟᴜᴍᴇʙᴏᴛ", "plumeḅot", "plume-bot", "PLUME_B0T"])(
		"is read in %s",
		(name) => {
			expect(looksReserved(name)).toBe(true);
		},
	);

	it.each(["plume", "bot", "plumebottle", "plumb", "ivan", "пламя", "1815"])(
		"is not read in %s",
		(name) => {
			expect(looksReserved(name)).toBe(false);
		},
	);

	it("stays with who owned it before it was one", async () => {
		const plume = await TestServer.open();
		const secrets = new Secrets("a secret for tests", (n) => new Uint8Array(n));
		const { nameKey = "" } = parseName("plume-bot") ?? {};
		const identity = secrets.mac("identity", "ann@example.org");
		const time = plume.clock.now();
		const claim = { identity, nameKey, name: "plume-bot" };
		const client = "a client";
		const login = { pending: "p", code: "c", domain: "d", room: "lobby" };
		plume.log.append([
			{
				event: {
					...{ type: "login.requested", time, client, ...claim, ...login },
					...{ expires: time + 1000, tries: 5, resends: 3 },
				},
			},
			{ event: { type: "login.succeeded", time, client, ...claim } },
		]);
		await plume.settle();
		const ann = await plume.enter("Plume-Bot", "plume.2", "ann@example.org");
		expect(ann.isIn).toBe(true);
	});
});
