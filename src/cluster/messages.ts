/** What an edge and the sequencer tell each other. */
import type { ClientLeft, Identity } from "../../machines/events.ts";
import type { CloseReason } from "../../machines/message.ts";
import type { ServerMessage } from "../chat/server-message.ts";
import type { Command } from "../engine/command.ts";
import type { Actor } from "../engine/commands/actor.ts";
import type { Login } from "../engine/connection.ts";
import type { Activity, Broadcast } from "../engine/parts.ts";
import type { Table } from "../operator/tables.ts";
import type { OperatorCommand } from "../operator/usage.ts";
import type { NetworkCounts } from "./network-counts.ts";

/** What a node says of itself. */
export interface NodeFacts {
	readonly node: string;
	/** What the operator calls it. */
	readonly label: string;
	readonly version: string;
	/** The fingerprint of the settings that decide. */
	readonly settings: string;
	/** The types of the events that it understands. */
	readonly events?: readonly string[] | undefined;
}

/** An edge numbers its connections. */
interface About {
	readonly connection: number;
}

/** Says nothing, but shows that nothing before it was lost. */
interface Beat {
	readonly kind: "beat";
}

/** How many connections of strangers networks have: on that edge, or on all other nodes. */
interface Networks {
	readonly kind: "networks";
	readonly counts: NetworkCounts;
}

/** What an edge sends. */
export type FromEdge =
	/** The first message: who it is, and how far its mirror of the log goes: the byte after it, in the segment that begins with this seq. */
	| (NodeFacts & {
			readonly kind: "hello";
			readonly log: string;
			readonly segment: number;
			readonly offset: number;
			readonly hash: string;
			/** Whether it reads the log itself. */
			readonly hasLog?: boolean | undefined;
	  })
	/** A connection, before its first command, or when another sequencer must know of it. */
	| (About & {
			readonly kind: "connection";
			readonly networks: readonly string[];
			readonly login?: Login | undefined;
	  })
	| (About & {
			readonly kind: "command";
			/** Counts the commands of this edge. */
			readonly number: number;
			readonly command: Command;
	  })
	| (About & { readonly kind: "closed"; readonly why: ClientLeft["why"] })
	| { readonly kind: "signal"; readonly signal: Broadcast }
	| Networks
	| Beat
	/** It stops, and nothing is wrong. An older sequencer takes no notice. */
	| { readonly kind: "leaving" }
	/** It has named every connection that it still carries. */
	| { readonly kind: "carried" }
	| {
			readonly kind: "ask";
			readonly id: number;
			readonly command: OperatorCommand;
			readonly args: readonly string[];
			readonly by: Actor;
	  };

/** A message of an edge, by its kind. */
export type EdgeMessage<Kind> = Extract<FromEdge, { kind: Kind }>;

/** A message of the sequencer, by its kind. */
export type SequencerMessage<Kind> = Extract<FromSequencer, { kind: Kind }>;

/** What the sequencer has for one connection. */
export type AboutConnection = Extract<FromSequencer, About>;

/** What the sequencer sends. `at` is the seq of an event: the edge must have it first. */
export type FromSequencer =
	/** The answer to `hello`: the log goes on to this seq. */
	| {
			readonly kind: "welcome";
			readonly node: string;
			readonly committed: number;
			readonly away: readonly Activity[];
	  }
	| { readonly kind: "unwelcome"; readonly why: string }
	/** Who is away on any node, once each has had the time to tell. */
	| {
			readonly kind: "away";
			readonly at: number;
			readonly away: readonly Activity[];
	  }
	/** The id and label of each node. */
	| {
			readonly kind: "nodes";
			readonly labels: readonly (readonly [string, string])[];
	  }
	/** Who is an admin, by the settings of the sequencer. */
	| { readonly kind: "admins"; readonly admins: readonly Identity[] }
	/** Lines of the log come with it. */
	| { readonly kind: "lines" }
	| (About & {
			readonly kind: "login";
			readonly at: number;
			readonly login: Login;
	  })
	| (About & {
			readonly kind: "tell";
			readonly at: number;
			readonly messages: readonly ServerMessage[];
	  })
	| (About & {
			readonly kind: "end";
			readonly reason: CloseReason;
			readonly words?: string | undefined;
	  })
	/** Every command up to this number is decided, and what follows from it is durable. */
	| { readonly kind: "done"; readonly number: number }
	| { readonly kind: "signal"; readonly at: number; readonly signal: Broadcast }
	| Networks
	/** `isFrozen`: the disk of the log takes no writes; not told by an older sequencer. */
	| (Beat & { readonly isFrozen?: boolean | undefined })
	| {
			readonly kind: "answer";
			readonly id: number;
			readonly says?: readonly string[];
			/** In place of words. */
			readonly table?: Table;
			readonly error?: string;
	  };
