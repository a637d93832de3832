/**
 * Notices a connection that died without being closed. A page does not see the
 * server's pings, so it waits for the answer to frames that are always
 * answered, and sends one where it is quiet for long. It counts timer steps
 * rather than time, because a frozen page cannot receive.
 */

const STEP_MS = 5_000;
/** Silent steps after which a connection that owes an answer is dead. */
const DEAD_STEPS = 2;
/** Silent steps after which a quiet connection is pinged. */
const QUIET_STEPS = 6;

interface World {
	/** A hidden page need not know before it sends something. */
	isVisible(): boolean;
	/** Sends a frame that is always answered, if one can be sent. */
	ping(): void;
	dead(): void;
}

export class Heartbeat {
	readonly #world: World;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isOwed = false;
	#silentSteps = 0;

	constructor(world: World) {
		this.#world = world;
	}

	received(): void {
		this.#restart(false);
	}

	/** A frame was sent that is always answered. */
	expectAnswer(): void {
		if (!this.#isOwed) this.#restart(true);
	}

	/** Pings at once, unless an answer is owed already. */
	check(): void {
		if (!this.#isOwed) this.#world.ping();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#isOwed = false;
	}

	#restart(isOwed: boolean): void {
		this.#isOwed = isOwed;
		this.#silentSteps = 0;
		this.#schedule();
	}

	#schedule(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#step(), STEP_MS);
	}

	#step() {
		this.#silentSteps += 1;
		const isOwed = this.#isOwed;
		if (isOwed && this.#silentSteps >= DEAD_STEPS) return this.#world.dead();
		if (!isOwed && !this.#world.isVisible()) return;
		this.#schedule();
		if (!isOwed && this.#silentSteps % QUIET_STEPS === 0) this.#world.ping();
	}
}
