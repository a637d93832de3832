/**
 * Whether the other end is still there. A connection may die without a word,
 * and a page is not told of the server's pings: so it waits for an answer to
 * what is always answered, and where nothing is heard it asks for one. It
 * counts steps, not time: while a page is frozen, it does not listen.
 */

const STEP_MS = 5_000;
/** Silent steps until a connection that owes an answer is dead, and until a quiet one is asked. */
const [DEAD, QUIET] = [2, 6];

interface World {
	/** Whether anyone looks: nobody else needs to know before something is posted. */
	isSeen(): boolean;
	/** Posts what is always answered, if anything can be. */
	ask(): void;
	dead(): void;
}

export function heartbeat({ isSeen, ask, dead }: World) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isOwed = false;
	let silent = 0;

	function next() {
		clearTimeout(timer);
		timer = setTimeout(step, STEP_MS);
	}

	function step() {
		silent += 1;
		if (isOwed && silent >= DEAD) return dead();
		if (!isOwed && !isSeen()) return;
		next();
		if (!isOwed && silent % QUIET === 0) ask();
	}

	function begin(owed: boolean) {
		isOwed = owed;
		silent = 0;
		next();
	}

	return {
		heard: () => begin(false),
		/** Something was posted that is always answered. */
		owed() {
			if (!isOwed) begin(true);
		},
		/** There is reason to ask at once. */
		suspect() {
			if (!isOwed) ask();
		},
		stop() {
			clearTimeout(timer);
			isOwed = false;
		},
	};
}
