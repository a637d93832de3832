/**
 * `plume doctor`: what `plume check` looks at, and what goes wrong while a
 * server runs for years. It may run beside the server, and writes nothing.
 */
import { execFile } from "node:child_process";
import { readdir, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseEmail } from "../chat/email.ts";
import { natsChecks } from "../cluster/nats-doctor.ts";
import type { Config } from "../config.ts";
import { readMark } from "../log/backup-mark.ts";
import { codeOf, realDisk } from "../log/disk.ts";
import { checkUnlocked } from "../log/lock.ts";
import { segmentsOf } from "../log/reader.ts";
import { makeMailer } from "../serve.ts";
import { isLoopback } from "../transport/hosts.ts";
import type { ServeCommand } from "./arguments.ts";
import { type Asked, type Check, reportAll, startChecks } from "./check.ts";
import { eachLine } from "./each-line.ts";

/** The versions of Node that the tests run on. */
const TESTED = ["20", "22", "24"];
const LEAST_BYTES = 512 * 1024 * 1024;
const LEAST_FILES = 1000;
/** A daily backup that failed once is no fault yet. */
const OLDEST_MS = 50 * 3_600_000;
const ANSWER_MS = 5000;

type DoctorAsked = Asked &
	Pick<ServeCommand, "backups" | "monitors" | "sendTo">;

export async function doctor(asked: DoctorAsked): Promise<0 | 1> {
	const code = await reportAll(asked, (config) => [
		...startChecks(config, asked.print, true),
		...furtherChecks(config, asked),
	]);
	return code === 0 ? 0 : 1;
}

function furtherChecks(
	config: Config,
	{ backups, monitors, sendTo, print }: DoctorAsked,
): readonly Check[] {
	const { data, log, nats } = config;
	const ofTheFolder: readonly Check[] = [
		["owner", () => ownersAgree(data)],
		["permissions", () => onlyTheOwnerReads(data)],
		["disk", () => hasRoom(data)],
	];
	return [
		...(log !== "memory" ? ofTheFolder : []),
		...(nats ? natsChecks(nats, monitors) : []),
		["time", timeIsKept],
		["proxy", () => proxyFits(config)],
		["unit", unitIsSound],
		["node", nodeIsTested],
		["port", () => portAnswers(config)],
		...(backups ? ([["backup", () => isRecent(backups, data)]] as const) : []),
		...(sendTo ? ([["send", () => send(config, sendTo, print)]] as const) : []),
	];
}

/** What is wrong, and what to do. */
function fault(words: string): never {
	throw new Error(words);
}

/** The files that a server must read or write, with the folders they are in; none before the first start. */
async function filesOf(data: string) {
	const names = await readdir(data, { recursive: true }).catch(() => []);
	const paths = [data, ...names.map((name) => join(data, name))];
	const all = paths.map(async (path) => {
		const found = await stat(path).catch(() => undefined);
		return found && !found.isSocket() ? [{ path, ...found }] : [];
	});
	return (await Promise.all(all)).flat();
}

async function ownersAgree(data: string): Promise<string> {
	const [folder, ...files] = await filesOf(data);
	const other = files.find(({ uid }) => uid !== folder?.uid);
	if (folder && other)
		fault(
			`${other.path} belongs to user ${other.uid}, and the folder to user ${folder.uid}: chown -RH ${folder.uid} ${data}`,
		);
	return "one user owns all of the data";
}

async function onlyTheOwnerReads(data: string): Promise<string> {
	const open = (await filesOf(data)).find(({ mode }) => (mode & 0o077) !== 0);
	if (open)
		fault(
			`others may use ${open.path} (mode ${(open.mode & 0o777).toString(8)}), and all that is said is in there: chmod -R go= ${data}`,
		);
	return "only the owner may read the data";
}

