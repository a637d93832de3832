/**
 * Whoever looks on while the state moves: the inspector, or nobody. It is
 * told which actors there are, and after each event that the event is
 * through; what the actors did meanwhile it sees for itself.
 */
import type { AnyActor } from "xstate";
import type { Stored } from "../log/log.ts";

export interface Onlooker {
	/** A new actor, that nothing was sent to yet. The id is random, made by us, and says nothing. */
	onActor(id: string, actor: AnyActor): void;
	/** An event is about to be sent to it. */
	onMoving(actor: AnyActor): void;
	/** It has done all it ever will. */
	onGone(actor: AnyActor): void;
	/** An event has moved all it concerns. What is answered is run once that event is durable. */
	onMoved(stored: Stored): () => void;
}
