/** A log is backed up while its server writes and erases, and is brought back. */
import { mkdir, mkdtemp, readdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packTar } from "modern-tar";
import { beforeEach, describe, expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { folderWriter } from "../../src/cli/backup-files.ts";
import { realDisk } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { Lock, Locked } from "../../src/log/lock.ts";
import type { Call } from "../fakes/disk.ts";
import { FakeDisk } from "../fakes/disk.ts";
import { TestServer } from "../test-server.ts";
import { openDesk, plume } from "./desk.ts";

let desk: Awaited<ReturnType<typeof openDesk>>;
let ann: Awaited<ReturnType<TestServer["enter"]>>;

beforeEach(async () => {
	desk = await openDesk({ segmentBytes: 2000, every: 1000 });
	ann = await desk.testServer.enter("ann", "plume.2");
	for (let n = 1; n <= 20; n++) await says(n);
	await (await desk.disk.open("data/secret")).write(
		Buffer.from("a secret of the server\n"),
		0,
	);
});

async function says(n: number) {
	desk.clock.advance(1000);
	ann.say(`line ${n}.`, n);
	await desk.testServer.settle();
}

/** Asks for it; it is done when the server has settled. */
function takesBack(text: string) {
	const item = ann.items.find((each) => each.text === text);
	ann.erase({ room: "lobby", epoch: item?.epoch, target: item?.offset });
}

async function erases(text: string) {
	takesBack(text);
	await desk.testServer.settle();
}

const backup = (...args: string[]) =>
	plume(desk.disk, ["backup", ...args, "kept"]);

const restore = (args: readonly string[] = [], data = "back") =>
	plume(desk.disk, ["restore", ...args, "kept"], undefined, { data });

const verified = (folder: string, ...args: string[]) =>
	plume(desk.disk, ["replay", folder, ...args]);

const namesUnder = (folder: string) =>
	[...desk.disk.files.keys()].filter((path) => path.startsWith(folder));

const eventsIn = (folder: string) =>
	namesUnder(`${folder}/log/`)
		.map((path) => desk.disk.files.get(path)?.toString().trim())
		.flatMap((text) => text?.split("\n") ?? [])
		.map((line) => JSON.parse(line))
		.filter(({ seq }) => seq !== undefined);

/** Does something at the first call that is wanted, before that is answered. */
function interruptAt(wanted: (call: Call) => boolean, act: () => unknown) {
	let isDone = false;
	desk.disk.interrupt = async (call) => {
		if (isDone || !wanted(call)) return undefined;
		isDone = true;
		await act();
		return undefined;
	};
}

const segmentWith = (text: string) =>
	namesUnder("data/log/").find((path) =>
		desk.disk.files.get(path)?.includes(text),
	) ?? "";

async function damage(path: string, text: string) {
	const bytes = Buffer.from(desk.disk.files.get(path) ?? []);
	const at = bytes.indexOf(text);
	await (await desk.disk.open(path)).write(Buffer.from("L"), at);
}

describe("plume backup", () => {
	test("says what is in the copy, which replays to the state that it names", async () => {
		const { code, lines } = await backup();
		const seq = eventsIn("data").at(-1)?.seq;
		expect(code).toBe(0);
		expect(lines[0]).toMatch(`Copied events 1 to ${seq} of data into kept: 9.`);
		expect(lines[2]).toContain("The secret is in it");
		const state = /^State (\S+) after/.exec(lines[1] ?? "")?.[1];
		const replayed = await verified("kept", "--verify");
		expect(replayed.lines[1]).toContain(`State ${state} at`);
		expect(replayed.code).toBe(0);
	});

	test("leaves the secret out, if that is asked for, and says so", async () => {
		const { lines } = await backup("--without-secret");
		expect(lines[2]).toMatch(/^The secret is not in it.*data\/secret/);
		expect(namesUnder("kept/secret")).toEqual([]);
	});

	test("takes the event of an erasure along that came while it read", async () => {
		const first = namesUnder("data/log/")[0];
		interruptAt(
			({ kind, path }) => kind === "read" && path === first,
			async () => {
				// It is read without text, and its event is in a segment that comes later.
				for (let n = 21; n <= 30; n++) await says(n);
				await erases("line 2.");
			},
		);
		expect((await backup()).code).toBe(0);
		expect(JSON.stringify(eventsIn("kept"))).not.toContain("line 2.");
		expect((await verified("kept", "--verify")).code).toBe(0);
	});

	test("reads a line again that it met half overwritten", async () => {
		let letGo = () => {};
		const isHeld = new Promise<void>((resolve) => {
			letGo = resolve;
		});
		const calls: Call[] = [];
		let writes = 0;
		let path = "";
		desk.disk.interrupt = async (call) => {
			calls.push(call);
			const isOld = call.path.startsWith("data/log/0000000000000000000");
			if (call.kind === "write" && isOld && ++writes === 1) {
				path = call.path;
				return { short: 20 };
			}
			if (call.kind === "write" && isOld) await isHeld;
			const reads = calls.filter(
				(it) => it.kind === "read" && it.path === path,
			);
			if (reads.length > 4) letGo();
			return undefined;
		};
		takesBack("line 1.");
		await desk.testServer.until(() => writes === 2);
		calls.length = 0;
		expect((await backup()).code).toBe(0);
		const lines = eventsIn("kept");
		expect(lines.filter(({ erased }) => erased)).toHaveLength(1);
		expect((await verified("kept", "--verify")).code).toBe(0);
	});

	test("leaves nothing when its disk is full", async () => {
		desk.disk.interrupt = ({ kind, path }) =>
			kind === "write" && path.startsWith("kept") && path.includes("0002")
				? { code: "ENOSPC" }
				: undefined;
		await expect(backup()).rejects.toThrow("ENOSPC");
		expect(namesUnder("kept")).toEqual([]);
	});

	test("says of a pipe that it got a part", async () => {
		await damage(segmentWith("line 8."), "line 8.");
		const { code, lines } = await plume(desk.disk, ["backup", "-"]);
		expect(code).toBe(3);
		expect(lines[0]).toContain("a part of one, and no backup");
	});

	test("leaves nothing where its name is not durable", async () => {
		desk.disk.interrupt = ({ kind, path }) =>
			kind === "syncFolder" && path === "." ? { code: "EIO" } : undefined;
		await expect(backup()).rejects.toThrow("EIO");
		expect(namesUnder("kept")).toEqual([]);
	});

	test("refuses at once a folder that it can't replace, as a link", async () => {
		const there = await mkdtemp(join(tmpdir(), "plume-"));
		await mkdir(join(there, "folder"));
		await symlink("folder", join(there, "link"));
		const path = join(there, "link");
		await expect(folderWriter(realDisk, path)).rejects.toThrow(
			`${path} can't be replaced by a backup (ENOTDIR)`,
		);
		expect((await readdir(there)).sort()).toEqual(["folder", "link"]);
		await (await folderWriter(realDisk, join(there, "folder"))).finish();
	});

	test("refuses a log that lost its end, so that the copy can't hide it", async () => {
		await desk.testServer.engine.stop();
		const snapshot = `{"format":4,"seq":1000}`;
		const file = await desk.disk.open("data/snapshots/snapshot-1000.json");
		await file.write(Buffer.from(snapshot), 0);
		const { code, lines } = await backup();
		expect(code).toBe(3);
		expect(lines.join("\n")).toContain("a snapshot was taken after 1000");
		expect(namesUnder("kept")).toEqual([]);
	});

	test("shows later when its own end was lost", async () => {
		await backup();
		await desk.disk.remove(namesUnder("kept/log/").at(-1) ?? "");
		const { code, lines } = await verified("kept", "--verify");
		expect(code).toBe(3);
		expect(lines[0]).toContain("a backup was taken after");
		expect((await restore()).code).toBe(3);
		expect(namesUnder("back")).toEqual([]);
	});
});

describe("plume restore", () => {
	test("ends with the state of the backup, as it says", async () => {
		const made = await backup();
		for (let n = 21; n <= 25; n++) await says(n);
		const { code, lines } = await restore();
		expect(code).toBe(0);
		const [, command, seq, state] =
			/^plume (replay back --to (\d+)) gives state (\S+),/.exec(
				lines[1] ?? "",
			) ?? [];
		expect(made.lines[1]).toBe(`State ${state} after event ${seq}.`);
		const replayed = await plume(desk.disk, command?.split(" ") ?? []);
		expect(replayed.lines.join("\n")).toContain(state);
		expect((await verified("back", "--verify")).code).toBe(0);
		expect(
			namesUnder("back").filter((path) => !path.includes("/log/")),
		).toEqual(["back/secret"]);
	});

	/** Starts a server on the restored log, and comes back as ann's tab. */
	async function annIsBack() {
		const { disk, clock } = desk;
		const log = openFileLog({ disk, folder: "back", clock, ids: () => "x" });
		const testServer = await TestServer.open({ log, clock, seed: "again" });
		const back = testServer.connect("plume.2");
		back.open(ann.memory);
		await testServer.settle();
		return { back, testServer };
	}

	test("ends all sessions, and tells a client that it must log in again", async () => {
		await backup();
		const { lines } = await restore();
		expect(lines.join("\n")).not.toContain("are told of a gap");
		expect(lines[2]).toBe(
			"Sessions that ended: 1. Everyone logs in again. A page that stays open says then that messages are missing; plume notice tells the others.",
		);
		const { back } = await annIsBack();
		expect(back.last(types.welcome)).toBeUndefined();
		expect(back.last(types.refused)?.code).toBe("sessionIsOpen");
	});

	test("keeps sessions if that is asked for, and tells each client of a gap", async () => {
		await backup();
		await says(21);
		expect((await restore(["--keep-sessions"])).lines[2]).toContain(
			": 1. People who saw later events are told of a gap.",
		);
		const { back } = await annIsBack();
		expect(back.last(types.gap)).toBeDefined();
		expect(back.last(types.welcome)?.epoch).not.toBe(ann.memory.epoch);
		expect(back.lines.at(-1)).toBe("ann: line 20.");
	});

	test("works for the log of a server that was stopped", async () => {
		await desk.testServer.engine.stop();
		await backup();
		expect((await restore()).code).toBe(0);
		expect((await verified("back", "--verify")).code).toBe(0);
	});

	test("erases again what a newer copy shows as erased, though that is damaged", async () => {
		await backup();
		await erases("line 3.");
		await erases("line 15.");
		await damage(segmentWith("line 8."), "line 8.");
		const seqs = eventsIn("data")
			.filter(({ erased }) => erased)
			.map(({ seq }) => seq);
		expect(seqs).toHaveLength(2);
		const { code, lines } = await restore(["--erasures-from", "data"]);
		expect(code).toBe(0);
		expect(lines[3]).toMatch(/^Erased again: 2 messages, as in data/);
		const back = eventsIn("back");
		expect(back.filter(({ erased }) => erased).map(({ seq }) => seq)).toEqual(
			seqs,
		);
		expect(back.filter(({ type }) => type === "message.erased")).toHaveLength(
			2,
		);
		expect((await verified("back", "--verify")).code).toBe(0);
	});

	test("names who has their name again though they had deleted everything", async () => {
		const { testServer } = desk;
		await testServer.enter("bob");
		await backup();
		await testServer.operate("release", "bob");
		await testServer.enter("bob");
		ann.eraseAll();
		await testServer.until(() => ann.closed !== undefined);
		const { lines } = await restore(["--erasures-from", "data"]);
		expect(lines[4]).toMatch(/ and have again: ann\. .*plume release/);
	});

	test("leaves what refuses a start where the disk fills up, and works once there is room", async () => {
		await backup();
		desk.disk.interrupt = ({ kind, path }) =>
			kind === "write" && path.startsWith("back/")
				? { code: "ENOSPC" }
				: undefined;
		await expect(restore([])).rejects.toThrow("ENOSPC");
		expect(await desk.disk.list("back")).toContain("restoring");
		desk.disk.interrupt = () => undefined;
		expect((await restore([])).code).toBe(0);
		expect(await desk.disk.list("back")).not.toContain("restoring");
	});

	test("tells what was restored, and what the secret is, also where its draft can't be removed", async () => {
		await backup();
		desk.disk.interrupt = ({ kind }) =>
			kind === "removeFolder" && desk.disk.files.has("back/secret")
				? { code: "EACCES" }
				: undefined;
		const lines: string[] = [];
		const print = (line: string) => lines.push(line);
		const others = { data: "back", print };
		await expect(
			plume(desk.disk, ["restore", "kept"], undefined, others),
		).rejects.toThrow(/^back\/restoring could not be removed/);
		expect(lines[0]).toMatch(/^Restored events/);
		expect(lines.at(-1)).toContain("secret");
	});

	test("names no name that its owner has again by a rename", async () => {
		const { testServer } = desk;
		await testServer.enter("bob");
		await backup();
		await testServer.operate("rename", "bob", "Eva");
		await testServer.operate("release", "bob");
		await testServer.operate("rename", "Eva", "bob");
		const { lines } = await restore(["--erasures-from", "data"]);
		expect(lines.join("\n")).not.toContain("bob");
	});

	test("erases again also what it can't read, behind an end that it can't read", async () => {
		await backup();
		const end = eventsIn("kept").at(-1)?.seq;
		await erases("line 3.");
		const line = eventsIn("data").find(({ erased }) => erased)?.seq;
		for (const seq of [line, end])
			await damage(segmentWith(`"seq":${seq},`), `"seq":${seq},`);
		const { lines } = await restore(["--erasures-from", "data"]);
		expect(lines[3]).toMatch(/^Erased again: 1 messages, .*2 of its lines/);
		expect(JSON.stringify(eventsIn("back"))).not.toContain("line 3.");
	});

	test("tells how many were erased where nothing of the backup can be read, and which names were free", async () => {
		await desk.testServer.enter("bob");
		await backup();
		const end = eventsIn("data").at(-1)?.seq ?? 0;
		for (let n = 21; n <= 40; n++) await says(n);
		await erases("line 3.");
		await desk.testServer.operate("release", "bob");
		for (const name of await desk.disk.list("data/log"))
			if (Number.parseInt(name, 10) <= end)
				await desk.disk.remove(`data/log/${name}`);
		const { lines } = await restore(["--erasures-from", "data"]);
		expect(lines[3]).toMatch(
			/^Erased again: 0 messages, .* 1 more were erased/,
		);
		expect(lines[4]).toMatch(/ and have again: bob\. /);
	});

	test("takes no message of another history for one that was erased", async () => {
		await backup();
		await restore(["--keep-sessions"]);
		const { back, testServer } = await annIsBack();
		await erases("line 3.");
		for (let n = 21; n <= 30; n++) {
			await says(n);
			await erases(`line ${n}.`);
			back.say(`other ${n}.`, n);
			await testServer.settle();
		}
		await testServer.engine.stop();
		await plume(desk.disk, ["backup", "later"], undefined, { data: "back" });
		const args = ["restore", "later", "--erasures-from", "data"];
		const third = { data: "third" };
		const { lines } = await plume(desk.disk, args, undefined, third);
		expect(lines[3]).toMatch(/^Erased again: 1 messages/);
	});

	test("is refused while another is at work in the folder", async () => {
		await backup();
		const data = await mkdtemp(join(tmpdir(), "plume-"));
		const others = { data, lock: (folder: string) => Lock.acquire(folder) };
		const asks = () => plume(desk.disk, ["restore", "kept"], undefined, others);
		let second: Promise<unknown> = Promise.resolve();
		interruptAt(
			({ kind, path }) => kind === "write" && path.startsWith(data),
			() => {
				second = asks().catch((error: unknown) => error);
				return second;
			},
		);
		expect((await asks()).code).toBe(0);
		expect(await second).toBeInstanceOf(Locked);
		expect(await readdir(data)).toEqual([]);
	});

	test("is refused where another was quicker", async () => {
		await backup();
		const lock = async () => {
			await restore();
			return { release: async () => {} };
		};
		const args = ["restore", "kept"];
		const late = plume(desk.disk, args, undefined, { data: "back", lock });
		expect((await late).lines.join()).toContain("back is not empty");
		expect((await verified("back", "--verify")).code).toBe(0);
	});

	test("names a folder that is not there", async () => {
		expect(await plume(new FakeDisk(), ["restore", "nope"])).toEqual({
			code: 2,
			lines: ["There is no backup in nope, or no such folder."],
		});
	});

	test("takes no erasures from another server's log", async () => {
		await backup();
		const { disk, clock } = desk;
		const ids = () => "another";
		const log = openFileLog({ disk, folder: "other", clock, ids });
		const other = await TestServer.open({ log, clock });
		await other.engine.stop();
		const { code, lines } = await restore(["--erasures-from", "other"]);
		expect([code, lines[0]]).toEqual([
			2,
			"--erasures-from: other has the log of another server. Name a copy of the backup's log.",
		]);
	});

	test("says what to do with a tar that was made of a backup's folder", async () => {
		const folder = { name: "./", size: 0, type: "directory" as const };
		const tar = await packTar([{ header: folder }]);
		const stdin = (async function* () {
			yield Buffer.from(tar);
		})();
		const others = { data: "back", stdin };
		expect(await plume(desk.disk, ["restore", "-"], undefined, others)).toEqual(
			{
				code: 3,
				lines: [
					"This tar is no backup: it has ./ in it. If it was made of a backup's folder, unpack it, and name that folder. Nothing was restored.",
				],
			},
		);
	});

	test("refuses a folder that is not empty, and what is no backup", async () => {
		await backup();
		expect((await restore([], "data")).code).toBe(2);
		await desk.disk.remove("kept/backup.json");
		const { code, lines } = await restore();
		expect(code).toBe(3);
		expect(lines[0]).toContain("no whole backup");
		expect(namesUnder("back")).toEqual([]);
	});
});
