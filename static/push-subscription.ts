/** The subscription of this browser at its push service, for whom it is. */

import type { Page } from "./page.ts";
import { pushSubscription } from "./room-level.ts";
import { hasPush } from "./storage.ts";
import { browser } from "./store.ts";

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
