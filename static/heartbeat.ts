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

export function heartbeat(world: World) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isOwed = false;
	let silentSteps = 0;

	function schedule(): void {
		clearTimeout(timer);
		timer = setTimeout(step, STEP_MS);
	}

	function restart(answerIsDue: boolean): void {
		isOwed = answerIsDue;
		silentSteps = 0;
		schedule();
	}

	function step() {
		silentSteps += 1;
		if (isOwed && silentSteps >= DEAD_STEPS) return world.dead();
		if (!isOwed && !world.isVisible()) return;
		schedule();
		if (!isOwed && silentSteps % QUIET_STEPS === 0) world.ping();
	}

	return {
		received: () => restart(false),
		/** A frame was sent that is always answered. */
		expectAnswer() {
			if (!isOwed) restart(true);
		},
		/** Pings at once, unless an answer is owed already. */
		check() {
			if (!isOwed) world.ping();
		},
		stop() {
			clearTimeout(timer);
			isOwed = false;
		},
	};
}
