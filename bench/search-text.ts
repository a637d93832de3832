/** Texts to search. */
export const PEOPLE = 50;

/** Few words are common and most are rare, as in any language. */
const word = () => `word${Math.floor(3000 ** Math.random())}`;

export function textOf(nth: number): string {
	const words = Array.from({ length: 4 + (nth % 12) }, word);
	if (nth % 40 === 0) words.push(`https://example.org/${nth}`);
	if (nth % 30 === 0) words.unshift(`@person${Math.floor(nth / 30) % PEOPLE}`);
	return words.join(" ");
}
