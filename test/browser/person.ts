/**
 * A person with a browser context of their own. They find things on the page as
 * people do, by label and by text, and collect what no page should cause:
 * errors on the console, requests to any host but the server.
 */

import type { Page } from "playwright-core";
import { MessageType as types } from "../../machines/message.ts";

/** The server under test, and the codes it mails. */
export interface Where {
	url(): string;
	codeFor(name: string): Promise<string>;
}

export class Person {
	readonly page: Page;
	readonly name: string;
	readonly #where: Where;
	/** Console errors, except those of a server that is gone, and requests to other hosts. */
	complaints: string[] = [];

	constructor(page: Page, where: Where, name: string) {
		this.page = page;
		this.name = name;
		this.#where = where;
		page.on("console", (message) => {
			const text = message.text();
			if (message.type() !== "error" || text.includes("WebSocket connection")) {
				return;
			}
			this.complaints.push(text);
		});
		page.on("pageerror", (error) => this.complaints.push(error.message));
		page.on("request", (request) => {
			const { protocol, host } = new URL(request.url());
			if (
				!["data:", "blob:"].includes(protocol) &&
				host !== new URL(where.url()).host
			) {
				this.complaints.push(request.url());
			}
		});
	}

	/** Browsers log each HTTP error status on the console, also those that a test provokes. */
	expectsFailedLoads(): void {
		this.complaints = this.complaints.filter(
			(text) => !text.startsWith("Failed to load resource"),
		);
	}

	async asksForACode(email = `${this.name}@example.org`): Promise<void> {
		await this.page.getByLabel("Email").fill(email);
		await this.page.getByRole("button", { name: "Mail me a code" }).click();
	}

	/** Types the code in lower case and with a dash, as it might be pasted. */
	async types(code: string): Promise<void> {
		const pasted = ` ${code.slice(0, 3)}-${code.slice(3)} `.toLowerCase();
		await this.page.getByLabel("Code").fill(pasted);
	}

	/** Asks for a code and waits until the page asks for it. */
	async getsACode(): Promise<string> {
		await this.asksForACode();
		await this.page.getByLabel("Code").waitFor();
		return this.#where.codeFor(this.name);
	}

	async comesIn(): Promise<void> {
		await this.entersWith(await this.getsACode());
	}

	/** Types the code, and the name if they are asked for it. */
	async entersWith(code: string): Promise<void> {
		await this.types(code);
		const field = this.page.getByLabel("Name", { exact: true });
		const either = field.or(this.page.getByLabel("Your message"));
		await either.filter({ visible: true }).waitFor();
		if (await field.isVisible()) await this.choosesName();
		await this.isInside();
	}

	async choosesName(name = this.name): Promise<void> {
		await this.page.getByLabel("Name", { exact: true }).fill(name);
		await this.presses("Come in");
	}

	async isInside(): Promise<void> {
		await this.page.getByLabel("Your message").waitFor();
	}

	/** Waits for the login form. */
	async isOutside(): Promise<void> {
		await this.page.getByRole("button", { name: "Mail me a code" }).waitFor();
	}

	async presses(button: string): Promise<void> {
		const options = { name: button, exact: true };
		await this.page.getByRole("button", options).click();
	}

	/** Makes a page without a connection try again at once. It may have tried by itself, so no button is pressed. */
	async retries(): Promise<void> {
		await this.page.evaluate(() => dispatchEvent(new Event("online")));
	}

	async opensSettings(): Promise<void> {
		await this.opensSide();
		await this.presses(this.name);
	}

	async logsOut(how: "Log out" | "Log out everywhere"): Promise<void> {
		await this.opensSettings();
		await this.presses(how);
	}

