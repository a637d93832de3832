/**
 * An edge: a node that serves people, and leaves every decision to the
 * sequencer. It mirrors the log and folds it, so what people see of an event
 * follows here as it does there; commands go to the sequencer, and answers
 * come back with the event that they rest on.
 *
 * While the sequencer can't be reached, people stay connected and are told so.
 */
import type { Duplex } from "node:stream";
import type { ClientLeft } from "../../machines/events.ts";
import type { Clock } from "../clock.ts";
import { ConfigError } from "../config.ts";
import type { Command } from "../engine/command.ts";
import type { Actor } from "../engine/commands/actor.ts";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { OperatorError } from "../engine/operation.ts";
import type { Activity, Cluster, Reporter } from "../engine/parts.ts";
import type { Log } from "../log/log.ts";
import type { OperatorCommand } from "../operator/usage.ts";
import type { Running } from "./edge-link.ts";
import { Link } from "./link.ts";
import type { FromEdge, FromSequencer } from "./messages.ts";
import type { Seal } from "./seal.ts";
import { Undecided } from "./undecided.ts";

/** People are told that the sequencer is gone if it is for so long. */
const SILENT_MS = 2500;
const RETRY_MS = [50, 100, 200, 500, 1000, 2000];
export interface EdgeParts {
	/** A new connection to the sequencer. */
	readonly dial: () => Duplex;
	readonly seal: Seal;
	readonly clock: Clock;
	readonly report: Reporter;
	readonly onFatal: (error: Error) => void;
	/** What the sequencer is told of this node. */
	readonly about: Pick<
		Extract<FromEdge, { kind: "hello" }>,
		"node" | "label" | "version" | "settings"
	>;
}

type ToSequencer = Link<FromEdge, FromSequencer>;

export class Edge implements Cluster {
	readonly leads = false;
	readonly #parts: EdgeParts;
	#engine: Engine | undefined;
	#log: Log | undefined;
	#link: ToSequencer | undefined;
	#isWelcome = false;
	#isLate = false;
	#tries = 0;
	#closing = false;
	#cancel = () => {};
	/** The lines that came, one after the other. */
	#following = Promise.resolve();
	#sequencer = "";
	#onStart = { isCurrent: () => {}, isRefused: (_: Error) => {} };
	readonly #numbers = new Map<Connection, number>();
	readonly #connections = new Map<number, Connection>();
	#nextConnection = 1;
	readonly #undecided = new Undecided();
	#nextAsked = 1;
	readonly #asked = new Map<number, (answer: Answer) => void>();

	constructor(parts: EdgeParts) {
		this.#parts = parts;
	}

	get node(): string {
		return this.#parts.about.node;
	}

	get isBehind(): boolean {
		return this.#undecided.isFull;
	}

	/** Why nobody should be sent here now. */
	get wrong(): string | undefined {
		return this.#isWelcome ? undefined : "the sequencer can't be reached";
	}

	/** Resolves once this node has what the sequencer had when it was reached. Rejects with `ConfigError` if this is no mirror of its log. */
	start({ engine, log }: Pick<Running, "engine" | "log">): Promise<void> {
		this.#engine = engine;
		this.#log = log;
		return new Promise((isCurrent, isRefused) => {
			this.#onStart = { isCurrent, isRefused };
			this.#dial();
		});
	}

	async close(): Promise<void> {
		this.#closing = true;
		this.#cancel();
		this.#link?.close();
		await this.#following;
	}

	hasNode(node: string): boolean {
		return node === this.#sequencer;
	}

	forward(connection: Connection, command: Command): void {
		const link = this.#isWelcome ? this.#link : undefined;
		if (!link && !this.#undecided.mayWait(command)) {
			this.#engine?.refuseForNow(connection, command, false);
			return;
		}
		const number = this.#undecided.add(connection, command);
		if (link) this.#send(link, connection, command, number);
	}

