/**
 * A person at a browser of their own. They find things on the page as people
 * do, by label and by what is written there, and notice what no page should
 * do: errors on the console, requests to anyone but its server.
 */

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Plume } from "../program/program.ts";

export class Person {
	readonly page: Page;
	readonly name: string;
	readonly #plume: Plume;
	/** Errors on the console, and requests to other hosts. */
	readonly complaints: string[] = [];

	constructor(page: Page, plume: Plume, name: string) {
		this.page = page;
		this.name = name;
		this.#plume = plume;
		page.on("console", (message) => {
			if (message.type() === "error") this.complaints.push(message.text());
		});
		page.on("pageerror", (error) => this.complaints.push(error.message));
		page.on("request", (request) => {
			const { protocol, host } = new URL(request.url());
			if (protocol !== "data:" && host !== new URL(plume.url).host) {
				this.complaints.push(request.url());
			}
		});
	}

	async asksForACode(email = `${this.name}@example.org`): Promise<void> {
		await this.page.getByLabel("Name").fill(this.name);
		await this.page.getByLabel("Email").fill(email);
		await this.page.getByRole("button", { name: "Mail me a code" }).click();
	}

	/** Typed as it might be pasted: in lower case, with a dash. */
	async types(code: string): Promise<void> {
		const pasted = ` ${code.slice(0, 3)}-${code.slice(3)} `.toLowerCase();
		await this.page.getByLabel("Code").fill(pasted);
	}

	/** `plume` is another one after a restart. */
	async comesIn(plume = this.#plume): Promise<void> {
		await this.asksForACode();
		await this.page.getByLabel("Code").waitFor();
		await this.types(await plume.codeFor(this.name));
		await this.page.getByLabel("Your message").waitFor();
	}

	async says(text: string): Promise<void> {
		await this.page.getByLabel("Your message").fill(text);
		await this.page.getByLabel("Your message").press("Enter");
	}

	/** Waits until it can be read in the room. */
	async reads(text: string): Promise<void> {
		await this.page.getByRole("log").getByText(text).first().waitFor();
	}

	/** Waits until these words are told as something that went wrong. */
	async isTold(words: string | RegExp): Promise<void> {
		await this.page
			.getByRole("alert")
			.or(this.page.getByRole("status"))
			.filter({ hasText: words })
			.waitFor();
	}
}

/** Someone who stands before the form. */
export async function visit(
	browser: Browser,
	plume: Plume,
	name: string,
	options: BrowserContextOptions = {},
): Promise<Person> {
	const context = await browser.newContext(options);
	const person = new Person(await context.newPage(), plume, name);
	await person.page.goto(plume.url);
	return person;
}

/** Someone who is in the room. */
export async function enter(
	browser: Browser,
	plume: Plume,
	name: string,
	options: BrowserContextOptions = {},
): Promise<Person> {
	const person = await visit(browser, plume, name, options);
	await person.comesIn();
	return person;
}
