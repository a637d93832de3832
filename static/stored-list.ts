/** Reads the lists that this browser has stored. */

import { parseJson } from "../machines/schema.ts";

/** The entries of a stored list that have the fields of `sample`, by name and type; others are left out. */
export function parseList<Entry extends object>(json: string, sample: Entry) {
	const isEntry = (entry: unknown): entry is Entry =>
		Object.entries(sample).every(
			([name, value]) => typeof Object(entry)[name] === typeof value,
		);
	return Object.values(parseJson(json)).filter(isEntry);
}
