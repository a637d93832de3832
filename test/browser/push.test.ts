/** Notes while Plume is closed: what a browser shows of them, and where a click leads. */

import { expect, test } from "vitest";
import type { Person } from "./person.ts";
import { stage, withWorker } from "./stage.ts";

const { enter, openPage } = stage({
	PLUME_PUSH_CONTACT: "mailto:op@example.org",
});
const permissions = ["notifications"];

/** Hands a note to the page's service worker, as a push service would. */
async function delivers(person: Person, note: object): Promise<void> {
	const { page } = person;
	const session = await page.context().newCDPSession(page);
	const registered = new Promise<string>((resolve) =>
		session.on("ServiceWorker.workerRegistrationUpdated", (event) => {
			const [first] = event.registrations;
			if (first) resolve(first.registrationId);
		}),
	);
	await session.send("ServiceWorker.enable");
	await person.hasWorker();
	await session.send("ServiceWorker.deliverPushMessage", {
		origin: new URL(page.url()).origin,
		registrationId: await registered,
		data: JSON.stringify(note),
	});
}

interface Shown {
	readonly title: string;
	readonly options: { readonly data: object };
}

/** A headless browser shows no notes, so the worker lists them; `click` clicks on the last. */
async function watchesNotes(person: Person) {
	const context = person.page.context();
	const worker =
		context.serviceWorkers()[0] ??
		(await context.waitForEvent("serviceworker"));
	await worker.evaluate(() => {
		const shown: object[] = [];
		const registration: object = Reflect.get(globalThis, "registration");
		const showNotification = async (title: string, options: object) => {
			shown.push({ title, options });
		};
		Object.assign(registration, { showNotification });
		Object.assign(globalThis, { shown });
	});
	const shown = (): Promise<readonly Shown[]> =>
		worker.evaluate(() => Reflect.get(globalThis, "shown"));
	const click = async () => {
		const data = (await shown()).at(-1)?.options.data;
		await worker.evaluate((data) => {
			const event = new Event("notificationclick");
			const notification = { data, close() {} };
			Object.assign(event, { notification, waitUntil() {} });
			dispatchEvent(event);
		}, data);
	};
	return { shown, click };
}

test("a note that is pushed names the room, who wrote, and what", async () => {
	const ann = await enter("ann", { ...withWorker, permissions }, "harbour");
	const { shown } = await watchesNotes(ann);
	const note = { room: "harbour", title: "harbour", name: "bob" };
	await delivers(ann, { ...note, text: "@ann, the boat is in" });
	await expect.poll(shown).toMatchObject([
		{
			title: "bob in harbour",
			options: {
				body: "@ann, the boat is in",
				// The next one of this room takes its place.
				tag: "plume /r/harbour",
			},
		},
	]);
});

test.each([
	["fr-FR", "bob dans harbour"],
	["ar-EG", "\u2068bob\u2069 في \u2068harbour\u2069"],
])("a note that is pushed is in the language %s", async (locale, title) => {
	const ann = await openPage("ann", { ...withWorker, locale, permissions });
	const { shown } = await watchesNotes(ann);
	const note = { room: "harbour", title: "harbour", name: "bob" };
	await delivers(ann, { ...note, text: "x" });
	await expect.poll(shown).toMatchObject([{ title }]);
});

test("a note that is pushed is shown, too, where the browser has lost the words", async () => {
	const ann = await openPage("ann", { ...withWorker, permissions });
	const { shown } = await watchesNotes(ann);
	await ann.page.evaluate(async () => {
		for (const name of await caches.keys()) await caches.delete(name);
	});
	const note = { room: "harbour", title: "harbour", name: "bob" };
	await delivers(ann, { ...note, text: "x" });
	await expect.poll(shown).toMatchObject([{ title: "bob · harbour" }]);
});

test("a click on a note opens its room", async () => {
	const ann = await enter("ann", { ...withWorker, permissions }, "pier");
	const { shown, click } = await watchesNotes(ann);
	await delivers(ann, { room: "dock", title: "dock", name: "bob", text: "x" });
	await expect.poll(shown).toHaveLength(1);
	await click();
	await ann.isIn("dock");
});

test("a browser that blocks notes is told how to allow them", async () => {
	const ann = await enter("ann");
	await ann.page.addInitScript(() => {
		Object.defineProperty(Notification, "permission", { get: () => "denied" });
	});
	await ann.page.reload();
	await ann.isInside();
	await ann.presses("ann");
	const part = ann.page.getByRole("group", {
		name: "Notes when Plume is closed",
	});
	await part.getByText("Your browser blocks notes from this site.").waitFor();
	expect(await part.getByRole("button").count()).toBe(0);
});

test("a browser at a push service that is not public is refused in words", async () => {
	const ann = await enter("ann", { ...withWorker, permissions });
	// No push service is reached from a test.
	await ann.page.evaluate(() => {
		let current: object | null = null;
		const bytes = (size: number) => "A".repeat(Math.ceil((size * 4) / 3));
		const keys = { p256dh: bytes(65), auth: bytes(16) };
		const subscription = {
			endpoint: "https://192.0.2.1/a",
			toJSON: () => ({ endpoint: "https://192.0.2.1/a", keys }),
			unsubscribe: async () => {
				current = null;
				return true;
			},
		};
		Object.assign(PushManager.prototype, {
			getSubscription: async () => current,
			subscribe: async () => {
				current = subscription;
				return subscription;
			},
		});
		const requestPermission = async () => "granted";
		Object.assign(Notification, { requestPermission });
		Object.defineProperty(Notification, "permission", {
			get: () => "granted",
		});
	});
	await ann.presses("ann");
	await ann.presses("Turn on on this device");
	await ann.page.getByText("Notes can't be sent to this browser").waitFor();
	await ann.page
		.getByRole("button", { name: "Turn on on this device" })
		.waitFor();
});
