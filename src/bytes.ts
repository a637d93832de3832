/** Quotes, control characters and lone surrogates: JSON writes these longer than UTF-8 does. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/** The size of a text as JSON. Most texts need no second encoding to know it. */
export const jsonBytes = (text: string): number =>
	ESCAPED.test(text)
		? Buffer.byteLength(JSON.stringify(text))
		: Buffer.byteLength(text) + 2;

/** The longest beginning of a list that fits into `most` bytes, but at least one element. */
export function takeBytes<Each>(
	list: readonly Each[],
	most: number,
	bytesOf: (each: Each) => number,
): readonly Each[] {
	let [count, bytes] = [0, 0];
	for (const each of list) {
		bytes += bytesOf(each);
		if (bytes > most && count > 0) break;
		count++;
	}
	return list.slice(0, count);
}
