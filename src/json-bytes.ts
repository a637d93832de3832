/** What JSON writes in more than its UTF-8: quotes, control characters, lone surrogates. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/** How many bytes a text takes up as JSON, where a control character is six; few texts need a second writing to know it. */
export const jsonBytes = (text: string): number =>
	ESCAPED.test(text)
		? Buffer.byteLength(JSON.stringify(text))
		: Buffer.byteLength(text) + 2;
