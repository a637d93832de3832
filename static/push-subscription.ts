/** The subscription of this browser at its push service. */

import type { Page } from "./page.ts";
import { hasPush } from "./storage.ts";
import { browser } from "./store.ts";

const canPush = () =>
	isSecureContext && "serviceWorker" in navigator && "PushManager" in window;

async function pushSubscription(): Promise<PushSubscription | undefined> {
	if (!canPush()) return undefined;
	const registration = await navigator.serviceWorker.getRegistration();
	return (await registration?.pushManager.getSubscription()) ?? undefined;
}

/** The browser's, if this person has turned it on: it has one for all who are logged in. */
export async function ownSubscription(page: Page) {
	const { email } = page.snapshot.context;
	return hasPush(email) ? await pushSubscription() : undefined;
}

export function subscribeFrame(page: Page, subscription: PushSubscription) {
	browser.set("push", page.snapshot.context.email);
	const { endpoint, keys: { p256dh = "", auth = "" } = {} } =
		subscription.toJSON();
	return { kind: "subscribe", endpoint: endpoint ?? "", p256dh, auth } as const;
}

/** Tells the server again where this browser is: it may have lost that. */
export async function renewPush(page: Page): Promise<void> {
	const subscription = await ownSubscription(page);
	if (subscription) page.send(subscribeFrame(page, subscription));
}
