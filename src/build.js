/**
 * Joins the modules of the built program, and the libraries that every start
 * loads, into a few files: to find and compile many small ones was more than
 * half of a start. What is loaded only when it is needed stays apart, in `cli`,
 * from where each module finds its files by the same path as before.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { rolldown } from "rolldown";

const src = join(import.meta.dirname, "..", "dist", "src");
const JOINED =
	/^(express|immutable|ipaddr\.js|pino|unicode-confusables|ws|xstate)(\/|$)/;
/** What `ws` uses where it is installed. */
const OPTIONAL = /^(bufferutil|utf-8-validate)$/;

const bundled = await rolldown({
	input: {
		main: join(src, "main.js"),
		"search/worker": join(src, "search", "worker.js"),
	},
	external(id, importer = "") {
		if (id.startsWith(".") || isAbsolute(id)) return false;
		return importer.startsWith(src) ? !JOINED.test(id) : OPTIONAL.test(id);
	},
	platform: "node",
});
const { output } = await bundled.write({
	...{ dir: src, entryFileNames: "[name].js" },
	chunkFileNames: "cli/_[name].js",
});

const ids = output.flatMap(({ moduleIds = [] }) => moduleIds);
const LIBRARY = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/;
const libraries = new Map(
	ids.flatMap((id) => {
		const [folder, name] = LIBRARY.exec(id) ?? [];
		return name ? [[name, folder]] : [];
	}),
);
const licences = [...libraries].sort().map(async ([name, folder]) => {
	const files = await readdir(folder);
	const file = files.find((each) => /^licen[cs]e/i.test(each));
	if (!file) throw new Error(`${name} has no licence.`);
	return `${name}\n\n${await readFile(join(folder, file), "utf8")}`;
});
await writeFile(
	join(src, "licences.txt"),
	(await Promise.all(licences)).join("\n---\n\n"),
);
