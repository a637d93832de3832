/**
 * One browser and one server for all tests of a file; each test has people and
 * a room of its own. The server may crash and come back. A test fails if any
 * page logs an error or asks another host for anything.
 */

import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Plume } from "../program/program.ts";
import { startChromium } from "./chromium.ts";
import { Person, type Where } from "./person.ts";

export const phone = {
	viewport: { width: 390, height: 844 },
	hasTouch: true,
} satisfies BrowserContextOptions;

/** For a test of what the page's worker does. All others go without: a page may wait half a minute to be loaded where a worker is put in the place of another, if DevTools stop each at its start. */
export const withWorker = {
	serviceWorkers: "allow",
} satisfies BrowserContextOptions;

/** Runs in the page. Keeps what is there for seconds only, for a test that looks later. */
function keepBriefWords() {
	const said: string[] = [];
	Object.assign(globalThis, { said });
	const begin = () => {
		for (const where of document.querySelectorAll("#brief-notice, #announcer"))
			new MutationObserver(() => {
				const { id, textContent } = where;
				if (textContent) said.push(`${id} ${textContent}`);
			}).observe(where, { childList: true });
	};
	// The markup is there then, and no module has shown anything yet.
	document.addEventListener("readystatechange", begin, { once: true });
}

/** People who stay `between tests` live through one story, which the tests tell. */
export function stage(
	environment: Readonly<Record<string, string>> = {},
	stay: "in a test" | "between tests" = "in a test",
) {
	let browser: Browser;
	let plume: Plume;
	let people: Person[] = [];
	let tests = 0;
	const settings = { PLUME_LIMITS: "off", ...environment };

	beforeAll(async () => {
		[browser, plume] = await Promise.all([
			startChromium(),
			Plume.start(settings),
		]);
	});
	beforeEach(() => {
		tests += 1;
	});
	afterEach(async () => {
		const complaints = people.flatMap((person) => person.complaints);
		if (stay === "in a test") {
			people = [];
			await Promise.all(browser.contexts().map((context) => context.close()));
		}
		expect(complaints).toEqual([]);
	});
	afterAll(async () => {
		await browser.close();
		await plume.stop();
	});

	/** Follows the server over restarts. */
	const where: Where = {
		url: () => plume.url,
		codeFor: (name) => plume.codeFor(name),
	};

	/** Opens the login form of a room: by default the test's own, with "" the lobby. */
	async function openPage(
		name: string,
		options: BrowserContextOptions = {},
		room = `room-${tests}`,
	): Promise<Person> {
		const context = await browser.newContext({
			serviceWorkers: "block",
			...options,
		});
		await context.addInitScript(keepBriefWords);
		const person = new Person(await context.newPage(), where, name);
		people.push(person);
		await person.page.goto(plume.url + (room && `/r/${room}`));
		return person;
	}

	return {
		plume: () => plume,
		openPage,
		/** Opens the page and logs in. */
		async enter(
			name: string,
			options?: BrowserContextOptions,
			room?: string,
		): Promise<Person> {
			const person = await openPage(name, options, room);
			await person.comesIn();
			return person;
		},
		async crash(): Promise<void> {
			plume.kill("SIGKILL");
			await plume.ended;
		},
		async stop(): Promise<void> {
			await plume.stop();
		},
		/** Starts the server again on the same port and, by default, the same data. */
		async restart(
			other: Readonly<Record<string, string>> = {},
			args: readonly string[] = [],
		): Promise<void> {
			const again = { PLUME_DATA: plume.data, PLUME_PORT: `${plume.port}` };
			const all = { ...settings, ...again, ...other };
			plume = await Plume.start(all, "", args);
		},
	};
}
