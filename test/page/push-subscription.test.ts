/** Whose notes this browser's subscription brings. */
import { beforeEach, expect, test, vi } from "vitest";

const sent: object[] = [];
const toJSON = () => ({ endpoint: "https://push.example", keys: {} });
const registration = {
	pushManager: { getSubscription: async () => ({ toJSON }) },
};
const serviceWorker = { getRegistration: async () => registration };
vi.stubGlobal("navigator", { serviceWorker });

beforeEach(async () => {
	const { browser } = await import("../../static/store.ts");
	browser.remove("push");
	sent.length = 0;
});

/** Somebody loads the page. */
async function loads(email: string): Promise<void> {
	const { renewPush } = await import("../../static/push-subscription.ts");
	const snapshot = { context: { email } };
	const page = { snapshot, send: (frame: object) => sent.push(frame) };
	await renewPush(Object(page));
}

/** Somebody logs in and out again. Nothing has ended the subscription. */
async function comesAndGoes(email: string): Promise<void> {
	const storage = await import("../../static/storage.ts");
	storage.savePerson({ name: "", email });
	storage.saveSession(`a session of ${email}`);
	await loads(email);
	storage.dropKey();
}

test("notes go on to whoever turned them on, whoever else loads the page", async () => {
	await loads("ann@example.org");
	await loads("bob@example.org");
	await loads("Ann@example.org");
	expect(sent).toMatchObject([{ kind: "subscribe" }, { kind: "subscribe" }]);
});

test("notes that one person had are not turned on for the next", async () => {
	await loads("ann@example.org");
	await comesAndGoes("ann@example.org");
	sent.length = 0;
	await loads("bob@example.org");
	expect(sent).toEqual([]);
});

test("notes stay with whoever turned them on, though another person comes and goes", async () => {
	await loads("ann@example.org");
	await comesAndGoes("bob@example.org");
	sent.length = 0;
	await loads("cid@example.org");
	expect(sent).toEqual([]);
	await loads("ann@example.org");
	expect(sent).toMatchObject([{ kind: "subscribe" }]);
});
