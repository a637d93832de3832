/** `plume doctor` finds what an operator would be woken for, and says what to do. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
	chmod,
	chown,
	mkdir,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { realDisk } from "../../src/log/disk.ts";
import { openFileLog } from "../../src/log/file-log.ts";
import { linger } from "../../src/log/linger.ts";
import { newDataFolder, Plume, PROGRAM, run } from "./program.ts";

const others: Server[] = [];
afterAll(() => {
	for (const other of others) other.close();
});

/** A program that answers every connection with one line. */
async function listening(line: string): Promise<number> {
	const server = createServer((socket) => {
		socket.on("error", () => {});
		socket.end(line);
	}).listen(0, "127.0.0.1");
	others.push(server);
	await new Promise((resolve) => server.once("listening", resolve));
	const address = server.address();
	return typeof address === "object" ? (address?.port ?? 0) : 0;
}

interface Patient {
	readonly data: string;
	readonly backups: string;
	/** Programs in here are found first. */
	readonly bin: string;
	readonly environment: Record<string, string>;
}

/** A server that ran, was backed up and stopped, with nothing wrong. */
async function healthy(): Promise<Patient> {
	const plume = await Plume.start();
	const { data } = plume;
	const folder = await newDataFolder();
	const [backups, bin] = [join(folder, "backups"), join(folder, "bin")];
	await mkdir(bin);
	const environment = { PLUME_DATA: data, PLUME_PORT: "0" };
	const backup = join(backups, "plume-1");
	expect((await run(["backup", backup], environment)).code).toBe(0);
	await plume.stop();
	const patient = { data, backups, bin, environment };
	await answers(patient, "timedatectl", "yes");
	await answers(patient, "systemctl", "LoadState=not-found");
	return patient;
}

/** A program of this name says this and ends. */
async function answers({ bin }: Patient, program: string, words: string) {
	const script = `#!/bin/sh\ncat <<'END'\n${words}\nEND\n`;
	await writeFile(join(bin, program), script, { mode: 0o755 });
}

const unit = (line: string) =>
	`LoadState=loaded\nActiveState=active\nRestart=on-failure\nStartLimitIntervalUSec=0\n${line}`;

const doctor = ({ bin, backups, environment }: Patient) =>
	run(["doctor", "--backups", backups], {
		...environment,
		PATH: `${bin}:${process.env.PATH}`,
	});

let well: Patient;

beforeAll(async () => {
	well = await healthy();
});

test("finds nothing where nothing is wrong", async () => {
	const { code, stdout, stderr } = await doctor(well);
	expect([code, stderr]).toEqual([0, ""]);
	const lines = stdout.trim().split("\n");
	expect(lines.map((line) => line.split(", ")[0])).toEqual(
		[
			...["settings", "folder", "log", "clock", "secret", "mail", "owner"],
			...["permissions", "disk", "time", "proxy", "unit", "node", "port"],
			"backup",
		].map((what) => `${what}: ok`),
	);
});

test("runs beside a server, and finds that it answers", async () => {
	const plume = await Plume.start();
	const environment = { PLUME_DATA: plume.data, PLUME_PORT: `${plume.port}` };
	const backups = join(await newDataFolder(), "backups");
	await run(["backup", join(backups, "plume-1")], environment);
	const { code, stdout } = await doctor({ ...well, backups, environment });
	expect(stdout).toContain(`in use by process ${plume.pid}`);
	expect(stdout).toContain(
		`port: ok, a server answers on 127.0.0.1:${plume.port}`,
	);
	const found = stdout.split("\n").filter((line) => !/^\w+: ok|^$/.test(line));
	expect([code, found]).toEqual([0, []]);
	await plume.stop();
});

test("finds the server on the socket that systemd passed to it", async () => {
	const patient = await healthy();
	const plume = await Plume.start();
	const { data, port } = plume;
	patient.environment.PLUME_DATA = data;
	const { port: other } = await Plume.start().then(async (stopped) => {
		await stopped.stop();
		return stopped;
	});
	patient.environment.PLUME_PORT = `${other}`;
	const said = async () =>
		(await doctor(patient)).stdout.match(/^port: .*$/m)?.[0];
	expect(await said()).toBe(`port: ok, nobody listens on 127.0.0.1:${other}`);
	const listens = (at: string, service = "active") =>
		writeFile(
			join(patient.bin, "systemctl"),
			`#!/bin/sh\nif [ "$2" = plume.socket ]; then echo "ActiveState=active\nListen=${at} (Stream)"; else echo ActiveState=${service}; fi\n`,
			{ mode: 0o755 },
		);
	// The lock is that of a plume restore, and a connection would start a server.
	await listens(`127.0.0.1:${port}`, "inactive");
	expect(await said()).toBe(
		`port: ok, plume.socket listens on 127.0.0.1:${port}`,
	);
	await listens(`127.0.0.1:${port}`);
	expect(await said()).toBe(`port: ok, a server answers on 127.0.0.1:${port}`);
	await listens("/run/plume.sock");
	expect(await said()).toBe(
		"port: ok, plume.socket listens on /run/plume.sock",
	);
	await plume.stop();
});

