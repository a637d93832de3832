/** What comes late must not interrupt who has turned to something else. */

let acts = 0;
/** Call when the room on the screen is another, too. */
export const acted = () => {
	acts += 1;
};
addEventListener("keydown", acted, true);
addEventListener("pointerdown", acted, true);

/** What is returned tells whether the person did nothing else since. */
export function lastAct(): () => boolean {
	const nth = acts;
	return () => acts === nth;
}
