/**
 * The program as an operator runs it: a process of its own, made by the
 * build, with its output read line by line.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(
	new URL("../../dist/src/main.js", import.meta.url),
);

/** Nothing of the machine's own settings gets in. */
const bare = { PATH: process.env.PATH ?? "", HOME: tmpdir() };

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** What a login code's mail says; `time` in milliseconds since 1970. */
interface Mailed {
	readonly code: string;
	readonly time: number;
}

/** The newest code in someone's mail, whichever process mailed it, once it is another than a `wrong` one. */
export async function newestCode(
	processes: readonly Plume[],
	name: string,
	wrong: string | undefined,
): Promise<string> {
	for (;;) {
		const mails = processes.flatMap((one) => one.latestCode(name) ?? []);
		const newest = mails.sort((one, other) => other.time - one.time)[0];
		if (newest && newest.code !== wrong) return newest.code;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** Runs the program to its end. */
export function run(
	args: readonly string[],
	environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
	const child = spawn(process.execPath, [PROGRAM, ...args], {
		env: { ...bare, ...environment },
	});
	return ending(child);
}

/** Resolves with all that a process wrote, once it has ended. */
export function ending(child: ChildProcess): Promise<Ended> {
	let [stdout, stderr] = ["", ""];
	child.stdout?.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr?.on("data", (chunk) => {
		stderr += chunk;
	});
	return new Promise((resolve) => {
		child.once("close", (code, signal) =>
			resolve({ code, signal, stdout, stderr }),
		);
	});
}

/** Node's options with which it is yesterday until a file exists. */
export function yesterdayUntil(file: string): string {
	const script = `
		import { existsSync } from "node:fs";
		const now = Date.now;
		Date.now = () => now() - (existsSync("${file}") ? 0 : 86_400_000);
	`;
	return `--import data:text/javascript,${encodeURIComponent(script)}`;
}

export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return Object(address).port;
}

/** Asks until a server that starts answers, and leaves it the processor meanwhile. */
export async function untilItAnswers<Answer>(
	ask: () => Promise<Answer>,
): Promise<Answer> {
	for (;;) {
		const answer = await ask().catch(() => undefined);
		if (answer !== undefined) return answer;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

export const newDataFolder = () => mkdtemp(join(tmpdir(), "plume-"));

/** All files of a folder with what is in them. */
export async function filesIn(folder: string) {
	const names = await readdir(folder, { recursive: true, withFileTypes: true });
	const paths = names
		.filter((it) => it.isFile())
		.map((it) => join(it.parentPath, it.name));
	return Promise.all(
		paths
			.sort()
			.map(async (path) => [path, await readFile(path, "utf8")] as const),
	);
}

/** It refuses nobody because the machine of the test has much else to do. */
const PATIENT = { PLUME_LIMIT_SHEDDING_DELAY_MILLISECONDS: "60000" };

/** A running server. */
export class Plume {
	readonly data: string;
	readonly ended: Promise<Ended>;
	url = "";
	/** The operational log so far. */
	readonly lines: Record<string, unknown>[] = [];
	readonly #child: ChildProcess;
	readonly #codes = new Map<string, Mailed[]>();
	readonly #latest = new Map<string, Mailed>();
	#recoverState: (() => void)[] = [];

	private constructor(child: ChildProcess, data: string) {
		this.#child = child;
		this.data = data;
		this.ended = ending(child);
		if (child.stdout)
			createInterface({ input: child.stdout }).on("line", (line) =>
				this.#read(line),
			);
	}

	/**
	 * Resolves when it listens; rejects with what it said if it ends instead.
	 * `wrap` runs it in a shell that was prepared, `args` are what an operator
	 * adds, and `socket` becomes its descriptor 3.
	 */
	static async start(
		environment: Readonly<Record<string, string>> = {},
		wrap = "",
		args: readonly string[] = [],
		socket?: number,
	): Promise<Plume> {
		const data = environment.PLUME_DATA ?? (await newDataFolder());
		const own = { PLUME_PORT: "0", PLUME_DATA: data, ...PATIENT };
		const env = { ...bare, ...own, ...environment };
		const stdio = [
			"pipe",
			"pipe",
			"pipe",
			...(socket ? [socket] : []),
		] as const;
		const program = [PROGRAM, ...args];
		const shell = ["-c", `${wrap}; exec "$0" "$@"`, process.execPath];
		const child = wrap
			? spawn("sh", [...shell, ...program], { env, stdio: [...stdio] })
			: spawn(process.execPath, program, { env, stdio: [...stdio] });
		const plume = new Plume(child, data);
		const failed = plume.ended.then(({ stdout, stderr }) => {
			throw new Error(`it ended: ${stdout}${stderr}`);
		});
		await Promise.race([plume.#until(() => plume.url !== ""), failed]);
		failed.catch(() => {});
		return plume;
	}

	get port(): number {
		return Number(new URL(this.url).port);
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** The next code that was printed for a name and not asked for yet. */
	async codeFor(name: string): Promise<string> {
		await this.#until(() => (this.#codes.get(name)?.length ?? 0) > 0);
		return this.#codes.get(name)?.shift()?.code ?? "";
	}

	/** The latest that was printed for a name, also if it was asked for. */
	latestCode(name: string): Mailed | undefined {
		return this.#latest.get(name);
	}

	/** The process number of one of its processes, by what it is called. */
	async childCalled(node: string): Promise<number> {
		for (const pid of await readdir("/proc")) {
			const of = (file: string) =>
				readFile(join("/proc", pid, file), "utf8").catch(() => "");
			if (!(await of("environ")).includes(`PLUME_NODE=${node}\0`)) continue;
			const parent = / [A-Z] (\d+) /.exec(await of("stat"))?.[1];
			if (Number(parent) === this.pid) return Number(pid);
		}
		throw new Error(`no process is called ${node}`);
	}

	kill(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	async stop(): Promise<Ended> {
		this.kill("SIGTERM");
		return this.ended;
	}

	#read(text: string): void {
		if (!text.startsWith("{")) return;
		const line = JSON.parse(text);
		this.lines.push(line);
		if (line.msg === "listening" && line.node !== "sequencer")
			this.url = line.url;
		if (line.msg === "login code") {
			const codes = this.#codes.get(line.name) ?? [];
			this.#codes.set(line.name, [...codes, line]);
			this.#latest.set(line.name, line);
		}
		for (const recoverState of this.#recoverState.splice(0)) recoverState();
	}

	async #until(condition: () => boolean): Promise<void> {
		while (!condition())
			await new Promise<void>((resolve) => {
				this.#recoverState.push(resolve);
			});
	}
}
