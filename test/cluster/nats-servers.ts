/** Real nats-servers on loopback, one or three, that a test can kill, pause and start again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsProgram } from "./nats-program.ts";

const READY_MS = 60_000;
const POLL_MS = 50;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	if (typeof address !== "object" || !address) throw new Error("no port");
	return address.port;
}

interface NatsServerParts {
	readonly name: string;
	readonly folder: string;
	readonly port: number;
	readonly clusterPort: number;
	readonly monitorPort: number;
	readonly routes: readonly number[];
	readonly sync: string;
	readonly more: string;
}

/** One server. What it stores outlives it. */
export class NatsServer {
	readonly parts: NatsServerParts;
	#process: ChildProcess | undefined;

	constructor(parts: NatsServerParts) {
		this.parts = parts;
	}

	get address(): string {
		return `127.0.0.1:${this.parts.port}`;
	}

	/** Its process, while it runs. */
	get pid(): number | undefined {
		return this.#process?.pid;
	}

	/** Where it tells of itself, by HTTP. */
	get monitor(): string {
		return `127.0.0.1:${this.parts.monitorPort}`;
	}

	/** The folder with its block files. */
	get store(): string {
		return join(this.parts.folder, "store");
	}

	async start(): Promise<void> {
		const { name, folder, port, clusterPort, monitorPort } = this.parts;
		const routes = this.parts.routes.map((at) => `nats://127.0.0.1:${at}`);
		const cluster = `cluster { name: plume, listen: "127.0.0.1:${clusterPort}", routes: ${JSON.stringify(routes)} }`;
		await mkdir(folder, { recursive: true });
		await writeFile(
			join(folder, "nats.conf"),
			`server_name: ${name}
listen: "127.0.0.1:${port}"
http: "127.0.0.1:${monitorPort}"
max_payload: 8MB
jetstream { store_dir: "${this.store}", sync_interval: ${this.parts.sync} }
${this.parts.more}
${routes.length > 0 ? cluster : ""}
`,
		);
		const args = ["-c", join(folder, "nats.conf"), "-l", join(folder, "log")];
		this.#process = spawn(natsProgram(), args, { stdio: "ignore" });
	}

	/** What it says of itself, by its monitoring port; undefined if nothing. */
	async asked(path: string): Promise<object | undefined> {
		try {
			const url = `http://${this.monitor}${path}`;
			const signal = AbortSignal.timeout(1000);
			const answer: unknown = await (await fetch(url, { signal })).json();
			return Object(answer);
		} catch {
			return undefined;
		}
	}

	async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
		const child = this.#process;
		if (!child || child.exitCode !== null || child.signalCode) return;
		const ended = once(child, "exit");
		child.kill("SIGCONT");
		child.kill(signal);
		await ended;
	}

	pause(): void {
		this.#process?.kill("SIGSTOP");
	}

	resume(): void {
		this.#process?.kill("SIGCONT");
	}
}

/** Servers that belong together. */
export class NatsServers {
	readonly all: readonly NatsServer[];
	readonly #folder: string;

	private constructor(all: readonly NatsServer[], folder: string) {
		this.all = all;
		this.#folder = folder;
		process.once("exit", () => {
			for (const server of all) void server.kill();
		});
	}

	/** Starts one server or a cluster of three, and waits until it can store. `more` are lines of its configuration. */
	static async start(
		count: 1 | 3,
		{ sync = "always", more = "" } = {},
	): Promise<NatsServers> {
		const folder = await mkdtemp(join(tmpdir(), "plume-nats-"));
		const ports = await Promise.all(
			Array.from({ length: count * 3 }, freePort),
		);
		const clusterPorts = ports.slice(count, 2 * count);
		const all = clusterPorts.map((clusterPort, index) => {
			const name = `n${index + 1}`;
			// A server that has itself among its routes may count itself as a peer.
			const routes = clusterPorts.filter((port) => port !== clusterPort);
			return new NatsServer({
				...{
					name,
					folder: join(folder, name),
					clusterPort,
					routes,
					sync,
					more,
				},
				port: ports[index] ?? 0,
				monitorPort: ports[2 * count + index] ?? 0,
			});
		});
		const servers = new NatsServers(all, folder);
		await Promise.all(all.map((server) => server.start()));
		await servers.ready();
		return servers;
	}

	get addresses(): readonly string[] {
		return this.all.map(({ address }) => address);
	}

	/** Waits until all of them let clients in, and know of each other and of a leader. */
	async ready(): Promise<void> {
		for (let ms = 0; ms < READY_MS; ms += POLL_MS) {
			const ready = await Promise.all(
				this.all.map((one) => this.#isReady(one)),
			);
			if (ready.every(Boolean)) return;
			await wait(POLL_MS);
		}
		throw new Error("the nats-servers were not ready in time");
	}

	async #isReady(server: NatsServer): Promise<boolean> {
		// The monitor answers before the port of clients is open: health waits for it.
		const { status } = Object(await server.asked("/healthz?js-server-only=1"));
		if (status !== "ok" || this.all.length === 1) return status === "ok";
		const { meta_cluster: meta } = Object(await server.asked("/jsz"));
		const { cluster_size: size, leader } = Object(meta);
		return size === this.all.length && Boolean(leader);
	}

	named(name: string): NatsServer {
		const server = this.all.find(({ parts }) => parts.name === name);
		if (!server) throw new Error(`there is no nats-server ${name}`);
		return server;
	}

	/** Kills all of them, and removes what they stored. */
	async stop(): Promise<void> {
		await Promise.all(this.all.map((server) => server.kill()));
		await rm(this.#folder, { recursive: true });
	}
}