async function hasRoom(data: string): Promise<string> {
	const found = await statfs(data).catch((error: unknown) => {
		if (codeOf(error) !== "ENOENT") throw error;
	});
	if (!found) return `${data} will be made`;
	const { bavail, bsize, ffree, files } = found;
	const free = bavail * bsize;
	const inMegabytes = `${Math.floor(free / 1e6)} MB`;
	if (free < LEAST_BYTES)
		fault(
			`only ${inMegabytes} are free where ${data} is: make room, or move it. A full disk stops the chat.`,
		);
	if (files > 0 && ffree < LEAST_FILES)
		fault(
			`only ${ffree} more files fit where ${data} is: remove small files there.`,
		);
	return `${inMegabytes} are free`;
}

/** The output of a program; undefined if it isn't there or fails. */
const outputOf = (program: string, ...args: string[]) =>
	promisify(execFile)(program, args, { timeout: ANSWER_MS }).then(
		({ stdout }) => stdout.trim(),
		() => undefined,
	);

async function timeIsKept(): Promise<string> {
	const property = "--property=NTPSynchronized";
	const answer = await outputOf("timedatectl", "show", property, "--value");
	if (answer === "no")
		fault("no time server sets this machine's clock: timedatectl set-ntp true");
	return answer === "yes"
		? "a time server sets the clock"
		: "timedatectl is not here to ask";
}

function proxyFits({ host, origins, trustProxy, production }: Config): string {
	const isBehind = production && isLoopback(host);
	const isPublic = origins.some((origin) => origin.startsWith("https:"));
	const reason = isPublic
		? "PLUME_ORIGINS says that a proxy with TLS is in front"
		: `only this machine can reach ${host}, so a proxy is in front`;
	if (trustProxy.length === 0 && (isPublic || isBehind))
		fault(
			`${reason}, but PLUME_TRUST_PROXY does not name it, so everyone shares one address's limits: say its address, like PLUME_TRUST_PROXY=127.0.0.1`,
		);
	const all = trustProxy.find(([, bits]) => bits === 0);
	if (all)
		fault(
			`PLUME_TRUST_PROXY trusts every address (${all.join("/")}), so anyone can pretend to be anyone: name the proxy's alone.`,
		);
	return trustProxy.length > 0 ? "it is trusted" : "none is expected";
}

/** What systemd says of a unit; nothing where there is no systemd. */
async function unitNamed(
	name: string,
): Promise<Readonly<Record<string, string | undefined>>> {
	const lines = ((await outputOf("systemctl", "show", name)) ?? "").split("\n");
	return Object.fromEntries(lines.map((line) => line.split(/=(.*)/)));
}

/** Where systemd listens for the server; undefined if it does not. */
async function passedSocket(): Promise<string | undefined> {
	const { ActiveState, Listen = "" } = await unitNamed("plume.socket");
	const [, address] = /^(\S+) \(Stream\)/.exec(Listen) ?? [];
	return ActiveState === "active" ? address : undefined;
}

async function unitIsSound(): Promise<string> {
	const unit = await unitNamed("plume.service");
	if (unit.LoadState !== "loaded") return "there is no plume.service here";
	if (unit.NeedDaemonReload === "yes")
		fault("plume.service has changed on the disk: systemctl daemon-reload");
	if (unit.Restart === "no")
		fault("after a crash it stays down: set Restart=on-failure in the unit.");
	if (unit.StartLimitIntervalUSec !== "0")
		fault(
			"after a few failed starts systemd gives up: set StartLimitIntervalSec=0 in [Unit].",
		);
	const named = /\b(MAILGUN_APIKEY|SMTP_URL|PLUME_SECRET|PLUME_INSPECT)=/;
	const [, secret] = named.exec(unit.Environment ?? "") ?? [];
	if (secret)
		fault(
			`every user of this machine can read ${secret} in the unit: hand it over with LoadCredential=${secret}:FILE`,
		);
	if (unit.ActiveState === "failed")
		fault("it has failed: journalctl -u plume tells why.");
	return `plume.service is ${unit.ActiveState}`;
}