	#send(
		link: ToSequencer,
		connection: Connection,
		command: Command,
		number: number,
	): void {
		const at = this.#numberOf(connection, link);
		link.send({ kind: "command", connection: at, number, command });
	}

	disconnect(connection: Connection, why: ClientLeft["why"]): void {
		const number = this.#numbers.get(connection);
		if (number === undefined) return;
		this.#numbers.delete(connection);
		this.#connections.delete(number);
		if (this.#isWelcome)
			this.#link?.send({ kind: "closed", connection: number, why });
	}

	signal(signal: Activity): void {
		if (this.#isWelcome) this.#link?.send({ kind: "signal", signal });
	}

	/** What the sequencer answers an operator, or an admin. Rejects with `OperatorError`. */
	ask(command: OperatorCommand, args: readonly string[], by: Actor) {
		const id = this.#nextAsked++;
		return new Promise<readonly string[]>((resolve, reject) => {
			const answer = ({ says, error }: Answer) =>
				says ? resolve(says) : reject(new OperatorError(error ?? AWAY));
			if (!this.#isWelcome || !this.#link) return answer({});
			this.#asked.set(id, answer);
			this.#link.send({ kind: "ask", id, command, args, by });
		});
	}

	#dial(): void {
		const { seal, about } = this.#parts;
		const { segments, position, id } = this.#log ?? {};
		const link = new Link<FromEdge, FromSequencer>(this.#parts.dial(), seal, {
			onMessage: (message, bytes) => {
				if (link === this.#link) this.#hear(message, bytes);
			},
			onClose: (error) => this.#lost(error),
		});
		this.#link = link;
		link.send({
			...{ kind: "hello", ...about, log: position ? (id ?? "") : "" },
			...{ segment: segments?.growing?.first ?? 0 },
			...{ offset: position?.offset ?? 0, hash: position?.hash ?? "" },
		});
	}

	#lost(error: Error | undefined): void {
		const { clock, report } = this.#parts;
		if (this.#closing) return;
		if (this.#isWelcome)
			report.warn({ error: error?.message }, "the sequencer is gone");
		this.#isWelcome = false;
		this.#link = undefined;
		this.#undecided.lose((connection, command) =>
			this.#engine?.refuseForNow(connection, command, true),
		);
		for (const answer of this.#asked.values()) answer({});
		this.#asked.clear();
		if (this.#tries === 0)
			clock.after(SILENT_MS, () => {
				if (this.#isWelcome || this.#closing) return;
				this.#isLate = true;
				this.#engine?.tellAll("sequencerIsThere");
			});
		const waitMs = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)] ?? 0;
		// What is on its way into the mirror must be there first.
		void this.#following.then(() => {
			if (this.#closing) return;
			this.#cancel = clock.after(waitMs, () => this.#dial());
		});
	}

	#numberOf(connection: Connection, link: ToSequencer) {
		const known = this.#numbers.get(connection);
		if (known !== undefined) return known;
		const number = this.#nextConnection++;
		this.#numbers.set(connection, number);
		this.#connections.set(number, connection);
		this.#introduce(connection, number, link);
		return number;
	}

	#introduce(
		{ networks, login }: Connection,
		connection: number,
		link: ToSequencer,
	): void {
		link.send({ kind: "connection", connection, networks, login });
	}

	#hear(message: FromSequencer, bytes: Buffer): void {
		const { onFatal } = this.#parts;
		switch (message.kind) {
			case "welcome":
				this.#welcome(message);
				break;
			case "unwelcome":
				this.#closing = true;
				this.#onStart.isRefused(new ConfigError(message.why));
				onFatal(new Error(message.why));
				break;
			case "lines":
				this.#following = this.#following
					.then(() => this.#log?.mirror(bytes))
					.catch((error: unknown) => {
						onFatal(error instanceof Error ? error : Error(`${error}`));
					});
				break;
			case "done":
				this.#undecided.settle(message.number);
				break;
			case "signal":
				this.#after(message.at, () =>
					this.#engine?.liveUpdates.apply(message.signal),
				);
				break;
			case "answer":
				this.#asked.get(message.id)?.(message);
				this.#asked.delete(message.id);
				break;
			default:
				this.#hearAbout(message, this.#connections.get(message.connection));
		}
	}

	#hearAbout(
		message: Extract<FromSequencer, { readonly connection: number }>,
		connection: Connection | undefined,
	): void {
		if (!connection || connection.gone) return;
		switch (message.kind) {
			case "login": {
				const { login, at } = message;
				this.#engine?.attachments.attach(connection, login);
				this.#after(at, () => {
					const { attachments } = this.#engine ?? {};
					if (login.resumed !== undefined)
						attachments?.resume(connection, login, login.resumed);
					else attachments?.admit(connection, login);
				});
				break;
			}
			case "tell":
				this.#after(message.at, () => {
					if (connection.gone) return;
					for (const each of message.messages) connection.mailbox.put(each);
				});
				break;
			case "end":
				connection.gone ||= message.reason === "replaced";
				connection.transport.onEnd(message.reason, message.words);
		}
	}

	#welcome({
		node,
		committed,
		away,
	}: Extract<FromSequencer, { kind: "welcome" }>): void {
		this.#sequencer = node;
		this.#isWelcome = true;
		this.#tries = 0;
		const link = this.#link;
		if (!link) return;
		for (const [connection, number] of this.#numbers)
			this.#introduce(connection, number, link);
		this.#undecided.sendAgain((...undecided) => this.#send(link, ...undecided));
		this.#after(committed, () => {
			for (const signal of away) this.#engine?.liveUpdates.apply(signal);
			if (this.#isLate) this.#parts.report.info({}, "the sequencer is back");
			this.#isLate = false;
			this.#onStart.isCurrent();
		});
	}

	#after(seq: number, task: () => void): void {
		this.#engine?.after(seq, task);
	}
}

const AWAY = "The sequencer can't be reached just now: try again in a moment.";

interface Answer {
	readonly says?: readonly string[];
	readonly error?: string;
}
