/** `npm run protocol`: makes the tables of PROTOCOL.md anew, from the code. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { withTables } from "./tables.ts";

/** In the source tree, not in `dist`. */
const file = fileURLToPath(new URL("../../../PROTOCOL.md", import.meta.url));

await writeFile(file, withTables(await readFile(file, "utf8")));
