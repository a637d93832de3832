/** What the build changes in libraries of the page. It fails where the text that it replaces is not found. */

import { readFile } from "node:fs/promises";

/** What XState says of a machine that is wrong; the page's machine has tests. */
const MESSAGES =
	/throw new Error\(\s*(?:\/\/.*\s*)*(?:`(?:[^`$]|\$\{(?:[^`}]|`[^`]*`)*\})*`|'[^']*')\)/g;

/** For each file, by the end of its path: pairs of a text and what replaces it. */
const CHANGES = {
	// It writes styles into the document, as our Content-Security-Policy permits.
	"emoji-picker-element/picker.js": [
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
	],
	// The page's machine has no use for the tools of developers, and for these actions.
	"xstate/dist/raise-effbee0c.esm.js": [
		[
			"import { devToolsAdapter } from './xstate-dev.esm.js';",
			"const devToolsAdapter = undefined;",
		],
		[MESSAGES, "throw new Error()"],
		// The page is told of each state, and of nothing else.
		[/ {2}on\(type, handler\)[\s\S]*?(?=\n {2}\/\*\* Starts the Actor)/, ""],
	],
	"xstate/dist/StateMachine-ae06a22b.esm.js": [
		[MESSAGES, "throw new Error()"],
		// The page stores no snapshot.
		["return getPersistedSnapshot(snapshot, options);", ""],
	],
	"xstate/dist/assign-1f0d7720.esm.js": [[MESSAGES, "throw new Error()"]],
	"xstate/dist/xstate.esm.js": [
		[
			"\n    sendTo,\n    raise,\n    log,\n    cancel,\n    stopChild,\n    enqueueActions,\n    emit,\n    spawnChild,",
			"",
		],
	],
};

/** A plugin of the bundler. */
export const libraries = {
	name: "libraries",
	/** @param {string} id */
	async load(id) {
		const found = Object.entries(CHANGES).find(([end]) => id.endsWith(end));
		if (!found) return undefined;
		let code = await readFile(id, "utf8");
		for (const [was, is] of found[1]) {
			const changed = code.replace(was, is);
			if (changed === code) throw new Error(`${id} has changed: ${was}`);
			code = changed;
		}
		return { code, moduleType: "js" };
	},
};
