/** The subscription of this browser at its push service. */

import type { Page } from "./page.ts";

const hasPush = () =>
	isSecureContext && "serviceWorker" in navigator && "PushManager" in window;

export async function pushSubscription(): Promise<
	PushSubscription | undefined
> {
	if (!hasPush()) return undefined;
	const registration = await navigator.serviceWorker.getRegistration();
	return (await registration?.pushManager.getSubscription()) ?? undefined;
}

export function subscribeFrame(subscription: PushSubscription) {
	const { endpoint, keys: { p256dh = "", auth = "" } = {} } =
		subscription.toJSON();
	return { kind: "subscribe", endpoint: endpoint ?? "", p256dh, auth } as const;
}

/** Tells the server again where this browser is: it may have lost that. */
export async function renewPush(page: Page): Promise<void> {
	const subscription = await pushSubscription();
	if (subscription) page.send(subscribeFrame(subscription));
}
