/** `npm run protocol`: makes the tables of PROTOCOL.md and docs/operating.md anew, from the code. */
import { readFile, writeFile } from "node:fs/promises";
import { documents, withTables } from "./tables.ts";

/** In the source tree, not in `dist`. */
const root = new URL("../../../", import.meta.url);

for (const [name, tables] of Object.entries(documents)) {
	const file = new URL(name, root);
	await writeFile(file, withTables(await readFile(file, "utf8"), tables));
}
