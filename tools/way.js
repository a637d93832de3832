/**
 * `npm run way`: which files and functions of ours one text message passes in
 * the server, from socket to socket. V8 counts what runs while one person says
 * something, after much else was said, and another hears it. More files than
 * the budget fail.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

const MOST_FILES = 50;
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const [HELLO, TEXT, AUTH, WELCOME] = [0, 1, 2, 3];

if (process.send) observe();
else await walk();

/** Runs in the server, beside it. */
function observe() {
	const session = new Session();
	session.connect();
	process.on("message", async (ask) => {
		if (ask === "begin") {
			await session.post("Profiler.enable");
			const exact = { callCount: true, detailed: false };
			await session.post("Profiler.startPreciseCoverage", exact);
			await session.post("Profiler.takePreciseCoverage");
			process.send?.("begun");
		} else {
			const { result } = await session.post("Profiler.takePreciseCoverage");
			process.send?.(
				result
					.filter(({ url }) => url.startsWith(`file://${DIST}/`))
					.map(({ url, functions }) => ({
						file: relative(DIST, fileURLToPath(url)),
						functions: functions
							.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0)
							.map(({ functionName }) => functionName),
					}))
					.filter(({ functions }) => functions.length > 0),
			);
		}
	});
	process.on("disconnect", () => process.exit());
}

async function walk() {
	const data = mkdtempSync(join(tmpdir(), "plume-way-"));
	const server = fork(join(DIST, "src/main.js"), ["serve", "--port", "0"], {
		env: { PATH: "/usr/bin:/bin", PLUME_DATA: data },
		execArgv: ["--import", fileURLToPath(import.meta.url)],
		stdio: ["ignore", "pipe", "inherit", "ipc"],
	});
	try {
		const people = await enter(server);
		const heard = (/** @type {string} */ text) =>
			Promise.all(people.map((person) => person.hears(`"text":"${text}"`)));
		const say = async (/** @type {string} */ text) => {
			const all = heard(text);
			people[0]?.send({ type: TEXT, text });
			await all;
		};
		// What runs only the first time is none of its way.
		for (const text of ["one", "two", "three"]) await say(text);
		const begun = once(server, "message");
		server.send("begin");
		await begun;
		await say("the one that counts");
		const ended = once(server, "message");
		server.send("end");
		const [files] = await ended;
		report(files);
	} finally {
		server.kill();
		rmSync(data, { recursive: true });
	}
}

/** Two people come in. @param {import("node:child_process").ChildProcess} server */
async function enter(server) {
	/** @type {Map<string, (code: string) => void>} */
	const waiting = new Map();
	const url = await new Promise((resolve) => {
		if (!server.stdout) throw new Error("the server has no output");
		createInterface(server.stdout).on("line", (line) => {
			const { msg, url, name, code } = JSON.parse(line);
			if (msg === "listening") resolve(url);
			if (msg === "login code") waiting.get(name)?.(code);
		});
	});
	const people = [];
	for (const name of ["ann", "bob"]) {
		const person = await connect(`${url.replace("http", "ws")}/connect`);
		/** @type {Promise<string>} */
		const code = new Promise((resolve) => waiting.set(name, resolve));
		person.send({ type: HELLO, text: `${name}\n${name}@example.org` });
		const welcome = person.hears(`"type":${WELCOME}`);
		person.send({ type: AUTH, text: await code });
		await welcome;
		people.push(person);
	}
	return people;
}

/** @param {string} url */
async function connect(url) {
	const socket = new WebSocket(url, "plume.2");
	await once(socket, "open");
	return {
		send: (/** @type {object} */ message) =>
			socket.send(JSON.stringify(message)),
		/** @param {string} words @returns {Promise<void>} */
		hears: (words) =>
			new Promise((resolve) => {
				const listen = (/** @type {Buffer} */ data) => {
					if (!data.toString().includes(words)) return;
					socket.off("message", listen);
					resolve();
				};
				socket.on("message", listen);
			}),
	};
}

/** @param {readonly { file: string, functions: string[] }[]} files */
function report(files) {
	for (const { file, functions } of files)
		console.log(
			`${file.replace(/js$/, "ts")}: ${functions.map((name) => name || "(anonymous)").join(", ")}`,
		);
	console.log(`${files.length} files, ${MOST_FILES} at most`);
	if (files.length > MOST_FILES) process.exitCode = 1;
}
