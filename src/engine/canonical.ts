/**
 * One text for one state, whatever order its parts were put together in:
 * object keys and map entries are sorted. It is what state hashes are taken of.
 */
import { isMap } from "immutable";

export function canonical(value: unknown): string {
	if (isMap(value)) return canonical(Object.fromEntries(value));
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null)
		return JSON.stringify(value) ?? "null";
	const entries = Object.entries(value)
		.filter(([, part]) => part !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`);
	return `{${entries.join(",")}}`;
}
