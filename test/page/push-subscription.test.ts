/** Whose notes this browser's subscription brings. */
import { beforeEach, expect, test, vi } from "vitest";

const sent: object[] = [];
const toJSON = () => ({ endpoint: "https://push.example", keys: {} });
const registration = {
	pushManager: { getSubscription: async () => ({ toJSON }) },
};
const serviceWorker = { getRegistration: async () => registration };
vi.stubGlobal("navigator", { serviceWorker });
vi.stubGlobal("isSecureContext", true);
vi.stubGlobal("window", { PushManager: Object });

beforeEach(() => {
	sent.length = 0;
});

/** Somebody loads the page. */
async function loads(email: string): Promise<void> {
	const { renewPush } = await import("../../static/push-subscription.ts");
	const snapshot = { context: { email } };
	const page = { snapshot, send: (frame: object) => sent.push(frame) };
	await renewPush(Object(page));
}

test("notes go on to whoever turned them on, whoever else loads the page", async () => {
	await loads("ann@example.org");
	await loads("bob@example.org");
	await loads("Ann@example.org");
	expect(sent).toMatchObject([{ kind: "subscribe" }, { kind: "subscribe" }]);
});
