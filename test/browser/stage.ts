/** One browser and one server for all tests of a file; each test has people of its own, and nothing they do may end on a console. */

import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { Plume } from "../program/program.ts";
import { startChromium } from "./chromium.ts";
import { enter, type Person, visit } from "./person.ts";

export const phone = {
	viewport: { width: 390, height: 844 },
	hasTouch: true,
} satisfies BrowserContextOptions;

export function stage(environment: Readonly<Record<string, string>> = {}) {
	let browser: Browser;
	let plume: Plume;
	let people: Person[] = [];

	beforeAll(async () => {
		[browser, plume] = await Promise.all([
			startChromium(),
			Plume.start({ PLUME_LIMITS: "off", ...environment }),
		]);
	});
	afterEach(async () => {
		const complaints = people.flatMap((person) => person.complaints);
		people = [];
		await Promise.all(browser.contexts().map((context) => context.close()));
		expect(complaints).toEqual([]);
	});
	afterAll(async () => {
		await browser.close();
		await plume.stop();
	});

	const joined = (person: Person) => {
		people.push(person);
		return person;
	};
	return {
		plume: () => plume,
		/** Someone before the form, or in a room. */
		visit: async (
			name: string,
			options?: BrowserContextOptions,
			room?: string,
		) => joined(await visit(browser, plume, name, options, room)),
		enter: async (
			name: string,
			options?: BrowserContextOptions,
			room?: string,
		) => joined(await enter(browser, plume, name, options, room)),
	};
}
