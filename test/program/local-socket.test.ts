/** An operator asks a running server by its local socket, from the command line. */
import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { newDataFolder, Plume, run } from "./program.ts";

test("the operator's commands reach the server of the data folder, and nobody else's do", async () => {
	const plume = await Plume.start();
	const environment = { PLUME_DATA: plume.data };
	const ask = (...args: readonly string[]) => run(args, environment);
	const { mode } = await stat(join(plume.data, "admin.sock"));
	expect(mode & 0o777).toBe(0o600);
	const ann = await Caller.enter(plume, "ann");
	expect(await ask("who")).toMatchObject({
		code: 0,
		stdout: "ann  lobby  1 tab\n",
	});
	const status = await ask("status");
	expect(status).toMatchObject({ code: 0 });
	expect(status.stdout).toMatch(/^people +1 here$/m);
	expect(status.stdout).toMatch(/^disk free +[\d.]+ MB$/m);
	expect(status.stdout).toMatch(/^login codes since .* UTC +1 printed$/m);
	expect(status.stdout).toMatch(/^refused since .* UTC +none$/m);
	expect(await ask("say", "lobby", "Back", "in", "an hour.")).toMatchObject({
		code: 0,
	});
	await ann.until(
		({ text, user }) =>
			text === "Back in an hour." && user?.name === "plumebot",
	);
	expect(await ask("mute", "lobby", "ann", "10m", "too", "loud")).toMatchObject(
		{
			code: 0,
			stdout: expect.stringContaining(
				"ann may say nothing in lobby for 10 minutes.",
			),
		},
	);
	const bob = await Caller.call(plume.port);
	const email = "bob@example.org";
	bob.raw.send({ type: types.hello, text: `bob\n${email}` });
	expect(await ask("code", "bob", email)).toMatchObject({ code: 0 });
	const acts = await run(["acts", plume.data]);
	expect(acts.stdout).toMatch(
		/UTC {2}#\d+ {2}the operator muted ann in lobby until .* UTC: too loud\n.* {2}the operator handed out a code for bob\n$/,
	);
	expect(await ask("rename", "nobody", "x")).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("Nobody owns"),
	});
	expect(await ask("who", "else")).toMatchObject({
		code: 2,
		stderr: expect.stringContaining("Say: plume who"),
	});
	expect(await ask("release", "ann")).toMatchObject({ code: 0 });
	await ann.raw.closed;
	await plume.stop();
	const alone = await ask("who");
	expect(alone).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("no server answers at"),
	});
	expect(await run(["replay", plume.data, "--verify"])).toMatchObject({
		code: 0,
	});
	// A socket that a crash left behind is in nobody's way.
	const crashed = await Plume.start(environment);
	crashed.kill("SIGKILL");
	await crashed.ended;
	const again = await Plume.start(environment);
	expect(await ask("who")).toMatchObject({ code: 0 });
	await again.stop();
});

test("limits and who may enter are read again, and people who may not any more leave", async () => {
	const data = await newDataFolder();
	const config = join(data, "plume.conf");
	await writeFile(config, "PLUME_ALLOW=@example.org\n");
	const plume = await Plume.start({ PLUME_DATA: data, PLUME_CONFIG: config });
	const reload = () => run(["reload"], { PLUME_DATA: data });
	const ann = await Caller.enter(plume, "ann");
	// Wrong settings change nothing.
	for (const wrong of ["PLUME_LIMIT_TEXT_POINTS=none", "PLUME_LIMIT_LUCK=9"]) {
		await writeFile(config, `PLUME_ALLOW=bob@example.org\n${wrong}\n`);
		expect(await reload()).toMatchObject({
			code: 2,
			stderr: expect.stringContaining(wrong.split("=")[0] ?? ""),
		});
	}
	ann.say("still here");
	await ann.until(({ text }) => text === "still here");
	await writeFile(
		config,
		"PLUME_ALLOW=bob@example.org\nPLUME_LIMIT_TEXT_POINTS=9\n",
	);
	expect(await reload()).toMatchObject({
		code: 0,
		stdout: expect.stringContaining("who may enter (1 email)"),
	});
	await ann.raw.closed;
	const bob = await Caller.enter(plume, "bob");
	bob.say("more than nine letters");
	await bob.until(({ text }) => text?.includes("too long") === true);
	await plume.stop();
});

test("a server of several processes reads anew what its settings file said at the start", async () => {
	const data = await newDataFolder();
	const config = join(data, "plume.conf");
	await writeFile(config, "PLUME_ALLOW=@example.org\n");
	const environment = { PLUME_CONFIG: config, PLUME_EDGES: "1" };
	const plume = await Plume.start({ PLUME_DATA: data, ...environment });
	const ann = await Caller.enter(plume, "ann");
	await writeFile(config, "PLUME_ALLOW=bob@example.org\n");
	expect(await run(["reload"], { PLUME_DATA: data })).toMatchObject({
		code: 0,
		stdout: expect.stringContaining("who may enter (1 email)"),
	});
	await ann.raw.closed;
	await plume.stop();
});

test("nodes are compared by the settings that they read last", async () => {
	const folder = await newDataFolder();
	const PLUME_CONFIG = join(folder, "plume.conf");
	const at = join(folder, "edges.sock");
	await writeFile(PLUME_CONFIG, "PLUME_ALLOW=@example.org\n");
	const both = { PLUME_CONFIG, PLUME_SECRET: "s".repeat(32) };
	const sequencer = await Plume.start({ ...both, PLUME_SEQUENCER: at });
	await writeFile(PLUME_CONFIG, "PLUME_ALLOW=@example.net\n");
	const { data } = sequencer;
	expect(await run(["reload"], { PLUME_DATA: data })).toMatchObject({
		code: 0,
	});
	const edge = await Plume.start({ ...both, PLUME_UPSTREAM: at });
	await edge.stop();
	const { stdout } = await sequencer.stop();
	expect(stdout).toContain("an edge is here");
	expect(stdout).not.toContain("an edge has other settings");
});

test.each([
	[
		"a folder that others may write to",
		async (folder: string) => {
			await chmod(folder, 0o777);
			return join(folder, "admin.sock");
		},
		"others may write to",
	],
	[
		"a path that is a file",
		async (folder: string) => {
			const path = join(folder, "admin.sock");
			await writeFile(path, "");
			return path;
		},
		"no socket",
	],
	[
		"a path that is too long",
		async (folder: string) => {
			const long = join(folder, "x".repeat(100));
			await mkdir(long);
			return join(long, "admin.sock");
		},
		"107 bytes",
	],
])("a start refuses %s as its socket's place", async (_, prepare, words) => {
	const path = await prepare(await newDataFolder());
	const ended = await run(["serve"], {
		PLUME_DATA: await newDataFolder(),
		PLUME_PORT: "0",
		PLUME_SOCKET: path,
	});
	expect(ended).toMatchObject({
		code: 2,
		stderr: expect.stringContaining(words),
	});
	expect(ended.stderr).toContain("PLUME_SOCKET");
});
