/**
 * All that depends on XState's inspection events, which version 6 changes.
 *
 * Of an event only this is used: the machine's own transition objects that
 * fired. What was sent, and the context, are never touched.
 */
import type { AnyActor, InspectedMicrostepEvent, StateValue } from "xstate";
import { clientMachine } from "../../machines/client.ts";
import { roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { transitionIds } from "./chart.ts";

export interface Step {
	/** As the machine's source says it. */
	readonly event: string;
	readonly transitions: readonly string[];
	readonly state: StateValue;
}

type Fired = InspectedMicrostepEvent["_transitions"][number];

/** Listens to actors of the server's machines. */
export class Steps {
	readonly #ids = new Map(
		[clientMachine, roomMachine, serverMachine].flatMap((machine) => [
			...transitionIds(machine),
		]),
	);

	/** Tells each step of an actor as it happens; what is answered ends that. */
	of(actor: AnyActor, onStep: (step: Step) => void): () => void {
		let fired: Fired[] = [];
		const subscription = actor.system.inspect((seen) => {
			if (seen.type === "@xstate.microstep") fired.push(...seen._transitions);
			if (seen.type !== "@xstate.snapshot") return;
			const [first] = fired;
			if (!first) return;
			const transitions = fired.map((each) => this.#id(each));
			fired = [];
			const state: StateValue = actor.getSnapshot().value;
			onStep({ event: first.eventType, transitions, state });
		});
		return () => subscription.unsubscribe();
	}

	#id(transition: object): string {
		const id = this.#ids.get(transition);
		if (!id) throw new Error("A transition fired that is in no chart.");
		return id;
	}
}
