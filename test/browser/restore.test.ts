/** A server that goes on from an older copy of its data: the page shows what the server has, says that something is missing, and keeps all unsent lines. */

import { cp, rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { newDataFolder, run } from "../program/program.ts";
import { stage } from "./stage.ts";

const { enter, plume, restart, stop, openPage } = stage();

/** Copies the server's data; the returned function restarts the server from that copy. */
async function backUp() {
	const copy = await newDataFolder();
	const { data } = plume();
	await stop();
	await cp(data, copy, { recursive: true });
	await restart();
	return async (args: readonly string[]) => {
		await stop();
		await rm(data, { recursive: true });
		await cp(copy, data, { recursive: true });
		await restart({}, ["serve", ...args]);
	};
}

test.each([
	["with --restored", ["--restored"]],
	["without --restored", []],
])(
	"after a restore a tab shows only what the server has, started %s",
	async (_, args) => {
		const bob = await enter("bob");
		const ann = await openPage("ann");
		const setSilent = await ann.routesThroughTunnel();
		await ann.page.reload();
		await ann.comesIn();
		await ann.says("kept 1");
		await bob.reads("kept 1");
		const restore = await backUp();
		await ann.says("lost 2");
		await bob.reads("lost 2");
		await bob.says("lost 3");
		for (const one of [ann, bob]) await one.reads("lost 3");
		setSilent(true);
		await ann.says("typed 4");
		await restore(args);
		await ann.seesStatus("Offline. Your lines are kept.");
		await ann.says("typed 5");
		await bob.reads("Some messages are missing here.");
		for (const n of [6, 7, 8, 9]) await bob.says(`new ${n}`);
		await bob.reads("new 9");
		setSilent(false);
		await ann.retries();
		await ann.reads("typed 5");
		await bob.reads("typed 5");
		for (const { page } of [ann, bob]) {
			await page.getByText("Some messages are missing here.").waitFor();
			await page
				.locator("#outbox")
				.getByText("typed")
				.waitFor({ state: "hidden" });
			const log = await page.getByRole("log").innerText();
			const said = log.match(/missing|(kept|lost|typed|new) \d/g);
			expect(said).toEqual([
				...["missing", "kept 1", "new 6", "new 7", "new 8", "new 9"],
				...["typed 4", "typed 5"],
			]);
		}
	},
);

test("after a restore what was read in another room is not unread, but what came since is", async () => {
	const bob = await enter("bob");
	const ann = await enter("ann");
	const room = new URL(bob.page.url()).pathname.slice(3);
	for (const text of ["kept 1", "kept 2"]) await ann.says(text);
	await bob.reads("kept 2");
	const restore = await backUp();
	await ann.says("lost 3");
	await bob.reads("lost 3");
	await bob.goesTo(`beside-${room}`);
	await bob.isOpen();
	await restore(["--restored"]);
	await bob.reads("Some messages are missing here.");
	await ann.says("new 4");
	await ann.reads("new 4");
	const link = bob.page.getByRole("link", { name: `${room} 1 new` });
	await link.waitFor();
	await link.click();
	await bob.reads("new 4");
	expect(await bob.page.locator("#rooms .unread").count()).toBe(0);
});

/** Someone whose session ends by a restore, and whose page stays open. */
async function losesASession(name: string) {
	const person = await enter(name);
	const { data } = plume();
	const backup = `${await newDataFolder()}/backup`;
	await person.says("kept 1");
	await person.reads("kept 1");
	await run(["backup", backup], { PLUME_DATA: data });
	await person.says("lost 2");
	await person.reads("lost 2");
	await stop();
	await rm(data, { recursive: true });
	await run(["restore", backup], { PLUME_DATA: data });
	await restart();
	await person.retries();
	await person.isOutside();
	return person;
}

test("after a restore that ended the sessions, who logs in anew is told on a page that stayed open", async () => {
	const ann = await losesASession("ann");
	await ann.comesIn();
	await ann.reads("kept 1");
	const log = await ann.page.getByRole("log").innerText();
	expect(log.match(/missing|(kept|lost) \d/g)).toEqual(["missing", "kept 1"]);
});

test("after a restore that ended the sessions, the next person on that page is told of no gap", async () => {
	const ann = await losesASession("ada");
	const bob = ann.becomes("bob");
	await bob.comesIn();
	await bob.reads("kept 1");
	expect(await bob.count("missing")).toBe(0);
});
