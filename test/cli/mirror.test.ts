/** What the command line makes of a node's copy of the log, which may end anywhere. */
import { beforeEach, describe, expect, test } from "vitest";
import { explained } from "../../src/cli/start-error.ts";
import { messageOf } from "../../src/log/disk.ts";
import { unmarkCopy } from "../../src/log/evidence.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { changed, openOn } from "../log/folder.ts";
import { openDesk, plume } from "./desk.ts";

const SEGMENT = "data/log/00000000000000000001.ndjson";

let text: string;
beforeEach(async () => {
	const { testServer, disk } = await openDesk();
	const ann = await testServer.enter("ann", "plume.2");
	for (const [n, words] of ["too much", "enough"].entries()) {
		ann.say(words, n + 1);
		await testServer.settle();
	}
	const item = ann.items.find((each) => each.text === "too much");
	ann.erase({ room: "lobby", epoch: item?.epoch, target: item?.offset });
	await testServer.settle();
	text = `${disk.files.get(SEGMENT)}`;
});

const diskOf = (log: string) => new FakeDisk([[SEGMENT, Buffer.from(log)]]);

/** The log without the erasure of what it has without a text. */
const behind = () => {
	const erasure = text.indexOf('"type":"message.erased"');
	return text.slice(0, text.lastIndexOf("\n", erasure) + 1);
};

/** The disk of a node that had this much of the log when it ended. */
async function nodeWith(log: string): Promise<FakeDisk> {
	const disk = diskOf(log);
	await (await openOn(disk, { isMirror: true })).close();
	return new FakeDisk(disk.files);
}

describe("a text that was gone before its erasure came", () => {
	test.each(["replay data", "replay data --verify", "rehearse data"])(
		"is no damage to plume %s",
		async (command) => {
			const disk = await nodeWith(behind());
			expect((await plume(disk, command.split(" "))).code).toBe(0);
		},
	);

	test("is damage once a server that is no node has been there", async () => {
		const disk = await nodeWith(text);
		await (await openOn(disk, { isMirror: false })).close();
		await unmarkCopy(disk, "data");
		const cut = changed(disk.files, SEGMENT, () => Buffer.from(behind()));
		const { code } = await plume(new FakeDisk(cut), ["replay", "data"]);
		expect(code).toBe(3);
	});

	test("is sound in a backup, which is erased again when it is restored", async () => {
		const disk = await nodeWith(behind());
		expect((await plume(disk, ["backup", "kept"])).code).toBe(0);
		expect((await plume(disk, ["replay", "kept", "--verify"])).code).toBe(0);
		const there = { data: "back" };
		const args = ["restore", "kept"];
		expect((await plume(disk, args, undefined, there)).code).toBe(0);
		expect((await plume(disk, ["replay", "back", "--verify"])).code).toBe(0);
	});

	test("is damage where it was logged after a backup that was copied there", async () => {
		const mark = { log: "", seq: 1, hash: "", stateHash: "", made: 0 };
		const file = Buffer.from(JSON.stringify(mark));
		const { files } = diskOf(behind());
		const disk = new FakeDisk([...files, ["data/backup.json", file]]);
		expect((await plume(disk, ["replay", "data"])).code).toBe(3);
	});
});

describe("a node's copy that lost something is called so", () => {
	const ANEW =
		"This is a node's copy of the log: what is missing is fetched when the node starts. If it does not start, delete the folder log, and it fetches all of it.";

	test("where its end is missing", async () => {
		const disk = await nodeWith(text);
		const index = "data/index/00000000000000000099.json";
		const longer = new FakeDisk([...disk.files, [index, Buffer.from("{}")]]);
		const { code, lines } = await plume(longer, ["replay", "data", "--verify"]);
		expect(code).toBe(3);
		expect(lines.join()).toContain(`events are missing. ${ANEW}`);
	});

	const rotten = async () => {
		const disk = await nodeWith(text);
		const rot = () => Buffer.from(text.replace("enough", "enouGh"));
		return new FakeDisk(changed(disk.files, SEGMENT, rot));
	};

	test("where a line of it is damaged", async () => {
		const { code, lines } = await plume(await rotten(), ["backup", "kept"]);
		expect(code).toBe(3);
		expect(lines.join()).toMatch(/is damaged at line \d+/);
		expect(lines.join()).toContain(ANEW);
	});

	test("by a start that needs no backup", async () => {
		const start = openOn(await rotten(), { isMirror: true });
		const words = messageOf(explained(await start.catch((error) => error)));
		expect(words).toContain(ANEW);
		expect(words).not.toContain("Restore a backup");
	});
});
