/** What the build changes in libraries of the page. It fails where the text that it replaces is not found. */

import { readFile } from "node:fs/promises";

/** What XState says of a machine that is wrong; the page's machine has tests. */
const MESSAGES =
	/throw new Error\(\s*(?:\/\/.*\s*)*(?:`(?:[^`$]|\$\{(?:[^`}]|`[^`]*`)*\})*`|'[^']*')\)/g;

/** Takes away methods, getters and functions of an object, by how far they are indented. */
const without = (
	/** @type {number} */ indent,
	/** @type {string[]} */ ...names
) =>
	names.map((name) => [
		new RegExp(
			`\n {${indent}}${name}(\\(.*\\)|: .* =>) \\{[\\s\\S]*?\n {${indent}}\\},?(?=\n)`,
		),
		"",
	]);

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
	// The page has one actor, which starts no other, stores no snapshot, and is
	// neither stopped nor inspected. It asks a snapshot only what it matches.
	// Its machine has no parallel, final or history state.
	"xstate/dist/raise-effbee0c.esm.js": [
		["import { devToolsAdapter } from './xstate-dev.esm.js';", ""],
		[MESSAGES, "throw new Error()"],
		[/ {2,}[\w.]*system\._sendInspectionEvent\(\{[\s\S]*?\n *\}\);/g, ""],
		[/const sendInspectionEvent = [\s\S]*?\n {2}\};/, ""],
		["_sendInspectionEvent: sendInspectionEvent,", ""],
		...without(4, "get", "getAll", "_set", "inspect", "getSnapshot"),
		...without(6, "emit", "stopChild"),
		...without(2, "on", "select", "stop", "attachDevTools", "toJSON"),
		...without(2, "getPersistedSnapshot"),
		[/for \(const invokeDef of stateNode\.invoke\) \{[\s\S]*?\n {2}\}/, ""],
		[/for \(const invokeDef of stateNodeTo[\s\S]*?\n {4}\}/, ""],
		["stateNodeToEnter.invoke.map(invokeDef => invokeDef.id)", "undefined"],
		[", ...s.invoke.map(def => stopChild(def.id))", ""],
		[/[\w.]+\??\.type === '(parallel|final|history)'/g, "false"],
		[
			"return transitionParallelNode(stateNode, stateValue, snapshot, event);",
			"",
		],
		[/for \(const exitStateNode of statesToExit\) \{[\s\S]*?\n {2}\}\n/, ""],
		[/hasTag: machineSnapshot[\s\S]*toJSON: machineSnapshot.*/, ""],
		[/toJSON: \(\) => \(\{\n +\.\.\.transition[\s\S]*?\n {4}\}\)/g, ""],
		[/return resolveAct.*\(child => stopChild\(.*/, "return nextState;"],
	],
	"xstate/dist/StateMachine-ae06a22b.esm.js": [
		[MESSAGES, "throw new Error()"],
		...without(2, "get invoke", "get events", "get ownEvents"),
		// Both a state and the machine have these.
		...without(2, "get definition", "get definition", "toJSON", "toJSON"),
		...without(2, "getPersistedSnapshot", "restoreSnapshot", "start"),
		...["getPersistedSnapshot", "restoreSnapshot", "start"].map((name) => [
			`this.${name} = this.${name}.bind(this);`,
			"",
		]),
		["formatRouteTransitions(this.root);", ""],
		["this.events = this.root.events;", ""],
	],
	"xstate/dist/assign-1f0d7720.esm.js": [
		[MESSAGES, "throw new Error()"],
		[/spawn: createSpawner.*/, ""],
		[/children: Object\.keys\(spawnedChildren\)[\s\S]*?: snapshot.*/, ""],
	],
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
