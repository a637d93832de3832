/** The dependencies of the engine. */

import type {
	ClientId,
	ClientLeft,
	Identity,
	RoomName,
} from "../../machines/events.ts";
import type { NodeShown } from "../../machines/frame.ts";
import type { Server } from "../chat/server.ts";
import type { Clock } from "../clock.ts";
import type { SequencerMessage } from "../cluster/messages.ts";
import type { NetworkCounts } from "../cluster/network-counts.ts";
import type { Archive } from "../history/archive.ts";
import type { Entry, Log } from "../log/log.ts";
import type { Snapshots } from "../log/snapshots.ts";
import type { OperatorCommand } from "../operator/usage.ts";
import type { OwnUpdate, People } from "../people/people.ts";
import type { PushSender } from "../push/sender.ts";
import type { SearchIndex } from "../search/search-index.ts";
import type { Command } from "./command.ts";
import type { Actor } from "./commands/actor.ts";
import type { Policy, View } from "./commands/decision.ts";
import type { Connection, Login } from "./connection.ts";
import type { Step } from "./fold.ts";
import type { Mail } from "./logins.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";
import type { UnfinishedErasures } from "./unfinished-erasures.ts";

/** Reports to the operator. It is never given anyone's personal data. */
export interface Reporter {
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
}

/** The two watermarks. Commands are decided on the ordered state; the committed one may be seen. */
export interface States {
	ordered: State;
	committed: State;
}

/** A client types, or is away or back. It is never logged. */
export interface Activity {
	readonly room: RoomName;
	readonly client: ClientId;
	readonly away?: boolean | undefined;
}

/** What nodes tell each other beside the log. */
export type Broadcast = Activity | OwnUpdate;

/** The other nodes, if there are any. One of them is the sequencer, which decides; each of the others is an edge. */
export interface Cluster {
	/** Whether this node decides. */
	readonly leads: boolean;
	/** In words, for an operator. */
	readonly described: string;
	/** The id of this node. */
	readonly node: string;
	/** What the operator calls each node that this one knows of, itself too, by its id. */
	readonly labels: ReadonlyMap<string, string>;
	/** What it is in the cluster, for the inspector. */
	readonly role: Pick<NodeShown, "state" | "term" | "sequencer">;
	/** The admins that another node, which decides, has named; undefined if none has, or this one decides. */
	readonly admins?: ReadonlySet<Identity> | undefined;
	/** Hands a command to the sequencer. */
	forward(connection: Connection, command: Command): void;
	/** Tells the sequencer that a connection of this node is over. */
	disconnect(connection: Connection, why: ClientLeft["why"]): void;
	/** Tells the other nodes. */
	signal(signal: Broadcast): void;
	/** Whether so much is undecided that nothing more should be received. */
	readonly isBehind: boolean;
	/** Whether the disk of another node, which decides, takes no writes. */
	readonly isFrozen?: boolean;
	/** Why nobody should be sent to this node now. */
	readonly wrong: string | undefined;
	/** What the sequencer answers an operator, or an admin: words, or a table. Rejects with `OperatorError`. */
	ask(
		command: OperatorCommand,
		args: readonly string[],
		by: Actor,
	): Promise<Pick<SequencerMessage<"answer">, "says" | "table">>;
	/** Call with each command that this node decides itself; call the answer once what follows is durable. */
	deciding?(connection: Connection, command: Command): () => void;
	/** Another node decides now: what was ordered here has not happened. */
	onDeposed?(): void;
	/** Erases what every node keeps of these events, beside its own files, if this node decides; if not, it remembers to, should it decide soon. */
	erase?(seqs: readonly number[], time: number): Promise<void>;
	/** Whether a node that is there does not understand this type of event. */
	isForeign?(type: string): boolean;
	/** Call each second with how many connections of strangers networks have on this node. Answers how many they have on the others, as far as that is known. */
	countNetworks(own: NetworkCounts): ReadonlyMap<string, number>;
	/** Whether a node is there, so that the clients it carries are not lost. */
	hasNode(node: string): boolean;
}

export interface EngineParts {
	readonly cluster?: Cluster | undefined;
	readonly log: Log;
	readonly snapshots: Snapshots | undefined;
	readonly archive: Archive;
	/** Without it, nothing can be searched for. */
	readonly search?: SearchIndex | undefined;
	readonly unfinished: UnfinishedErasures;
	/** The log is a backup: people may have seen events that are not in it. */
	readonly restored?: boolean;
	/** Folded from the log. */
	readonly states: States;
	readonly server: Server;
	readonly clock: Clock;
	/** A clock that leaves out the pauses of our own process, for deadlines of clients that are silent. */
	readonly runningClock: Clock;
	readonly secrets: Secrets;
	readonly mail: Mail;
	readonly people: People;
	/** Undefined where no notes are sent to closed browsers. */
	readonly push?: PushSender | undefined;
	readonly policy: Policy;
	readonly version: string;
	/** Called for each event that is committed. */
	readonly onCommitted: (step: Step) => void;
	readonly report: Reporter;
	/** The process must end at once, since nothing more can be promised. */
	readonly onFatal: (error: Error) => void;
}

/** What each service of the engine works with. */
export interface RunningParts extends EngineParts {
	readonly pipeline: Pipeline;
}

/** Whether some node could not go on after these entries: it runs an older version. */
export const isTooNew = (
	{ cluster }: Pick<EngineParts, "cluster">,
	entries: readonly Entry[],
): boolean =>
	entries.some(({ event }) => cluster?.isForeign?.(event.type) === true);

/** Whether this node decides; then it also keeps the deadlines. */
export const leads = ({ cluster }: Pick<EngineParts, "cluster">): boolean =>
	cluster?.leads ?? true;

/** The identities of those who are admins now. */
export const adminsOf = ({
	policy,
	cluster,
}: Pick<EngineParts, "policy" | "cluster">): ReadonlySet<Identity> =>
	cluster?.admins ?? policy.admins;

/** The view that a command is decided on now, for the client of a login if there is one, on a node. Spelt out: any spread costs 15 µs here, and the rest 0.2. */
export function viewOf(
	{ policy, states, clock, secrets, cluster }: EngineParts,
	login?: Login,
	node = policy.node,
): View {
	const { limits, allow, retention, lang } = policy;
	const admins = adminsOf({ policy, cluster });
	const { ordered: state } = states;
	const client = login && state.client(login.client);
	const now = clock.now();
	return {
		limits,
		allow,
		admins,
		retention,
		lang,
		node,
		state,
		now,
		secrets,
		client,
		login,
	};
}