function nodeIsTested(): string {
	const { node } = process.versions;
	if (!TESTED.includes(node.split(".")[0] ?? ""))
		fault(`Plume is not tested with Node ${node}: use ${TESTED.join(", ")}.`);
	return `Node ${node}`;
}

async function portAnswers({ data, host, log, port }: Config): Promise<string> {
	const isRunning = await checkUnlocked(data).then(
		() => log === "memory",
		() => true,
	);
	const passed = await passedSocket();
	if (passed !== undefined) {
		const { ActiveState } = await unitNamed("plume.service");
		// A connection to it would start a server, also beside a restore, which holds the lock as well.
		const isAsked = isRunning && ActiveState === "active";
		return isAsked && !passed.startsWith("/")
			? serverAnswers(passed, isRunning)
			: `plume.socket listens on ${passed}`;
	}
	if (port === 0) return "a free one is chosen";
	const probe = createServer();
	const isTaken = await new Promise<boolean>((resolve, reject) => {
		probe.once("error", (error) =>
			codeOf(error) === "EADDRINUSE" ? resolve(true) : reject(error),
		);
		probe.listen(port, host, () => probe.close(() => resolve(false)));
	});
	const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
	return isTaken
		? serverAnswers(address, isRunning)
		: `nobody listens on ${address}`;
}

async function serverAnswers(address: string, isOurs: boolean) {
	const signal = AbortSignal.timeout(ANSWER_MS);
	const answer = await fetch(`http://${address}/healthz`, { signal })
		.then((response): Promise<unknown> => response.json())
		.catch(() => undefined);
	const { ok, wrong }: { ok?: unknown; wrong?: unknown } = Object(answer);
	if (wrong) fault(`the server on ${address} says: ${wrong}`);
	if (ok === true && isOurs) return `a server answers on ${address}`;
	const who = ok ? "another Plume" : "another program, or a server that hangs,";
	return fault(`${who} has ${address}: stop it, or set PLUME_PORT.`);
}

/** The id of the log in a data folder; undefined if none can be read. */
async function logIn(data: string): Promise<string | undefined> {
	for await (const line of eachLine(await segmentsOf(realDisk, data)))
		if (line?.kind === "header") return line.id;
	return undefined;
}

async function isRecent(folder: string, data: string): Promise<string> {
	const log = await logIn(data);
	const names = await readdir(folder).catch(() => []);
	const reads = names.map((name) =>
		readMark(realDisk, join(folder, name)).catch(() => undefined),
	);
	const marks = (await Promise.all(reads)).filter((mark) => mark !== undefined);
	const own = marks.filter((mark) => log === undefined || mark.log === log);
	const newest = Math.max(0, ...own.map(({ made }) => made));
	const start = "systemctl enable --now plume-backup.timer makes one a day.";
	if (newest === 0 && marks.length > 0)
		fault(`all backups in ${folder} are of another log: ${start}`);
	if (newest === 0) fault(`there is no backup in ${folder}: ${start}`);
	const ageMs = Date.now() - newest;
	const age = `${Math.floor(ageMs / 3_600_000)} hours old`;
	if (ageMs > OLDEST_MS)
		fault(`the newest backup in ${folder} is ${age}: ${start}`);
	return `the newest of ${folder} is ${age}`;
}

async function send(
	config: Config,
	to: string,
	print: (line: string) => void,
): Promise<string> {
	if (config.mail.kind === "terminal")
		fault("no mail service is set: give the server's settings.");
	if (!parseEmail(to)) fault(`"${to}" is not an email.`);
	const mailer = await makeMailer(config, print);
	const signal = AbortSignal.timeout(config.limits.mailTimeoutSeconds * 1000);
	const example = { name: "plume doctor", code: "TRYOUT", expiresInMinutes: 1 };
	await mailer.send({ to, ...example }, signal);
	return `a mail is on its way to ${to}, with a code that opens nothing`;
}
