/**
 * A person at a browser of their own. They find things on the page as people
 * do, by label and by what is written there, and notice what no page should
 * do: errors on the console, requests to anyone but its server.
 */

import type { Page } from "playwright-core";
import { MessageType as types } from "../../machines/message.ts";

/** The type of the frame with a login code. */

/** The server that someone is at, and the mail they get from it. */
export interface Where {
	url(): string;
	codeFor(name: string): Promise<string>;
}

export class Person {
	readonly page: Page;
	readonly name: string;
	readonly #where: Where;
	/** Errors on the console, but for a server that is gone, and requests to other hosts. */
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

	/** A browser tells on its console of every answer that is no success, wanted or not. */
	expectsFailedLoads(): void {
		this.complaints = this.complaints.filter(
			(text) => !text.startsWith("Failed to load resource"),
		);
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

	/** Asks for a code and is asked for it. */
	async getsACode(): Promise<string> {
		await this.asksForACode();
		await this.page.getByLabel("Code").waitFor();
		return this.#where.codeFor(this.name);
	}

	async comesIn(): Promise<void> {
		await this.types(await this.getsACode());
		await this.isInside();
	}

	async isInside(): Promise<void> {
		await this.page.getByLabel("Your message").waitFor();
	}

	/** Stands before the empty or prefilled form. */
	async isOutside(): Promise<void> {
		await this.page.getByRole("button", { name: "Mail me a code" }).waitFor();
	}

	async presses(button: string): Promise<void> {
		const options = { name: button, exact: true };
		await this.page.getByRole("button", options).click();
	}

	async logsOut(how: "Log out" | "Log out everywhere"): Promise<void> {
		await this.presses(this.name);
		await this.presses(how);
	}

	/** Another tab of the same browser; a `copy` begins with all that this one kept, and one `beside` is not inside yet. */
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

	/** Someone else at the same browser. */
	becomes(name: string): Person {
		return new Person(this.page, this.#where, name);
	}

	/** From the next reload on no connection gets through, until the returned function is called. */
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

	/** From the next reload on, while the returned function was last told so, no connection there is carries anything, nor does it break, and none can be made. */
	async mayGoUnderground(): Promise<(isUnder: boolean) => void> {
		let isUnder = false;
		await this.page.routeWebSocket("**/connect", (socket) => {
			if (isUnder) return void socket.close();
			const server = socket.connectToServer();
			socket.onMessage((frame) => {
				if (!isUnder) server.send(frame);
			});
			server.onMessage((frame) => {
				if (!isUnder) socket.send(frame);
			});
		});
		return (now) => {
			isUnder = now;
		};
	}

	/** From the next reload on the first code is heard, and the connection is lost before anything is answered. */
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

	/** How often it can be read in the room, and below it. */
	count(text: string): Promise<number> {
		return this.page.locator("#room").getByText(text).count();
	}

	async says(text: string): Promise<void> {
		await this.field.fill(text);
		const isTouch = () => matchMedia("(pointer: coarse)").matches;
		if (await this.page.evaluate(isTouch)) await this.presses("Send");
		else await this.field.press("Enter");
	}

	/** Faster than anyone types, and than a slow machine would let them. */
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

	/** The list of rooms and people; where there is no room beside the conversation it comes when it is called. */
	async opensSide(): Promise<void> {
		const side = this.page.getByRole("button", { name: "Rooms and people" });
		if (await side.isVisible()) await side.click();
	}

	/** Goes to another room by the list of them. */
	async goesTo(typed: string, room = typed): Promise<void> {
		await this.opensSide();
		await this.page.getByLabel("Make or join a room").fill(typed);
		await this.page.getByLabel("Make or join a room").press("Enter");
		await this.isIn(room);
	}

	async isIn(room: string): Promise<void> {
		await this.page.getByRole("heading", { name: room, exact: true }).waitFor();
	}

	/** From here on notifications are only noted down; the answer tells which there were. */
	async isNotified(): Promise<() => Promise<string[]>> {
		await this.page.evaluate(() => {
			const told: string[] = [];
			class Shown {
				static permission = "granted";
				static requestPermission = async () => "granted";
				constructor(title: string, { body }: { body: string }) {
					told.push(`${title}: ${body}`);
				}
			}
			Object.assign(window, { Notification: Shown, told });
		});
		return () => this.page.evaluate(() => Reflect.get(window, "told"));
	}

	/** The tab is hidden, or looked at again, as far as the page can tell. */
	async looksAway(hidden = true): Promise<void> {
		await this.page.evaluate((isHidden) => {
			Object.defineProperty(document, "hidden", {
				configurable: true,
				get: () => isHidden,
			});
			document.dispatchEvent(new Event("visibilitychange"));
		}, hidden);
	}

	/** Waits until it was said or happened in the room. What the bot says to newcomers is none of that: it is there from the start, and has many a common word. */
	async reads(text: string): Promise<void> {
		const rows = this.page.locator("#log .row:not(:has(.aside))");
		await rows.getByText(text).first().waitFor();
	}

	/** Waits until the bot has said all that a newcomer must know. */
	async isGreeted(): Promise<void> {
		const asides = this.page.locator("#log .aside");
		await asides.getByText(`Hello ${this.name}`).waitFor();
		await asides.getByText(`${this.name}@example.org`).waitFor();
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
