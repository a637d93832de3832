/** Reads a login code, however it was typed or pasted: for server and page. */

export const CODE_LENGTH = 6;
/** Crockford's base32: no I, L, O, U. */
export const CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE = new RegExp(`^[${CODE_LETTERS}]{${CODE_LENGTH}}$`);
/** In UTF-16 units. Someone may paste the whole mail with the code, which is shorter. */
const LONGEST = 1_000;

/**
 * Finds the code in what was typed: in upper or lower case, with digits of any
 * script, with spaces and dashes in it or words before it. O is read as 0, I
 * and L as 1. Undefined if there is none.
 */
export function readCode(typed: string): string | undefined {
	if (typed.length > LONGEST) return undefined;
	const plain = typed.normalize("NFKC").replace(/\p{Nd}/gu, digitOf);
	const words = plain.split(/[^\p{L}\p{N}]+/u);
	const marked = words.filter((word) => /[0-9]|^[A-Z]+$/.test(word)).reverse();
	const [, label = ""] = /:([^:]*)$/.exec(plain) ?? [];
	const codes = [plain, label, ...marked].map((text) =>
		text
			.replace(/[^\p{L}\p{N}]/gu, "")
			.toUpperCase()
			.replaceAll("O", "0")
			.replace(/[IL]/g, "1"),
	);
	return codes.find((code) => CODE.test(code));
}

/** The digits of each script are consecutive, starting with 0. */
function digitOf(sign: string): string {
	const point = sign.codePointAt(0) ?? 0;
	let value = 0;
	while (/\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value++;
	return String(value % 10);
}
