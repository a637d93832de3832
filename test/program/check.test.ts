/** `plume check` says what a start would meet, and changes nothing. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import {
	chown,
	mkdir,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	ending,
	filesIn,
	newDataFolder,
	Plume,
	PROGRAM,
	run,
} from "./program.ts";

const check = (environment: Readonly<Record<string, string>>) =>
	run(["check"], environment);

test("a folder that is still to be made passes without being made", async () => {
	const data = join(await newDataFolder(), "deep", "below");
	const { code, stdout } = await check({ PLUME_DATA: data });
	expect(code).toBe(0);
	const lines = stdout.trim().split("\n");
	expect(lines.map((line) => line.split(", ")[0])).toEqual(
		["settings", "folder", "log", "clock", "secret", "mail"].map(
			(what) => `${what}: ok`,
		),
	);
	expect(lines[2]).toMatch(
		/^log: ok, none is there, so a first start begins a new chat\. .*mounted$/,
	);
	expect(existsSync(data)).toBe(false);
});

test("where a restore was broken off, no new chat is promised", async () => {
	const data = await newDataFolder();
	await mkdir(join(data, "restoring", "log"), { recursive: true });
	const { code, stdout } = await check({ PLUME_DATA: data });
	expect(code).toBe(1);
	expect(stdout).toMatch(/^log: ok, none is there yet$/m);
	expect(stdout).toMatch(/^secret: A plume restore .* was broken off/m);
});

test("a server that mails is not taken for one that prints its codes", async () => {
	const { stdout } = await check({ PLUME_DATA: await newDataFolder() });
	expect(stdout).toMatch(
		/^mail: ok, codes are printed, .* give its settings$/m,
	);
});

test("a user who may not look is told who may, and not to take what is above", async () => {
	const above = await newDataFolder();
	await chown(above, 65534, 65534);
	// It reads the program as its owner, and passes over nobody else's permissions.
	const powerless = ["--bounding-set=-all", "--inh-caps=-all"];
	const asked = [...powerless, process.execPath, PROGRAM, "check"];
	const env = { PATH: process.env.PATH, PLUME_DATA: join(above, "below") };
	const { code, stdout } = await ending(spawn("setpriv", asked, { env }));
	expect(code).toBe(2);
	expect(stdout).toMatch(/^folder: .* Type it as root, or as the user that/m);
});

test("a full disk is named, as at a start", async () => {
	const data = await newDataFolder();
	const fill = `mount -t tmpfs -o mode=700,size=64k tmpfs ${data} && ! cat /dev/zero 2>/dev/null >${data}/filler`;
	const full = `${fill} && export PLUME_DATA=${data}/$1 && exec "$0" ${PROGRAM}`;
	const ask = (command: string, below: string) =>
		ending(
			spawn("unshare", [
				...["--map-root-user", "--mount", "sh", "-c", `${full} ${command}`],
				...[process.execPath, below],
			]),
		);
	const words = "PLUME_DATA: the disk is full. Make room (ENOSPC).";
	for (const below of ["", "below"])
		expect(await ask("check", below)).toMatchObject({
			code: 1,
			stdout: expect.stringContaining(`folder: ${words}`),
		});
	expect(await ask("serve", "")).toMatchObject({
		code: 1,
		stderr: expect.stringContaining(words),
	});
});

test.concurrent.each([
	[
		"no NATS server",
		{ PLUME_LOG: "nats://127.0.0.1:1/PLUME", PLUME_SECRET: "s".repeat(32) },
		"nats: No NATS server of PLUME_LOG (127.0.0.1:1)",
	],
	[
		"no sequencer",
		{ PLUME_UPSTREAM: "/nowhere/s.sock", PLUME_SECRET: "s".repeat(32) },
		"sequencer: PLUME_UPSTREAM: connect ENOENT /nowhere/s.sock. Start the sequencer",
	],
	[
		"a sequencer whose name has two addresses",
		{
			...{ PLUME_UPSTREAM: "localhost:1", PLUME_SECRET: "s".repeat(32) },
			NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`
				import dns from "node:dns";
				const two = ["127.0.0.1", "127.0.0.2"];
				dns.lookup = (_, options, found) =>
					found(null, two.map((address) => ({ address, family: 4 })));
			`)}`,
		},
		"sequencer: PLUME_UPSTREAM: ECONNREFUSED. Start the sequencer",
	],
	[
		"no folder for the local socket",
		{ PLUME_SOCKET: "/nowhere/x.sock" },
		"socket: PLUME_SOCKET: there is no folder /nowhere: make it",
	],
])("%s is found before a start", async (_, environment, words) => {
	const { code, stdout } = await check({
		...{ PLUME_DATA: await newDataFolder(), ...environment },
	});
	expect(stdout).toContain(words);
	expect(code).not.toBe(0);
});

test("settings that are wrong are named, as at a start", async () => {
	const ended = await check({ PLUME_PORT: "x" });
	expect(ended.code).toBe(2);
	expect(ended.stdout).toContain("settings: PLUME_PORT");
});

test("a settings file is read by every command, below variables and flags", async () => {
	const data = await newDataFolder();
	const file = join(data, "plume.conf");
	await writeFile(file, `PLUME_DATA=${data}/new\nPLUME_PORT=x\n`);
	const wrong = `${file}, line 2: PLUME_PORT is "x"`;
	expect(await run(["check", "--config", file])).toMatchObject({
		code: 2,
		stdout: expect.stringContaining(`settings: ${wrong}`),
	});
	const environment = { PLUME_CONFIG: file };
	expect(await run(["serve"], environment)).toMatchObject({
		code: 2,
		stderr: expect.stringContaining(wrong),
	});
	await writeFile(file, `PLUME_DATA=${data}/new\nPLUME_LIMIT_ROOMS=1\n`);
	expect((await run(["check", "--config", file])).stdout).toContain(
		`folder: ok, ${data}/new will be made`,
	);
	expect((await run(["replay"], environment)).stderr).toContain(`${data}/new`);
	const flags = ["check", "--config", file, "--data", `${data}/flag`];
	expect((await run(flags)).stdout).toContain(`folder: ok, ${data}/flag`);
});

test("everything that prevents a start is listed, without a write", async () => {
	const plume = await Plume.start();
	const { data } = plume;
	const env = { PLUME_DATA: data };
	const busy = await check(env);
	expect(busy).toMatchObject({
		code: 1,
		stdout: expect.stringMatching(/folder: .*in use by process \d+\. Stop it/),
	});
	await plume.stop();

	const before = await filesIn(data);
	const well = await check(env);
	expect(well).toMatchObject({
		code: 0,
		stdout: expect.stringMatching(/secret: ok, fingerprint [\w-]{8}\./),
	});
	expect(await filesIn(data)).toEqual(before);

	const secret = join(data, "secret");
	const was = await readFile(secret, "utf8");
	await writeFile(secret, "another secret, as long as one");
	expect(await check(env)).toMatchObject({
		code: 2,
		stdout: expect.stringMatching(/secret: .*is another secret/),
	});
	await rm(secret);
	expect((await check(env)).code).toBe(2);
	expect(existsSync(secret)).toBe(false);
	await writeFile(secret, was);

	const [name = ""] = await readdir(join(data, "log"));
	const segment = join(data, "log", name);
	const log = await readFile(segment, "utf8");
	await writeFile(segment, log.replace("server.started", "server.sterted"));
	expect(await check(env)).toMatchObject({
		code: 3,
		stdout: expect.stringContaining(`log: ${segment} is damaged at line 2`),
	});
});

test("the mail service is asked whether it lets us in, without a mail", async () => {
	const asked: string[] = [];
	let status = 200;
	const server = createServer((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		response.writeHead(status, { "content-type": "application/json" });
		response.end(JSON.stringify({ domain: { name: "mg.example.org" } }));
	}).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	const { port } = server.address() as AddressInfo;
	const env = {
		...{ ENV: "production", PLUME_LOG: "memory" },
		...{ MAILGUN_APIKEY: "k", MAILGUN_DOMAIN: "mg.example.org" },
		MAILGUN_URL: `http://127.0.0.1:${port}`,
	};
	expect(await check(env)).toMatchObject({
		code: 0,
		stdout: expect.stringContaining("mail: ok"),
	});
	status = 401;
	expect(await check(env)).toMatchObject({
		code: 1,
		stdout: expect.stringMatching(/mail: .*MAILGUN_APIKEY/),
	});
	expect(asked.every((it) => it.startsWith("GET "))).toBe(true);
	expect(asked).toHaveLength(2);
	server.close();
	const smtp = { PLUME_LOG: "memory", SMTP_URL: `smtp://127.0.0.1:${port}` };
	expect(await check(smtp)).toMatchObject({
		code: 1,
		stdout: expect.stringMatching(/mail: .*SMTP/),
	});
});

test("a folder log that is gone is missed where only the search index is left", async () => {
	const data = await newDataFolder();
	const environment = { PLUME_DATA: data, PLUME_PORT: "0" };
	await mkdir(join(data, "search"));
	const words = `${data} has search in it, but no log`;
	const checked = await check(environment);
	expect(checked.code).toBe(3);
	expect(checked.stdout).toContain(words);
	const started = await run(["serve"], environment);
	expect(started.code).toBe(1);
	expect(started.stderr).toContain(words);
	// A first start that ended before its first event leaves this.
	await mkdir(join(data, "log"));
	expect((await check(environment)).code).toBe(0);
});

test("a mirror whose log is gone passes, since it gets it anew", async () => {
	const data = await newDataFolder();
	await mkdir(join(data, "people"));
	const { stdout } = await check({
		...{ PLUME_DATA: data, PLUME_SECRET: "s".repeat(32) },
		PLUME_UPSTREAM: "/nowhere/s.sock",
	});
	expect(stdout).toContain("log: ok, 0 events");
});
