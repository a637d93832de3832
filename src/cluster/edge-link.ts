/** One edge, as the sequencer sees it, and the connections that it carries. */
import type { Duplex } from "node:stream";
import type { Identity } from "../../machines/events.ts";
import type { Clock } from "../clock.ts";
import type { Policy } from "../engine/commands/decision.ts";
import type { Connection, Login } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { cannot } from "../engine/operation.ts";
import type { Broadcast, Reporter, States } from "../engine/parts.ts";
import { messageOf } from "../log/disk.ts";
import type { Log } from "../log/log.ts";
import type { Operator } from "../operator/operator.ts";
import { isOperatorCommand } from "../operator/usage.ts";
import { Link } from "./link.ts";
import { LogFeed } from "./log-feed.ts";
import type {
	EdgeMessage,
	FromEdge,
	FromSequencer,
	NodeFacts,
} from "./messages.ts";
import { ifChanged, type NetworkCounts } from "./network-counts.ts";
import type { Seal } from "./seal.ts";

/** The sequencer's own parts, once they run. */
export interface Running {
	readonly engine: Engine;
	readonly log: Log;
	readonly states: States;
	readonly operator: Operator;
	readonly policy: Policy;
}

/** Edges are upgraded first. */
const UNKNOWN = "The sequencer is of an older version, without this command.";
const NOBODY = { node: "", label: "", version: "", settings: "" };

interface EdgeLinkParts extends Running {
	readonly clock: Clock;
	readonly report: Reporter;
	readonly onHello: (hello: EdgeMessage<"hello">) => void;
	readonly onSignal: (signal: Broadcast) => void;
	readonly onClose: (error: Error | undefined) => void;
}

export class EdgeLink {
	/** What it said of itself; nothing before its hello. */
	about: NodeFacts = NOBODY;
	/** How many connections of strangers networks have there. */
	networks: NetworkCounts = [];
	/** Tells it how many they have on the other nodes. */
	readonly tellNetworks = ifChanged((counts: NetworkCounts) =>
		this.send({ kind: "networks", counts }),
	);
	readonly tellAdmins = ifChanged(
		(admins: readonly Identity[]) => this.send({ kind: "admins", admins }),
		"",
	);
	/** When it was last heard of, by the clock. */
	heardAt: number;
	readonly #parts: EdgeLinkParts;
	readonly #link: Link<FromSequencer, FromEdge>;
	readonly #connections = new Map<number, Connection>();
	#feed: LogFeed | undefined;
	#done = 0;
	#knowsAway = false;
	/** Whether it said that it stops. */
	isLeaving = false;

	constructor(socket: Duplex, seal: Seal, parts: EdgeLinkParts) {
		this.#parts = parts;
		this.heardAt = parts.clock.now();
		this.#link = new Link(socket, seal, {
			onMessage: (message: FromEdge) => this.#hear(message),
			onClose: (error) => {
				this.#feed?.stop();
				parts.onClose(error);
			},
		});
	}

	get carries(): number {
		return this.#connections.size;
	}

	send(message: FromSequencer): void {
		this.#link.send(message);
	}

	/** Sends only as much at once as the network takes, so that others are served meanwhile. */
	async sendAll(signals: Iterable<Broadcast>): Promise<void> {
		for (const signal of signals) {
			this.send({ kind: "signal", at: this.#parts.log.committed, signal });
			await new Promise<void>((done) => this.#link.onceDrained(done));
		}
	}

	/** Tells it once who is away. */
	tellAway(): void {
		if (this.#knowsAway) return;
		this.#knowsAway = true;
		const { log, engine } = this.#parts;
		const { away } = engine.services.liveUpdates;
		this.send({ kind: "away", at: log.committed, away });
	}

	close(): void {
		this.#link.close();
	}

	/** Its connections are no more. */
	forget(): void {
		for (const connection of this.#connections.values())
			this.#parts.engine.drop(connection);
		this.#connections.clear();
	}

	#hear(message: FromEdge) {
		this.heardAt = this.#parts.clock.now();
		if (message.kind !== "hello" && !this.about.node) return this.close();
		switch (message.kind) {
			case "hello":
				this.#begin(message);
				break;
			case "connection":
				this.#connect(message);
				break;
			case "command":
				this.#receive(message);
				break;
			case "closed": {
				const connection = this.#connections.get(message.connection);
				this.#connections.delete(message.connection);
				if (connection) this.#parts.engine.disconnect(connection, message.why);
				break;
			}
			case "carried":
				this.#parts.engine.loseOthers(
					this.about.node,
					this.#connections.values(),
				);
				break;
			case "signal":
				this.#parts.onSignal(message.signal);
				break;
			case "networks":
				this.networks = message.counts;
				break;
			case "leaving":
				this.isLeaving = true;
				break;
			case "ask":
				void this.#answer(message);
		}
	}

	#begin(hello: EdgeMessage<"hello">): void {
		const { log, report, onHello } = this.#parts;
		this.about = hello;
		if (hello.hasLog) onHello(hello);
		else {
			const link = this.#link;
			this.#feed = new LogFeed({ log, link, from: hello, report });
			this.#feed.start(() => onHello(hello));
		}
	}

	#connect(message: EdgeMessage<"connection">): void {
		const { connection: number, networks, login } = message;
		const { engine, log } = this.#parts;
		const about = { connection: number };
		const connection = engine.connect(
			networks,
			{
				onMessage: ({ messages }) =>
					this.send({ kind: "tell", ...about, at: log.committed, messages }),
				onEnd: (reason, words) =>
					this.send({ kind: "end", ...about, reason, words }),
				whenDrained: () => {},
				onLogin: (login, at) =>
					this.send({ kind: "login", ...about, at, login }),
			},
			this.about.node,
		);
		this.#connections.set(number, connection);
		if (login && !this.#isStill(login))
			this.send({ kind: "end", ...about, reason: "restart" });
		else if (login) engine.services.attachments.attach(connection, login);
	}

	/** Whether an edge that was away may go on to carry a client. */
	#isStill({ client: id }: Login): boolean {
		const { ordered } = this.#parts.states;
		const client = ordered.client(id);
		if (!client?.matches("inRoom")) return client !== undefined;
		const member = ordered.room(client.context.room)?.context.members.get(id);
		return member?.node === this.about.node && member.deadline === undefined;
	}

	#receive(message: EdgeMessage<"command">): void {
		const { engine } = this.#parts;
		const connection = this.#connections.get(message.connection);
		if (connection) engine.receive(connection, message.command);
		engine.pipeline.afterwards(() => {
			const isFirst = this.#done === 0;
			this.#done = message.number;
			if (!isFirst) return;
			// One message for all that one commit has done.
			queueMicrotask(() => {
				this.send({ kind: "done", number: this.#done });
				this.#done = 0;
			});
		});
	}

	async #answer({ id, command, args, by }: EdgeMessage<"ask">) {
		const { operator } = this.#parts;
		try {
			if (!isOperatorCommand(command)) cannot({ words: UNKNOWN });
			const answer = await operator.ask(command, args, by);
			const says: string[] = [];
			if ("rows" in answer)
				return this.send({ kind: "answer", id, table: answer });
			for await (const line of answer) says.push(line);
			this.send({ kind: "answer", id, says });
		} catch (error) {
			this.send({ kind: "answer", id, error: messageOf(error) });
		}
	}
}
