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
	network: () => Response,
	pages: Readonly<Record<string, string>> = {},
	isFull = false,
) {
	const kept = new Map(Object.entries(pages));
	const listeners = new Map<string, (event: Asked) => void>();
	async function put(path: string, answer: Response) {
		if (isFull) throw new Error("QuotaExceededError");
		kept.set(path, await answer.text());
	}
	runInNewContext(script, {
		...{ URL, Response, location: new URL("https://plume.example") },
		fetch: async () => network(),
		caches: {
			open: async () => ({ put }),
			match: async (path: string) => {
				const page = kept.get(path);
				return page === undefined ? undefined : new Response(page);
			},
		},
		addEventListener: (type: string, hear: (event: Asked) => void) =>
			listeners.set(type, hear),
	});
	/** What is shown; nothing where the worker leaves it to the browser. */
	async function visit(path: string, mode = "navigate") {
		let shown: Promise<Response> | undefined;
		const url = `https://plume.example${path}`;
		listeners.get("fetch")?.({
			request: { method: "GET", mode, url },
			respondWith: (answer) => {
				shown = answer;
			},
		});
		return (await shown)?.text();
	}
	return { kept, visit };
}

const gone = () => {
	throw new TypeError("Failed to fetch");
};

test.each(["/", "/r/cats"])(
	"%s is the page, also without a network",
	async (path) => {
		const online = worker(() => new Response("new page"), { "/": "old page" });
		expect(await online.visit(path)).toBe("new page");
		expect(online.kept.get("/")).toBe("new page");
		const offline = worker(gone, { "/": "old page" });
		expect(await offline.visit(path)).toBe("old page");
	},
);

test.each(["/healthz", "/inspect"])(
	"%s is not taken for the page",
	async (path) => {
		const { kept, visit } = worker(() => new Response("ok"), { "/": "page" });
		expect(await visit(path)).toBeUndefined();
		expect(kept.get("/")).toBe("page");
	},
);

test("a new version is shown even if there is no room to keep it", async () => {
	const { visit } = worker(
		() => new Response("new page"),
		{ "/": "old page" },
		true,
	);
	expect(await visit("/")).toBe("new page");
});

test("a proxy that can't reach the server is as good as no network", async () => {
	const bad = () => new Response("Bad Gateway", { status: 502 });
	const pages = { "/": "page", "/static/app.js": "script" };
	const { kept, visit } = worker(bad, pages);
	expect(await visit("/r/cats")).toBe("page");
	expect(await visit("/static/app.js", "no-cors")).toBe("script");
	expect(Object.fromEntries(kept)).toEqual(pages);
	expect(await worker(bad).visit("/")).toBe("Bad Gateway");
});