test("a server of another folder on the port is a fault", async () => {
	const plume = await Plume.start();
	const { environment } = await healthy();
	environment.PLUME_PORT = `${plume.port}`;
	const { code, stdout } = await doctor({ ...well, environment });
	expect([code, stdout]).toEqual([
		1,
		expect.stringContaining(
			`port: another Plume has 127.0.0.1:${plume.port}: stop it, or set PLUME_PORT.`,
		),
	]);
	await plume.stop();
});

test("whatever a library makes for the server, only its owner may read", async () => {
	const plume = await Plume.start();
	const status = await readFile(`/proc/${plume.pid}/status`, "utf8");
	expect(status).toMatch(/^Umask:\s+0077$/m);
	await plume.stop();
});

type Fault = readonly [
	name: string,
	finding: RegExp,
	plant: (patient: Patient) => unknown,
];

async function firstSegment({ data }: Patient) {
	const [name = ""] = await readdir(join(data, "log"));
	return join(data, "log", name);
}

const damagedLog: Fault = [
	"a changed byte in the log",
	/^log: \S+\.ndjson is damaged at line 2.*[Rr]estore a backup/m,
	async (patient) => {
		const segment = await firstSegment(patient);
		const log = await readFile(segment, "utf8");
		await writeFile(segment, log.replace("server.started", "server.sterted"));
	},
];
const futureLog: Fault = [
	"a clock that is behind the log",
	/^clock: The log ends at .* Set the clock right/m,
	async ({ data }) => {
		// An index may be there already, which tells of a log.
		for (const folder of ["log", "search"])
			await rm(join(data, folder), { recursive: true, force: true });
		const clock = systemClock(Date.now() + 86_400_000);
		const ids = () => "abcdefghijklmnopqrstuv";
		const log = openFileLog({
			...{ disk: realDisk, folder: data, clock, ids, linger },
		});
		for await (const _ of log.read());
		log.listen({
			...{ onOrdered() {}, onCommitted() {}, onFrozen() {}, onThawed() {} },
			onFatal() {},
		});
		const time = clock.now();
		const started = { node: "n", version: "1" };
		log.append([{ event: { type: "server.started", time, ...started } }]);
		await log.close();
	},
];
const lostSecret: Fault = [
	"a secret that is gone",
	/^secret: \S+ is missing or empty.*restore the file from a backup/m,
	({ data }) => rm(join(data, "secret")),
];
const openSecret: Fault = [
	"a secret that others may read",
	/^permissions: others may use \S+secret \(mode 644\).*chmod -R go= /m,
	({ data }) => chmod(join(data, "secret"), 0o644),
];
const strangeOwner: Fault = [
	"a file of another user",
	/^owner: \S+ belongs to user 4884, .*chown -RH /m,
	async (patient) => chown(await firstSegment(patient), 4884, 4884),
];
const refusedMail: Fault = [
	"mail that nobody takes",
	/^mail: the SMTP server .*check the host and the port in SMTP_URL/m,
	({ environment }) => {
		environment.SMTP_URL = "smtp://127.0.0.1:1";
	},
];
const openClock: Fault = [
	"a clock that no time server sets",
	/^time: no time server .*: timedatectl set-ntp true$/m,
	(patient) => answers(patient, "timedatectl", "no"),
];
const untrustedProxy: Fault = [
	"a proxy that is not trusted",
	/^proxy: PLUME_ORIGINS .*PLUME_TRUST_PROXY=127.0.0.1$/m,
	({ environment }) => {
		environment.PLUME_ORIGINS = "https://chat.example.org";
	},
];
const trustedWorld: Fault = [
	"a world that is trusted",
	/^proxy: PLUME_TRUST_PROXY trusts every address \(0\.0\.0\.0\/0\)/m,
	({ environment }) => {
		environment.PLUME_TRUST_PROXY = "0.0.0.0/0";
	},
];
const hiddenServer: Fault = [
	"a production server that only its machine can reach",
	/^proxy: only this machine can reach 127\.0\.0\.1.*PLUME_TRUST_PROXY/m,
	({ environment }) => {
		Object.assign(environment, { ENV: "production", MAILGUN_APIKEY: "k" });
		environment.MAILGUN_DOMAIN = "mg.example.org";
		environment.MAILGUN_URL = "http://127.0.0.1:1";
	},
];
const givenUp: Fault = [
	"a unit that systemd gives up on",
	/^unit: .*set StartLimitIntervalSec=0 in \[Unit\]/m,
	(patient) =>
		answers(patient, "systemctl", unit("StartLimitIntervalUSec=10s")),
];
const openKey: Fault = [
	"a secret in the unit",
	/^unit: .*SMTP_URL in the unit.*LoadCredential=SMTP_URL:FILE$/m,
	(patient) =>
		answers(patient, "systemctl", unit("Environment=ENV=x SMTP_URL=smtp://h")),
];
const staleUnit: Fault = [
	"a unit that was not read again",
	/^unit: .*systemctl daemon-reload$/m,
	(patient) => answers(patient, "systemctl", unit("NeedDaemonReload=yes")),
];
const takenPort: Fault = [
	"a port that another program has",
	/^port: another program, or a server that hangs, has 127.*set PLUME_PORT/m,
	async ({ environment }) => {
		environment.PLUME_PORT = `${await listening("220 hello\r\n")}`;
	},
];
const noBackup: Fault = [
	"no backup",
	/^backup: there is no backup in \S+: systemctl enable --now /m,
	({ backups }) => rm(backups, { recursive: true }),
];
const oldBackup: Fault = [
	"a backup that is four days old",
	/^backup: the newest backup in \S+ is 96 hours old: systemctl enable /m,
	async ({ backups }) => {
		const path = join(backups, "plume-1", "backup.json");
		const mark = JSON.parse(await readFile(path, "utf8"));
		const made = Date.now() - 96 * 3_600_000;
		await writeFile(path, JSON.stringify({ ...mark, made }));
	},
];

