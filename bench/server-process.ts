/**
 * A server under measurement, in a process of its own on a core of its own,
 * with what the kernel knows of it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Contender } from "./job.ts";

/** What the kernel counts processor time in: 1/100 s on every Linux there is. */
const TICK_US = 10_000;
const ENDING_MS = 5000;

/** Local address, remote address, state, bytes unsent and unread: a line of /proc/net/tcp. */
const TCP = /^ *\d+: \w+:(\w+) \w+:\w+ \w+ (\w+):\w+/gm;

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const PLUME = beside("../src/main.js");
/** As in plume.service. */
const FLAGS = [
	"--heap-growing-percent=25",
	"--max-semi-space-size=8",
	"--liftoff-only",
];
const PROGRAMS: Readonly<Record<Contender, string>> = {
	plume: PLUME,
	"plume.2": PLUME,
	ws: beside("peers/ws.js"),
	"socket.io": beside("peers/socket-io.js"),
};

/** Runs Node on one core, if the machine has several, with as many open files as it may have. */
export function onCore(
	core: 0 | 1,
	args: readonly string[],
	environment: Readonly<Record<string, string>> = {},
): ChildProcess {
	const pins = existsSync("/usr/bin/taskset") && cpus().length > 1;
	const pin = pins ? `taskset -c ${core} ` : "";
	const script = `ulimit -n $(ulimit -H -n); exec ${pin}"$0" "$@"`;
	return spawn("/bin/sh", ["-c", script, process.execPath, ...args], {
		env: { PATH: "/usr/bin:/bin", ...environment },
		stdio: ["ignore", "pipe", "inherit"],
	});
}

/** Runs Node beside the server to its end; resolves with the last line that it prints, or rejects with how it ended. */
export async function lastLine(
	args: readonly string[],
	longestMs?: number,
): Promise<string> {
	const child = onCore(1, args);
	const kill = () => child.kill("SIGKILL");
	process.once("exit", kill);
	const timer = longestMs && setTimeout(() => child.kill(), longestMs);
	const ended = once(child, "close");
	const said = child.stdout ? await text(child.stdout) : "";
	const [code, signal] = await ended;
	clearTimeout(timer);
	process.off("exit", kill);
	if (code !== 0) throw new Error(`ended with ${code ?? signal}`);
	return said.trim().split("\n").at(-1) ?? "";
}

/** What all cores have worked since the machine started, in microseconds. */
export function machineCpuUs(): number {
	const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
	const [user, nice, system, , , irq, softirq, steal] = line
		.replace(/^cpu +/, "")
		.split(" ")
		.map(Number);
	const ticks = [user, nice, system, irq, softirq, steal];
	return ticks.reduce<number>((sum, tick = 0) => sum + tick, 0) * TICK_US;
}

/** User and system time of a process since it started, in microseconds. */
export function cpuUsOf(pid: number | undefined): number {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** A server that people enter and talk on. */
export interface Loadable
	extends Pick<ServerProcess, "port" | "codeFor" | "cpuUs" | "rssKiB"> {
	/** The processor time of those who stand beside it, as `cpuUs`. */
	readonly besideUs?: number;
}

export class ServerProcess {
	port = 0;
	/** Emits each line that it prints, by its `msg`, and as "any line"; and what a flag of V8 lets it print, as "V8". */
	readonly lines = new EventEmitter();
	readonly #child: ChildProcess;
	readonly #codes = new Map<string, string>();

	/** Resolves when it listens. `folder` is where Plume keeps its data. It has core 0 if nothing else is said. */
	static async start(
		contender: Contender,
		folder: string,
		flags: readonly string[] = [],
		environment: Readonly<Record<string, string>> = {},
		{
			program = PROGRAMS[contender],
			core = 0,
		}: { readonly program?: string; readonly core?: 0 | 1 } = {},
	): Promise<ServerProcess> {
		const child = onCore(core, [...FLAGS, ...flags, program], {
			PLUME_PORT: "0",
			PLUME_DATA: folder,
			PLUME_LIMITS: "off",
			...environment,
		});
		// Nothing that was started may outlive its measurement.
		const kill = () => child.kill("SIGKILL");
		process.once("exit", kill);
		child.once("exit", () => process.off("exit", kill));
		const server = new ServerProcess(child);
		await new Promise((resolve, reject) => {
			child.once("exit", (code) => reject(new Error(`it exited with ${code}`)));
			server.lines.once("listening", resolve);
		});
		return server;
	}

	private constructor(child: ChildProcess) {
		this.#child = child;
		if (!child.stdout) throw new Error("its output can't be read");
		const { lines } = this;
		// As many may wait for a code.
		lines.setMaxListeners(0);
		lines.on("listening", ({ url }) => {
			this.port = Number(new URL(url).port);
		});
		lines.on("login code", ({ name, code }) => {
			this.#codes.set(name, code);
			lines.emit(`code for ${name}`);
		});
		createInterface({ input: child.stdout }).on("line", (text) => {
			if (!text.startsWith("{")) {
				lines.emit("V8", text);
				return;
			}
			const line = JSON.parse(text);
			lines.emit(line.msg, line);
			lines.emit("any line", line);
		});
	}

	/** The login code that it printed, or will print, for a name. */
	async codeFor(name: string): Promise<string> {
		if (!this.#codes.has(name)) await once(this.lines, `code for ${name}`);
		const code = this.#codes.get(name) ?? "";
		this.#codes.delete(name);
		return code;
	}

	/** User and system time since it started, in microseconds. */
	get cpuUs(): number {
		return cpuUsOf(this.#child.pid);
	}

	get rssKiB(): number {
		return this.#status(/VmRSS:\s+(\d+)/);
	}

	/** How many files and sockets it has open. */
	get descriptors(): number {
		return readdirSync(`/proc/${this.#child.pid}/fd`).length;
	}

	/** The most that the kernel holds, sent and not yet taken, for any one of its sockets. */
	get mostInKernelBytes(): number {
		let most = 0;
		for (const [, port = "", bytes = ""] of readFileSync(
			"/proc/net/tcp",
			"utf8",
		).matchAll(TCP))
			if (Number.parseInt(port, 16) === this.port)
				most = Math.max(most, Number.parseInt(bytes, 16));
		return most;
	}

	#status(field: RegExp): number {
		const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
		return Number(field.exec(status)?.[1] ?? 0);
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** Resolves when it has ended; what takes too long is killed. */
	async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
		const child = this.#child;
		if (child.exitCode !== null || child.signalCode !== null) return;
		const ended = new Promise((resolve) => child.once("close", resolve));
		const timer = setTimeout(() => child.kill("SIGKILL"), ENDING_MS);
		child.kill(signal);
		await ended;
		clearTimeout(timer);
	}
}
