/**
 * Builds the page into dist/static: one script, one stylesheet, the rest as it
 * is, all of it packed too. The paths are this file's own, so that it can be run from anywhere.
 */

import { createHash } from "node:crypto";
import {
	copyFile,
	mkdir,
	readdir,
	readFile,
	writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { inlineEnglish, writeCatalogues } from "./catalogues.js";

/** Where the emoji picker writes styles into the document, it is made to do so as our Content-Security-Policy permits. */
const STYLES = [
	[
		"targetNode.setAttribute(attributeName, newValue)",
		"attributeName === 'style' ? (targetNode.style.cssText = newValue) : targetNode.setAttribute(attributeName, newValue)",
	],
	[
		"const style = document.createElement('style');",
		"const style = new CSSStyleSheet();",
	],
	[
		"style.textContent = baseStyles + EXTRA_STYLES;",
		"style.replaceSync(baseStyles + EXTRA_STYLES);",
	],
	[
		"this.shadowRoot.appendChild(style);",
		"this.shadowRoot.adoptedStyleSheets = [style];",
	],
];

function permitted({ onLoad }) {
	onLoad({ filter: /emoji-picker-element\/picker\.js$/ }, async ({ path }) => {
		let contents = await readFile(path, "utf8");
		for (const [was, is] of STYLES) {
			if (contents.split(was).length !== 2)
				throw new Error(`the emoji picker has changed: ${was}`);
			contents = contents.replace(was, is);
		}
		return { contents };
	});
}

const from = import.meta.dirname;
const to = join(from, "..", "dist", "static");

const sources = createHash("sha256");
for (const folder of [from, join(from, "..", "machines")])
	for (const file of (await readdir(folder, { recursive: true })).sort())
		if (/\.(css|html|js|json|ts)$/.test(file))
			sources.update(await readFile(join(folder, file)));
const BUILD = JSON.stringify(sources.digest("hex").slice(0, 8));

const built = await build({
	absWorkingDir: from,
	metafile: true,
	entryPoints: {
		app: join(from, "main.ts"),
		// Loaded when it is first needed.
		"room-dialog": join(from, "room-dialog.ts"),
		"emoji-picker": join(from, "emoji-picker.ts"),
		erase: join(from, "erase.ts"),
		"key-dialogs": join(from, "key-dialogs.ts"),
		"long-press": join(from, "long-press.ts"),
		"mention-autocomplete": join(from, "mention-autocomplete.ts"),
		"message-link": join(from, "message-link.ts"),
		invitation: join(from, "invitation.ts"),
		note: join(from, "note.ts"),
		"new-room": join(from, "new-room.ts"),
		"message-sheet": join(from, "message-sheet.ts"),
		"language-choice": join(from, "language-choice.ts"),
		"person-menu": join(from, "person-menu.ts"),
		"pins-dialog": join(from, "pins-dialog.ts"),
		"search-dialog": join(from, "search-dialog.ts"),
		share: join(from, "share.ts"),
		translate: join(from, "translate.ts"),
		"own-dialogs": join(from, "own-dialogs.ts"),
		plume: join(from, "plume.css"),
		later: join(from, "later.css"),
		inspect: join(from, "inspect", "main.ts"),
		inspected: join(from, "inspect", "inspect.css"),
		admin: join(from, "admin", "main.ts"),
		administered: join(from, "admin", "admin.css"),
	},
	outdir: to,
	bundle: true,
	format: "esm",
	target: ["chrome123", "firefox120", "safari17.5"],
	minify: true,
	sourcemap: "external",
	// The server serves it beside the stylesheet.
	external: ["plume.svg"],
	define: { "process.env.NODE_ENV": '"production"', BUILD },
	logLevel: "warning",
	plugins: [{ name: "emoji-picker", setup: permitted }, inlineEnglish],
});
// Once more: what terser leaves is 5 % smaller when it is packed.
for (const output of Object.keys(built.metafile.outputs)) {
	if (!output.endsWith(".js")) continue;
	const file = join(from, output);
	const { code, map } = await minify(await readFile(file, "utf8"), {
		...{
			module: true,
			ecma: 2022,
			compress: { passes: 3, pure_getters: true, keep_fargs: false },
		},
		sourceMap: { content: await readFile(`${file}.map`, "utf8") },
	});
	await writeFile(file, code);
	await writeFile(`${file}.map`, map);
}
const emoji = "emoji-picker-element-data/en/cldr/data.json";
await copyFile(
	fileURLToPath(import.meta.resolve(emoji)),
	join(to, "emoji.json"),
);
await writeCatalogues(to);
for (const file of await readdir(from)) {
	if (/\.(svg|png|webmanifest)$|^sw\.js$/.test(file))
		await copyFile(join(from, file), join(to, file));
	if (!file.endsWith(".html")) continue;
	// Its indentation would be loaded by everyone.
	const html = await readFile(join(from, file), "utf8");
	await writeFile(join(to, file), html.replace(/^\t+/gm, ""));
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
