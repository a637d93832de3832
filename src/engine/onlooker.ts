/**
 * Whoever looks on while the state moves: the inspector, or nobody. It is
 * told which actors there are, and after each event that the event is
 * through; what the actors did meanwhile it sees for itself.
 */
import type { Stored } from "../log/log.ts";
import type { Live } from "./live.ts";

export interface Onlooker {
	/** A new actor, that nothing was sent to yet. The id is random, made by us, and says nothing. */
	onActor(id: string, live: Live): void;
	/** An event is about to be sent to it. */
	onMoving(live: Live): void;
	/** It has done all it ever will. */
	onGone(live: Live): void;
	/** An event has moved all it concerns. What is answered is run once that event is durable. */
	onMoved(stored: Stored): () => void;
}
