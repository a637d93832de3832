/**
 * One browser and one server for all tests of a file, each test with people
 * and a room of its own. The server may crash and come back. Nothing that
 * anyone does may end on a console or ask another host for anything.
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

export function stage(environment: Readonly<Record<string, string>> = {}) {
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
		people = [];
		await Promise.all(browser.contexts().map((context) => context.close()));
		expect(complaints).toEqual([]);
	});
	afterAll(async () => {
		await browser.close();
		await plume.stop();
	});

	/** The server of now, also after a restart. */
	const where: Where = {
		url: () => plume.url,
		codeFor: (name) => plume.codeFor(name),
	};

	/** Someone before the form; where no room is named it is the test's own, and "" is the lobby. */
	async function visit(
		name: string,
		options: BrowserContextOptions = {},
		room = `room-${tests}`,
	): Promise<Person> {
		const context = await browser.newContext(options);
		const person = new Person(await context.newPage(), where, name);
		people.push(person);
		await person.page.goto(new URL(room && `/r/${room}`, plume.url).href);
		return person;
	}

	return {
		plume: () => plume,
		visit,
		/** Someone who is in a room. */
		async enter(
			name: string,
			options?: BrowserContextOptions,
			room?: string,
		): Promise<Person> {
			const person = await visit(name, options, room);
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
		/** On the same port; with the same data unless it is told not to. */
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
