/**
 * The canonical text of a state: equal states have equal texts, since object
 * keys and map entries are sorted. State hashes are computed from it, and
 * snapshots contain it. A list keeps its order, which is part of the state.
 */
import { isMap } from "immutable";

export function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null)
		return JSON.stringify(value) ?? "null";
	return `{${entriesOf(value)
		.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`)
		.join(",")}}`;
}

/** The same text in pieces, so that none takes long. Objects and maps are divided down to `depth`. */
export function* canonicalPieces(
	value: object,
	depth: number,
): Generator<string> {
	let before = "{";
	for (const [key, part] of entriesOf(value)) {
		yield `${before}${JSON.stringify(key)}:`;
		const nested =
			typeof part === "object" && part !== null && !Array.isArray(part);
		if (nested && depth > 1) yield* canonicalPieces(part, depth - 1);
		else yield canonical(part);
		before = ",";
	}
	yield before === "{" ? "{}" : "}";
}

function entriesOf(value: object): [string, unknown][] {
	const object = isMap(value) ? Object.fromEntries(value) : value;
	return Object.entries(object)
		.filter(([, part]) => part !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1));
}
