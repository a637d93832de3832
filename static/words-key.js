/** The size of what the keys are chosen from: four letters or digits. */
const KEYS = 36 ** 4;

/** A short key for English words, under which a catalogue has them in its language. @param {string} words */
export const wordsKey = (words) =>
	[...words]
		.reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % KEYS, 0)
		.toString(36);