const strangeBackup: Fault = [
	"only backups of another log",
	/^backup: all backups in \S+ are of another log: systemctl enable --now /m,
	async ({ backups }) => {
		const path = join(backups, "plume-1", "backup.json");
		const mark = JSON.parse(await readFile(path, "utf8"));
		await writeFile(path, JSON.stringify({ ...mark, log: "another" }));
	},
];

/** Each list is planted in one patient. */
const patients = [
	[damagedLog, openSecret, refusedMail, untrustedProxy, givenUp, noBackup],
	[futureLog, openClock, trustedWorld, openKey, takenPort, strangeBackup],
	[lostSecret, strangeOwner, hiddenServer, staleUnit, oldBackup],
].map((faults) => ({ faults, names: faults.map(([name]) => name).join(", ") }));

test.each(patients)("finds $names", async ({ faults }) => {
	const patient = await healthy();
	for (const [, , plant] of faults) await plant(patient);
	const { code, stdout } = await doctor(patient);
	for (const [, finding] of faults) expect(stdout).toMatch(finding);
	expect(code).toBe(1);
});

test("finds a disk that is nearly full", async () => {
	const small = await newDataFolder();
	const mount = `mount -t tmpfs -o mode=700,size=8m tmpfs ${small}`;
	const line = `${mount} && PLUME_DATA=${small} PLUME_PORT=0 "$@"; true`;
	const command = ["sh", "-c", line, "sh", process.execPath, PROGRAM, "doctor"];
	const output = execFileSync("unshare", ["--mount", ...command], {
		encoding: "utf8",
	});
	expect(output).toMatch(/^disk: only 8 MB are free where .*make room/m);
});

test("names a setting that is wrong, and looks no further", async () => {
	const ended = await run(["doctor"], { PLUME_PORT: "x" });
	expect(ended).toMatchObject({
		code: 1,
		stdout: expect.stringMatching(/^settings: PLUME_PORT is "x".*\n$/),
	});
});

test.each([
	["ann@example.org", {}, "no mail service is set"],
	["x", { SMTP_URL: "smtp://127.0.0.1:1" }, '"x" is not an email'],
])("sends no mail to %s with %j", async (to, environment, words) => {
	const asked = { PLUME_LOG: "memory", PLUME_PORT: "0", ...environment };
	const { stdout, code } = await run(["doctor", "--send-to", to], asked);
	expect(stdout).toContain(`send: ${words}`);
	expect(code).toBe(1);
});

test("sends a mail if that is asked for, and says so", async () => {
	const mailgun = createHttpServer((_, response) => {
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify({ domain: {}, id: "1" }));
	}).listen(0, "127.0.0.1");
	await once(mailgun, "listening");
	const { port } = Object(mailgun.address());
	const { stdout, code } = await run(
		["doctor", "--send-to", "ann@example.org"],
		{
			...well.environment,
			...{ MAILGUN_APIKEY: "k", MAILGUN_DOMAIN: "mg.example.org" },
			MAILGUN_URL: `http://127.0.0.1:${port}`,
		},
	);
	mailgun.close();
	expect(stdout).toContain("send: ok, a mail is on its way to ann@example.org");
	expect(code).toBe(0);
});
