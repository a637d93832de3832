/**
 * Builds the page into dist/static: its scripts, one stylesheet, the rest as it
 * is, all of it packed too. The paths are this file's own, so that it can be run from anywhere.
 */

import { createHash } from "node:crypto";
import {
	copyFile,
	mkdir,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import { minify } from "terser";
import { markKeys, markup, numbered, writeCatalogues } from "./catalogues.js";
import { libraries } from "./libraries.js";

const from = import.meta.dirname;
const to = join(from, "..", "dist", "static");

const sources = createHash("sha256");
// Libraries are part of what is built.
sources.update(await readFile(join(from, "..", "package-lock.json")));
for (const folder of [from, join(from, "..", "machines")])
	for (const file of (await readdir(folder, { recursive: true })).sort())
		if (/\.(css|html|js|json|ts)$/.test(file))
			sources.update(await readFile(join(folder, file)));
/**
 * The name of each script and catalogue of the page has this mark. Files of two
 * builds do not fit each other: an open page of the last one finds none of them.
 */
const MARK = `-${sources.digest("hex").slice(0, 8)}`;

const target = ["chrome123", "firefox120", "safari17.5"];
await rm(to, { recursive: true, force: true });

/** All that is loaded at once is in the first scripts; the later ones import it from there. */
const groups = [
	{ name: "catalogue", entry: "catalogue.ts", priority: 2 },
	{ name: "app", entry: "main.ts", priority: 1 },
].map(({ name, entry, priority }) => ({
	priority,
	debugName: name,
	/** Whether the entry needs the module at once. */
	name(id, graph) {
		const seen = new Set([join(from, entry)]);
		for (const each of seen)
			for (const next of graph.getModuleInfo(each).importedIds) seen.add(next);
		return seen.has(id) ? name : null;
	},
}));

async function bundle(input, names, codeSplitting) {
	const bundled = await rolldown({
		...{ input, platform: "browser", plugins: [libraries, markKeys] },
		transform: {
			target,
			define: {
				"process.env.NODE_ENV": '"production"',
				MARK: JSON.stringify(MARK),
			},
		},
	});
	const { output } = await bundled.generate({
		...{ entryFileNames: names, chunkFileNames: names, codeSplitting },
		minify: true,
	});
	return output.filter(({ type }) => type === "chunk");
}
const keys = [];
/** Terser leaves less than the bundler would. */
async function write({ name, fileName, code }) {
	const small = await minify(numbered(code, keys), {
		module: true,
		ecma: 2022,
		compress: { passes: 3, pure_getters: true, keep_fargs: false },
		// XState's own fields, which nothing else reads.
		mangle: { properties: name === "app" && { regex: /^_[a-z]/ } },
	});
	await mkdir(to, { recursive: true });
	await writeFile(join(to, fileName), small.code);
}

const library = (name) => fileURLToPath(import.meta.resolve(name));
const page = await bundle(
	{
		main: join(from, "main.ts"),
		later: join(from, "later.ts"),
		picker: library("emoji-picker-element"),
		qr: library("lean-qr/nano"),
	},
	`[name]${MARK}.js`,
	{ groups },
);
const isFirst = ({ name }) => name === "app" || name === "catalogue";
for (const chunk of page.filter(isFirst)) await write(chunk);
const first = [...keys];
for (const chunk of page)
	if (!isFirst(chunk) && chunk.name !== "main") await write(chunk);
for (const name of ["inspect", "admin"])
	for (const chunk of await bundle(
		{ [name]: join(from, name, "main.ts") },
		"[name].js",
		false,
	))
		await write(chunk);
await build({
	absWorkingDir: from,
	entryPoints: {
		plume: join(from, "plume.css"),
		later: join(from, "later.css"),
		inspected: join(from, "inspect", "inspect.css"),
		administered: join(from, "admin", "admin.css"),
	},
	outdir: to,
	bundle: true,
	target,
	minify: true,
	// The server serves it beside the stylesheet.
	external: ["plume.svg"],
	logLevel: "warning",
});
const emoji = library("emoji-picker-element-data/en/cldr/data.json");
await copyFile(emoji, join(to, "emoji.json"));
const html = await markup(join(from, "index.html"));
await writeCatalogues(to, MARK, [
	{ name: "", keys: first, html },
	{ name: "-later", keys: keys.slice(first.length), html: "" },
]);
for (const file of await readdir(from)) {
	if (/\.(svg|png|webmanifest)$/.test(file))
		await copyFile(join(from, file), join(to, file));
	if (!["index.html", "sw.js"].includes(file)) continue;
	const text = numbered(await markup(join(from, file)), keys);
	await writeFile(join(to, file), text.replaceAll("-MARK", MARK));
}
for (const name of ["inspect", "admin"])
	await copyFile(join(from, name, `${name}.html`), join(to, `${name}.html`));
// `plume COMMAND --help` prints it.
const docs = join(to, "..", "docs");
await mkdir(docs, { recursive: true });
await copyFile(
	join(from, "..", "docs", "commands.md"),
	join(docs, "commands.md"),
);
const charts = join(from, "..", "docs", "charts");
for (const machine of ["client", "node", "room", "server"])
	await copyFile(join(charts, `${machine}.svg`), join(to, `${machine}.svg`));
// Packed once, here, and not at each request.
for (const file of await readdir(to)) {
	if (!/\.(css|html|js|json|svg|webmanifest)$/.test(file)) continue;
	const bytes = await readFile(join(to, file));
	await writeFile(join(to, `${file}.br`), brotliCompressSync(bytes));
	await writeFile(join(to, `${file}.gz`), gzipSync(bytes, { level: 9 }));
}
