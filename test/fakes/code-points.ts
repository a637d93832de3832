/** Strings of any code points. fast-check's `unit: "binary"` is the same, but first builds a map of 1.1 million of them. */
import fc from "fast-check";

const SURROGATES = { first: 0xd800, count: 0x800 };

const codePoint = fc.integer({ min: 0, max: 0x10ffff - SURROGATES.count }).map(
	(n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count),
	(text) => {
		const [point = 0, ...more] = Array.from(String(text), (one) =>
			Number(one.codePointAt(0)),
		);
		if (text === "" || more.length > 0) throw new Error("not one code point");
		return point < SURROGATES.first ? point : point - SURROGATES.count;
	},
);

export const anyString = (constraints: fc.StringSharedConstraints = {}) =>
	fc.string({ ...constraints, unit: codePoint });
