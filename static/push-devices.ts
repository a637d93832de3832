/** In the settings: notes to this browser while Plume is closed. */

import { fieldset } from "./dialog.ts";
import { button, make, say } from "./element.ts";
import type { Page } from "./page.ts";
import { ownSubscription, subscribeFrame } from "./push-subscription.ts";
import { t } from "./words.ts";

export function pushDevices(page: Page): HTMLElement {
	const choice = (words: string, act: () => Promise<string>) => {
		const onclick = () =>
			act()
				.catch(() => t("push.failed"))
				.then(render);
		return button("block", onclick, words);
	};
	const on = choice(t("push.on"), turnOn);
	const off = choice(t("push.off"), turnOff);
	const trial = choice(t("push.try"), async () => {
		const words = await page.ask({ kind: "tryPush" });
		return words || t("push.sent");
	});
	const result = make("p", { className: "hint", role: "status" });
	const row = make("div", "row-of", on, off, trial);

	async function turnOn(): Promise<string> {
		if ((await Notification.requestPermission()) !== "granted") return "";
		const { pushManager } = await navigator.serviceWorker.ready;
		const options = {
			userVisibleOnly: true,
			applicationServerKey: page.own.pushKey,
		};
		// One that was made with another key is of no use here.
		const old = await pushManager.getSubscription();
		await old?.unsubscribe();
		const subscription = await pushManager.subscribe(options);
		const words = await page.ask(subscribeFrame(page, subscription));
		if (words) await subscription.unsubscribe();
		return words;
	}

	async function turnOff(): Promise<string> {
		const subscription = await ownSubscription(page);
		const { endpoint = "" } = subscription ?? {};
		await page.ask({ kind: "unsubscribe", endpoint });
		await subscription?.unsubscribe();
		return "";
	}

	async function render(said = ""): Promise<void> {
		const subscription = await ownSubscription(page);
		const why = whyNot(page);
		off.hidden = trial.hidden = !subscription;
		on.hidden = why !== "" || !off.hidden;
		const state = subscription ? t("push.isOn") : t("push.isOff");
		say(result, said || why || state);
	}
	void render();
	page.own.onChange.push(() => void render());
	return fieldset(t("push.title"), row, result);
}

function whyNot({ own }: Page): string {
	if (!own.pushKey) return t("push.none");
	if (!isSecureContext) return t("push.plain");
	if (!("PushManager" in window)) return t("push.unsupported");
	return Notification.permission === "denied" ? t("notify.blocked") : "";
}
