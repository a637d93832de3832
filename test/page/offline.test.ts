/** What the service worker answers from the network, and what from what it keeps. */

import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";

const script = readFileSync(
	new URL("../../static/sw.js", import.meta.url),
	"utf8",
);

interface Asked {
	readonly request: { method: string; mode: string; url: string };
	respondWith(answer: Promise<Response>): void;
}

/** A worker that keeps the given pages, over a network that always answers the same. */
function worker(
	network: () => Response | Promise<Response>,
	pages: Readonly<Record<string, string>> = {},
	isStuck = false,
) {
	const listeners = new Map<string, (event: Asked) => void>();
	runInNewContext(script, {
		...{ URL, Response, location: new URL("https://plume.example") },
		// Silence is over at once, but not before an answer.
		setTimeout: (task: () => void) => setImmediate(task),
		fetch: async () => network(),
		caches: {
			match: async (path: string, { cacheName }: { cacheName: string }) => {
				expect(cacheName).toBe("plume-MARK /");
				if (isStuck) return new Promise<never>(() => {});
				const page = pages[path];
				return page === undefined ? undefined : new Response(page);
			},
		},
		addEventListener: (type: string, hear: (event: Asked) => void) =>
			listeners.set(type, hear),
	});
	/** What is shown; nothing where the worker leaves it to the browser. */
	async function load(path: string, mode = "navigate", method = "GET") {
		let shown: Promise<Response> | undefined;
		const url = `https://plume.example${path}`;
		listeners.get("fetch")?.({
			request: { method, mode, url },
			respondWith: (answer) => {
				shown = answer;
			},
		});
		return (await shown)?.text();
	}
	return { load };
}

const gone = () => {
	throw new TypeError("Failed to fetch");
};

test.each(["/", "/r/cats"])(
	"%s is the page, also without a network",
	async (path) => {
		const online = worker(() => new Response("new page"), { "/": "old page" });
		expect(await online.load(path)).toBe("new page");
		const offline = worker(gone, { "/": "old page" });
		expect(await offline.load(path)).toBe("old page");
	},
);

test.each(["/healthz", "/readyz", "/inspect"])(
	"%s is not taken for the page",
	async (path) => {
		const { load } = worker(() => new Response("ok"), { "/": "page" });
		expect(await load(path)).toBeUndefined();
	},
);

test("a script of this build is there, though the server has another", async () => {
	const missing = () => new Response("missing", { status: 404 });
	const scripts = { "/static/app-MARK.js": "script" };
	const { load } = worker(missing, scripts);
	expect(await load("/static/app-MARK.js", "no-cors")).toBe("script");
	expect(await load("/static/later-MARK.js", "no-cors")).toBe("missing");
});

test("whether a file is there is asked of the server alone", async () => {
	const { load } = worker(gone, { "/static/en-MARK.json": "words" });
	expect(await load("/static/en-MARK.json", "cors", "HEAD")).toBeUndefined();
});

test("all is as the network has it where nothing can be kept", async () => {
	const { load } = worker(() => new Response("page"));
	expect(await load("/")).toBe("page");
});

test("a proxy that can't reach the server is as good as no network", async () => {
	const bad = () => new Response("Bad Gateway", { status: 502 });
	const pages = { "/": "page", "/static/app-MARK.js": "script" };
	const { load } = worker(bad, pages);
	expect(await load("/r/cats")).toBe("page");
	expect(await load("/static/app-MARK.js", "no-cors")).toBe("script");
	expect(await worker(bad).load("/")).toBe("Bad Gateway");
});

test("a server that accepts and stays silent is as good as no network", async () => {
	const silent = () => new Promise<Response>(() => {});
	const { load } = worker(silent, { "/": "page" });
	expect(await load("/r/cats")).toBe("page");
});

test("a cache that does not answer hides no answer of the network, however late", async () => {
	const late = async () => {
		for (let turn = 0; turn < 3; turn += 1)
			await new Promise((then) => setImmediate(then));
		return new Response("new page");
	};
	expect(await worker(late, {}, true).load("/")).toBe("new page");
});

interface Clicked {
	readonly notification: { close(): void; readonly data: object };
	waitUntil(done: Promise<unknown>): void;
}

test.each([
	["a page that is there", ["https://plume.example/"], ["focus", "cats"]],
	["a new page", ["https://plume.example/inspect"], ["/r/cats"]],
])("a click on a note leads to its room in %s", async (_, open, expected) => {
	const did: string[] = [];
	const pages = open.map((url) => ({
		url,
		focus: () => did.unshift("focus"),
		postMessage: ({ room }: { room: string }) => did.push(room),
	}));
	const listeners = new Map<string, (event: Clicked) => void>();
	runInNewContext(script, {
		...{ URL, location: new URL("https://plume.example") },
		clients: {
			matchAll: async () => pages,
			openWindow: (path: string) => did.push(path),
		},
		addEventListener: (type: string, hear: (event: Clicked) => void) =>
			listeners.set(type, hear),
	});
	let done: Promise<unknown> = Promise.resolve();
	listeners.get("notificationclick")?.({
		notification: { close() {}, data: { room: "cats", path: "/r/cats" } },
		waitUntil(promise) {
			done = promise;
		},
	});
	await done;
	expect(did).toEqual(expected);
});
