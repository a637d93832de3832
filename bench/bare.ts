/** Parses every line of a folder's segments, and hashes it too if that is asked: the floor under any replay. */
import { hash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";

const NEWLINE = 10;
const [, , folder = "", hashes] = process.argv;

let chain = "";
let types = 0;
for (const name of readdirSync(folder).sort()) {
	if (!name.endsWith(".ndjson")) continue;
	let rest: Buffer = Buffer.alloc(0);
	const path = join(folder, name);
	for await (const chunk of createReadStream(path, {
		highWaterMark: 262_144,
	})) {
		const bytes: Buffer =
			rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
		let from = 0;
		for (;;) {
			const end = bytes.indexOf(NEWLINE, from);
			if (end < 0) break;
			const line = bytes.toString("utf8", from, end);
			if (JSON.parse(line).type) types++;
			if (hashes) chain = hash("sha256", `${chain}\n${line}`, "base64url");
			from = end + 1;
		}
		rest = bytes.subarray(from);
	}
}
process.stdout.write(`${types} ${chain}\n`);