	/** Opens another tab of the same browser. A `copy` starts with this tab's session storage; a tab `beside` is not logged in yet. */
	async opensTab(
		how: "new" | "copy" | "beside",
		at = this.page.url(),
	): Promise<Person> {
		const opened = this.page.context().waitForEvent("page");
		if (how === "copy") await this.page.evaluate((url) => void open(url), at);
		else await this.page.context().newPage();
		const person = new Person(await opened, this.#where, this.name);
		if (how !== "copy") await person.page.goto(at);
		if (how !== "beside") await person.isInside();
		return person;
	}

	/** The same page, used by someone else. */
	becomes(name: string): Person {
		return new Person(this.page, this.#where, name);
	}

	/** What is at these addresses can't be loaded, until the returned function is called. */
	async lacks(addresses: string | RegExp): Promise<() => void> {
		let isThere = false;
		await this.page.route(addresses, (route) =>
			isThere ? route.continue() : route.abort(),
		);
		return () => {
			isThere = true;
		};
	}

	/** From the next reload on every connection is closed, until the returned function is called. */
	async cutsTheLine(): Promise<() => void> {
		let isCut = true;
		await this.page.routeWebSocket("**/connect", (socket) => {
			if (isCut) void socket.close();
			else socket.connectToServer();
		});
		return () => {
			isCut = false;
		};
	}

	/** After the next reload, `setSilent(true)` makes open connections lose all frames without closing, and closes new ones. */
	async routesThroughTunnel(): Promise<(isSilent: boolean) => void> {
		let isSilent = false;
		await this.page.routeWebSocket("**/connect", (socket) => {
			if (isSilent) return void socket.close();
			const server = socket.connectToServer();
			socket.onMessage((frame) => {
				if (!isSilent) server.send(frame);
			});
			server.onMessage((frame) => {
				if (!isSilent) socket.send(frame);
			});
		});
		return (now) => {
			isSilent = now;
		};
	}

	/** After the next reload nothing of the server arrives between a call of `hold` and one of `arrive`. `cut` ends the connection. */
	async holdsAnswers() {
		const later: (() => void)[] = [];
		let isHeld = false;
		let cut = async () => {};
		await this.page.routeWebSocket("**/connect", (socket) => {
			cut = () => socket.close();
			const server = socket.connectToServer();
			socket.onMessage((frame) => server.send(frame));
			server.onMessage((frame) => {
				if (isHeld) later.push(() => socket.send(frame));
				else socket.send(frame);
			});
		});
		return {
			hold() {
				isHeld = true;
			},
			arrive() {
				isHeld = false;
				for (const send of later.splice(0)) send();
			},
			cut: () => cut(),
		};
	}

	/** After the next reload the server receives the first code, and the connection breaks before its answer arrives. */
	async losesTheAnswer(): Promise<void> {
		let isLost = false;
		await this.page.routeWebSocket("**/connect", (socket) => {
			const server = socket.connectToServer();
			let isAnswering = false;
			socket.onMessage((frame) => {
				isAnswering = !isLost && JSON.parse(String(frame)).type === types.auth;
				server.send(frame);
			});
			server.onMessage((frame) => {
				if (!isAnswering) return socket.send(frame);
				if (isLost) return;
				isLost = true;
				void server.close();
				void socket.close();
			});
		});
	}

	/** How often the text stands in the room, pending lines included. */
	count(text: string): Promise<number> {
		return this.page.locator("#room").getByText(text).count();
	}

	async says(text: string): Promise<void> {
		await this.field.fill(text);
		const isTouch = () => matchMedia("(pointer: coarse)").matches;
		if (await this.page.evaluate(isTouch)) await this.presses("Send");
		else await this.field.press("Enter");
	}

	/** Sends all lines in one task, faster than anyone types. */
	async saysAtOnce(lines: readonly string[]): Promise<void> {
		await this.field.evaluate((field: HTMLTextAreaElement, lines) => {
			for (const line of lines) {
				field.value = line;
				field.form?.requestSubmit();
			}
		}, lines);
	}

	get field() {
		return this.page.getByLabel("Your message");
	}

	/** Opens the list of rooms where the screen is too narrow to show it always. */
	async opensSide(): Promise<void> {
		const side = this.page.getByRole("button", { name: /^Rooms/ });
		if (await side.isVisible()) await side.click();
	}

	/** Opens the forms that make a room. */
	async opensNewRoom(): Promise<void> {
		if (await this.page.locator("#join-name").isVisible()) return;
		await this.opensSide();
		await this.presses("New room");
		await this.page.locator("#join-name").waitFor();
	}

	/** Opens the list of those who are in the room. */
	async opensPeople() {
		const people = this.page.getByRole("region", { name: /^People/ });
		if (!(await people.isVisible()))
			await this.page.getByRole("button", { name: /^People/ }).click();
		return people;
	}

	/** Opens what can be done with the room. */
	async opensMenu(): Promise<void> {
		await this.presses("More about this room");
	}

	/** Goes to a room by typing its name into the list of rooms. */
	async goesTo(typed: string, room = typed): Promise<void> {
		const field = this.page.getByLabel("Make or join a room");
		await this.opensNewRoom();
		await field.fill(typed);
		await field.press("Enter");
		await this.isIn(room);
	}

	async isIn(room: string): Promise<void> {
		await this.page.getByRole("heading", { name: room, exact: true }).waitFor();
	}

	/** Replaces notifications by a list; the returned function reads it. */
	async recordsNotifications(): Promise<() => Promise<string[]>> {
		await this.page.evaluate(() => {
			const notes: string[] = [];
			class FakeNotification {
				static permission = "granted";
				static requestPermission = async () => "granted";
				constructor(title: string, { body }: { body: string }) {
					notes.push(`${title}: ${body}`);
				}
			}
			Object.assign(window, { Notification: FakeNotification, notes });
		});
		return () => this.page.evaluate(() => Reflect.get(window, "notes"));
	}

	async hidesTab(): Promise<void> {
		await this.#setHidden(true);
	}

	async showsTab(): Promise<void> {
		await this.#setHidden(false);
	}

	async #setHidden(hidden: boolean): Promise<void> {
		await this.page.evaluate((isHidden) => {
			Object.defineProperty(document, "hidden", {
				configurable: true,
				get: () => isHidden,
			});
			document.dispatchEvent(new Event("visibilitychange"));
		}, hidden);
	}

	/** Waits for a line of the conversation. The bot's greeting does not count: it has many common words and is there from the start. */
	async reads(text: string): Promise<void> {
		const rows = this.page.locator("#log .row:not(:has(.aside))");
		await rows.getByText(text).first().waitFor();
	}

	/** Waits for the bot's greeting. */
	async isGreeted(): Promise<void> {
		const asides = this.page.locator("#log .aside");
		await asides.getByText(`Hello ${this.name}`).waitFor();
		await asides.getByText(`${this.name}@example.org`).waitFor();
	}

	/** Waits for an answer of the bot. */
	async isTold(words: string): Promise<void> {
		await this.page.locator("#log .aside").getByText(words).last().waitFor();
	}

	/** Waits until a status or an alert shows these words. */
	async seesStatus(words: string | RegExp): Promise<void> {
		await this.page
			.getByRole("alert")
			.or(this.page.getByRole("status"))
			.filter({ hasText: words })
			.waitFor();
	}

	/** Waits for words that the page shows, or has read aloud, for seconds only: they may be gone by now. Each counts once. */
	async hasHeard(words: string | RegExp): Promise<void> {
		await this.page.waitForFunction((words) => {
			const said: string[] = Reflect.get(globalThis, "said");
			const at = said.findIndex((one) =>
				typeof words === "string" ? one.includes(words) : words.test(one),
			);
			said.splice(0, at + 1);
			return at >= 0;
		}, words);
	}

	/** Waits until the page's worker answers for the network. */
	async hasWorker(): Promise<void> {
		await this.page.waitForFunction(() => navigator.serviceWorker.controller);
	}

	/** Waits until the room on the screen is open: until then nothing can be asked of the server. Its heading, and the field, are there before. For a log that was empty: after a reload, or in another room. */
	async isOpen(): Promise<void> {
		const line = this.page.locator("#log .row").first();
		await line.waitFor({ state: "attached" });
	}
}
