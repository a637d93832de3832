/**
 * Tells systemd how the server is: sd_notify(3). Node has no datagram sockets,
 * so the program systemd-notify sends it, and nobody waits for that. It costs
 * a process each minute.
 */
import { spawn } from "node:child_process";
import type { Cluster } from "../engine/parts.ts";
import type { Log } from "../log/log.ts";

/** Where systemd listens, and how soon it ends a server that is not heard of. */
export interface NotifyAddress {
	/** What systemd-notify needs to know: none of our secrets. */
	readonly environment: Readonly<Record<string, string>>;
	readonly watchdogMs: number;
}

interface NotifierParts {
	/** Undefined where systemd does not listen. */
	readonly address: NotifyAddress | undefined;
	readonly log: Pick<Log, "ordered" | "committed" | "frozen">;
	/** Says while other machines don't store what this one sends them. */
	readonly cluster: Pick<Cluster, "wrong" | "isFrozen"> | undefined;
	/** How many people are here. */
	readonly people: () => number;
	readonly warn: (message: string) => void;
}

const STATUS_MS = 60_000;

/** Takes the address out of the environment, which the programs that we start inherit. */
export function takeNotifyAddress(
	environment: NodeJS.ProcessEnv,
): NotifyAddress | undefined {
	const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH = "" } = environment;
	for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
		delete environment[name];
	if (!NOTIFY_SOCKET) return undefined;
	const isOurs = (WATCHDOG_PID ?? `${process.pid}`) === `${process.pid}`;
	const watchdogMs = isOurs ? Number(WATCHDOG_USEC) / 1000 : 0;
	return {
		environment: { PATH, NOTIFY_SOCKET },
		watchdogMs: watchdogMs || Infinity,
	};
}

export function notifier(parts: NotifierParts) {
	const { address, log, cluster, people, warn } = parts;
	let timer: NodeJS.Timeout | undefined;
	let before = -1;
	let isMissing = false;
	/** Systemd has heard that the server is ready. */
	let isHeard = false;
	let again: NodeJS.Timeout | undefined;
	/** Half of the watchdog's time, and each minute. */
	const everyMs = Math.min(STATUS_MS, (address?.watchdogMs ?? Infinity) / 2);

	function tell(...assignments: readonly string[]): void {
		if (!address || isMissing) return;
		const options = { env: address.environment, stdio: "ignore" } as const;
		/** Only a program that is not there is never tried again: what else fails may pass. */
		function failed({ code, message }: NodeJS.ErrnoException): void {
			isMissing = code === "ENOENT";
			const advice =
				"Install systemd-notify, or set Type=exec and no WatchdogSec= in the unit.";
			const more = isMissing ? "" : "It is tried again soon. If that goes on: ";
			warn(
				`systemd can't be told how the server is: ${message}. ${more}${advice}`,
			);
			clearTimeout(again);
			// Before the watchdog's time is over.
			if (timer && !isMissing)
				again = setTimeout(tell, everyMs / 4, ...assignments);
		}
		const all = timer && !isHeard ? ["READY=1", ...assignments] : assignments;
		try {
			spawn("systemd-notify", all, options)
				.once("error", failed)
				.once("exit", (code) => {
					if (code) failed(new Error(`systemd-notify ended with ${code}`));
					else isHeard = true;
				});
		} catch (error) {
			// Some errors are thrown rather than emitted, like a lack of memory.
			failed(Object(error));
		}
	}

	/** A full disk and a lost quorum are waited for, but a write or a sync that does not end may never do so. */
	function logGoesOn(): boolean {
		const { ordered, committed, frozen } = log;
		const isFurther = committed > before;
		before = committed;
		const waits = frozen || cluster?.wrong !== undefined;
		return waits || ordered === committed || isFurther;
	}

	function status(): string {
		const isFrozen = log.frozen || cluster?.isFrozen;
		const wrong = isFrozen ? "The disk takes no writes" : cluster?.wrong;
		const trouble = wrong ? `. ${wrong}: nobody can write` : "";
		return `STATUS=People here: ${people()}, events: ${log.committed}${trouble}`;
	}

	return {
		/** The server listens. From now on systemd hears of it. */
		ready(): void {
			timer = setInterval(
				() => tell(status(), ...(logGoesOn() ? ["WATCHDOG=1"] : [])),
				everyMs,
			);
			tell(status());
		},
		stopping(): void {
			clearInterval(timer);
			clearTimeout(again);
			timer = undefined;
			tell("STOPPING=1", "STATUS=Stopping");
		},
	};
}
