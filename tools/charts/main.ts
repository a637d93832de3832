/** `npm run charts`: writes `docs/charts/` anew, from the machines. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { drawCharts } from "./charts.ts";

/** In the source tree, not in `dist`. */
const folder = fileURLToPath(new URL("../../../docs/charts/", import.meta.url));

await mkdir(folder, { recursive: true });
for (const [file, text] of await drawCharts())
	await writeFile(`${folder}${file}`, text);
