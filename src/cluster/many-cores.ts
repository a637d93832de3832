/**
 * `plume serve --edges N`: one process decides, and N others serve people, so
 * that several cores send what is said. This process only starts them, accepts
 * their connections in turn, and starts one that ended again.
 */
import { fork } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { join, resolve } from "node:path";
import type { Config, Environment } from "../config.ts";
import { realDisk } from "../log/disk.ts";
import { copiesFolder } from "../log/edge-copies.ts";
import { readSecret } from "../secret-file.ts";
import type { NotifyAddress } from "../systemd/notifier.ts";
import type { PassedSocket } from "../transport/listen.ts";
import { Children, SEQUENCER } from "./children.ts";
import { markLeft } from "./copies.ts";
import { closeUntaken } from "./handed-over.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

export interface ManyCores {
	readonly config: Config;
	/** Without the settings file, which the sequencer reads by itself, and again at a reload. */
	readonly environment: Environment;
	/** With it: every setting as this process has it. */
	readonly loaded: Environment;
	readonly passed: PassedSocket | undefined;
	readonly notify: NotifyAddress | undefined;
	/** Flags with which the sequencer accepts what it refuses otherwise. */
	readonly accepts: readonly string[];
	readonly warn: (line: string) => void;
}

/** Resolves with the exit code, when all have ended. */
export async function serveManyCores({
	config,
	environment,
	loaded,
	accepts,
	warn,
	passed,
	notify,
}: ManyCores): Promise<number> {
	const data = resolve(config.data);
	const folder = copiesFolder(data);
	// If that is refused, nothing was made in the folder.
	const secret = await readSecret(config, warn);
	await realDisk.makeFolder(folder);
	const at = join(folder, "sequencer.sock");
	const [main = ""] = process.argv.slice(1);
	const children = new Children(warn);
	let accepted = accepts;
	/** The sequencer removes the other copies once its log is accepted. */
	const EDGES_HERE = `${config.edges}`;
	children.keep(SEQUENCER, () => {
		const own = { PLUME_DATA: data, PLUME_EDGES: "0", EDGES_HERE };
		const port = { PLUME_HOST: "127.0.0.1", PLUME_PORT: "0" };
		const service = notify && {
			...notify.environment,
			WATCHDOG_USEC: `${notify.watchdogMs * 1000}`,
		};
		const named = { PLUME_SEQUENCER: at, PLUME_NODE: "sequencer" };
		const env = { ...environment, ...own, ...port, ...named, ...service };
		const flags = accepted;
		// The others are each meant for one start.
		accepted = accepts.filter((flag) => flag === "--accept-clock");
		return fork(main, ["serve", ...flags], { env });
	});
	const listening = passed ? { LISTEN_PID: "parent", LISTEN_FDS: "1" } : {};
	/** Tells an edge that is started later that others serve people meanwhile. */
	let OTHERS_LISTEN = "no";
	cluster.once("listening", () => {
		OTHERS_LISTEN = "yes";
	});
	cluster.setupPrimary({ exec: main, args: ["serve"] });
	for (let nth = 1; nth <= config.edges; nth++) {
		const PLUME_DATA = join(folder, `${nth}`);
		await markLeft(realDisk, PLUME_DATA);
		const start = () => {
			const PLUME_SOCKET = join(PLUME_DATA, "admin.sock");
			const own = { PLUME_DATA, PLUME_SOCKET, PLUME_NODE: `edge ${nth}` };
			const mine = { PLUME_SECRET: secret, PLUME_UPSTREAM: at };
			const not = { PLUME_CONFIG: "", PLUME_METRICS: "", PLUME_EDGES: "0" };
			const env = { ...loaded, ...own, ...mine, ...not, ...listening };
			const worker = cluster.fork({ ...env, OTHERS_LISTEN });
			closeUntaken(worker, (error) => warn(`plume: edge ${nth}: ${error}`));
			return worker.process;
		};
		children.keep(`edge ${nth}`, start, PLUME_DATA);
	}
	const signals = SIGNALS.map((signal) => once(process, signal));
	await Promise.race([children.ended, ...signals]);
	void children.stop(0);
	return children.ended;
}
