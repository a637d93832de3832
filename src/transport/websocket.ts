/**
 * One connection from a browser to the engine: frames become commands, what
 * the engine tells becomes bytes. It keeps the edge's promises: a bound on
 * what is unsent, a deadline for saying hello, and that whoever falls silent
 * is gone.
 */
import type { ClientLeft } from "../../machines/events.ts";
import { CloseCode, type CloseReason } from "../../machines/message.ts";
import type { Batch } from "../chat/batch.ts";
import type { Clock } from "../clock.ts";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import type { Limits } from "../limits.ts";
import type { Dialect } from "./dialect.ts";
import { parseFrame } from "./parse.ts";

const NOTHING = () => {};

/** What a connection needs of the socket that carries it. */
export interface Wire {
	/** Bytes handed over and not yet taken by the network. */
	readonly unsentBytes: number;
	send(bytes: Buffer): void;
	/** Runs a task, in a later turn, when all that was sent so far is taken. */
	whenDrained(task: () => void): void;
	ping(): void;
	/** Says why, then closes. */
	close(code: number, reason: string): void;
	/** Drops it without a word. */
	terminate(): void;
}

export interface TransportParts {
	readonly wire: Wire;
	readonly dialect: Dialect;
	readonly engine: Engine;
	/** Where it comes from, the narrowest network first. */
	readonly networks: readonly string[];
	readonly clock: Clock;
	readonly limits: Limits;
	/** How much of the time to its first ping is over, from 0 to 1: who come at once are not pinged at once. */
	readonly pingPhase: number;
	/** Called once, when the visitor has proved who they are. */
	readonly onLoggedIn: () => void;
}

export class WebSocketTransport {
	readonly #parts: TransportParts;
	readonly #connection: Connection;
	#cancelDeadline: () => void;
	#loggedIn = false;
	#lastHeard: number;
	#lastPing: number;

	constructor(parts: TransportParts) {
		this.#parts = parts;
		const { engine, networks, clock, limits, pingPhase } = parts;
		this.#lastHeard = clock.now();
		this.#lastPing = clock.now() - pingPhase * limits.pingSeconds * 1000;
		this.#connection = engine.connect(networks, {
			onMessage: (batch) => this.#deliver(batch),
			onEnd: (reason) =>
				this.close(reason, reason === "policy" ? "refused" : "closed"),
			whenDrained: (task) => this.#whenDrained(task),
		});
		this.#cancelDeadline = this.#expectHello(limits.helloSeconds);
	}

	/** Whether nothing that comes is for us any more: we have ended it, or heard that it ended. */
	get isOver(): boolean {
		return this.#connection.gone;
	}

	/** A text frame has come. */
	receive(frame: string): void {
		const { engine, dialect, limits } = this.#parts;
		this.heard();
		const parsed = parseFrame(frame, dialect.isModern, limits);
		if ("command" in parsed) engine.receive(this.#connection, parsed.command);
		else engine.misunderstand(this.#connection, parsed.re, parsed);
	}

	/** Any sign of life. */
	heard(): void {
		this.#lastHeard = this.#parts.clock.now();
	}

	/** Called about once a second: pings, and drops whoever does not answer. */
	checkHeartbeat(): void {
		const { clock, limits, wire } = this.#parts;
		const now = clock.now();
		const silenceMs = now - this.#lastHeard;
		if (silenceMs >= (limits.pingSeconds + limits.pongSeconds) * 1000) {
			this.closed("silent");
			wire.terminate();
		} else if (now - this.#lastPing >= limits.pingSeconds * 1000) {
			this.#lastPing = now;
			wire.ping();
		}
	}

	/** Ends it from our side, with words. */
	close(reason: CloseReason, why: ClientLeft["why"]): void {
		const { code, says } = CloseCode[reason];
		this.closed(why);
		this.#parts.wire.close(code, says);
	}

	/** The socket is gone, or as good as gone. */
	closed(why: ClientLeft["why"]): void {
		this.#cancelDeadline();
		this.#parts.engine.disconnect(this.#connection, why);
	}

	#deliver(batch: Batch): void {
		if (this.#connection.gone) return;
		const { wire, dialect, limits, onLoggedIn } = this.#parts;
		const bytes = batch.bytes(dialect);
		const unsent = wire.unsentBytes;
		if (unsent > 0 && unsent + bytes.length > limits.mailboxBytes) {
			this.close("tooSlow", "tooSlow");
			return;
		}
		if (bytes.length > 0) wire.send(bytes);
		if (this.#loggedIn) return;
		if (batch.messages.some(({ kind }) => kind === "welcome")) {
			this.#loggedIn = true;
			this.#cancelDeadline();
			// Which a timer hangs on.
			this.#cancelDeadline = NOTHING;
			onLoggedIn();
		}
	}

	/** Whoever is sent more only when they have taken what there is does not take for ever. */
	#whenDrained(task: () => void): void {
		const { wire, clock, limits } = this.#parts;
		const patienceMs = (limits.pingSeconds + limits.pongSeconds) * 1000;
		const cancel = clock.after(patienceMs, () => {
			if (!this.#connection.gone) this.close("tooSlow", "tooSlow");
		});
		wire.whenDrained(() => {
			cancel();
			task();
		});
	}

	/** A stranger has a short time to say hello, and as long as a code lives to come back after a failed login. */
	#expectHello(seconds: number): () => void {
		const { clock, engine, limits } = this.#parts;
		return clock.after(seconds * 1000, () => {
			if (engine.phase(this.#connection) === "stranger")
				this.close("silent", "silent");
			else this.#cancelDeadline = this.#expectHello(limits.codeSeconds + 60);
		});
	}
}
