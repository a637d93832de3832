/**
 * The lifecycle of a node that shares its log with others. One at a time is
 * the sequencer, which decides. No lease makes it that: it has claimed the
 * next entry of the stream, and is it until another has claimed a later one.
 * Clocks decide only when to try.
 */
import { assign, setup } from "xstate";

export interface NodeContext {
	/** The highest term that was seen. Each claim begins the next one. */
	term: number;
	/** The node that claimed it. */
	sequencer: string;
}

export type NodeEvent =
	/** Nothing is heard of a sequencer, or it handed its office over. */
	| { readonly type: "silence" }
	/** Somebody was faster, or the stream can't be reached. */
	| { readonly type: "standDown" }
	/** A claim is in the stream. */
	| {
			readonly type: "claimed";
			readonly term: number;
			readonly node: string;
			readonly isOurs: boolean;
	  }
	/** Another node stored something where this one was about to. */
	| { readonly type: "deposed" };

export const nodeMachine = setup({
	types: { context: {} as NodeContext, events: {} as NodeEvent },
	guards: {
		isOurs: ({ event }) => event.type === "claimed" && event.isOurs,
	},
	actions: {
		takeTerm: assign(({ event, context }) =>
			event.type === "claimed"
				? { term: event.term, sequencer: event.node }
				: context,
		),
	},
}).createMachine({
	id: "node",
	context: { term: 0, sequencer: "" },
	initial: "edge",
	states: {
		edge: {
			on: { silence: "candidate", claimed: { actions: "takeTerm" } },
		},
		candidate: {
			on: {
				standDown: "edge",
				claimed: [
					{ guard: "isOurs", target: "sequencer", actions: "takeTerm" },
					{ target: "edge", actions: "takeTerm" },
				],
			},
		},
		sequencer: { on: { deposed: "edge" } },
	},
});
