/** What comes late must not interrupt who has turned to something else. */

let acts = 0;
/** Call at each key and press, and when the room on the screen is another. */
export const acted = () => {
	acts += 1;
};

/** What is returned tells whether the person did nothing else since. */
export function lastAct(): () => boolean {
	const nth = acts;
	return () => acts === nth;
}
