/** In the settings: notes to this browser while Plume is closed. */

import { find, make, say } from "./element.ts";
import type { AnswerAboutOwn } from "./frames.ts";
import type { Page } from "./page.ts";
import { pushSubscription, subscribeFrame } from "./push-subscription.ts";
import { Requests } from "./requests.ts";

const WORDS = {
	legend: "Notes when Plume is closed",
	on: "Turn on on this device",
	off: "Turn off on this device",
	trial: "Send a test",
	isOn: "On. You get a note when someone mentions you, answers you or writes to you directly, while you are away from the room.",
	isOff: "Off on this device.",
	sent: "A note is on its way. If none comes within a minute, look whether this device lets the browser show notes.",
	blocked:
		"Your browser blocks notes from this site. To allow them, open the site’s settings beside its address.",
	unsupported:
		"This browser gets no notes from a page that is closed. On an iPhone, add Plume to the home screen first.",
	plain: "Notes need an address that begins with https.",
	none: "This server sends no notes to closed pages.",
	failed: "The browser could not do that. Try again, or use another browser.",
};

/** Mounts the part of the settings. The answer shows it anew. */
export function pushDevices(page: Page): () => void {
	const offline = { kind: "ownRefused", words: WORDS.failed } as const;
	const requests = new Requests<AnswerAboutOwn>(page, "o", offline);
	page.own.onAnswer = (answer) => requests.receive(answer);
	const button = (words: string, act: () => Promise<string>) =>
		make("button", {
			...{ type: "button", className: "block", textContent: words },
			async onclick() {
				const said = await act().catch(() => WORDS.failed);
				await render(said);
			},
		});
	const on = button(WORDS.on, turnOn);
	const off = button(WORDS.off, turnOff);
	const trial = button(WORDS.trial, async () => {
		const answer = await requests.ask({ kind: "tryPush" });
		return answer.kind === "ownDone" ? WORDS.sent : answer.words;
	});
	const result = make("p", { className: "hint", role: "status" });
	const legend = make("legend", "", WORDS.legend);
	const row = make("div", "row-of", on, off, trial);
	const part = make("fieldset", "", legend, row, result);
	find("#notify").closest("fieldset")?.after(part);

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
		const answer = await requests.ask(subscribeFrame(subscription));
		if (answer.kind === "ownDone") return "";
		await subscription.unsubscribe();
		return answer.words;
	}

	async function turnOff(): Promise<string> {
		const subscription = await pushSubscription();
		const { endpoint = "" } = subscription ?? {};
		await requests.ask({ kind: "unsubscribe", endpoint });
		await subscription?.unsubscribe();
		return "";
	}

	async function render(said = ""): Promise<void> {
		const subscription = await pushSubscription();
		const why = whyNot(page);
		on.hidden = why !== "" || subscription !== undefined;
		off.hidden = trial.hidden = subscription === undefined;
		const state = subscription ? WORDS.isOn : WORDS.isOff;
		say(result, said || why || state);
	}
	void render();
	return () => void render();
}

function whyNot({ own }: Page): string {
	if (!own.pushKey) return WORDS.none;
	if (!isSecureContext) return WORDS.plain;
	if (!("PushManager" in window)) return WORDS.unsupported;
	return Notification.permission === "denied" ? WORDS.blocked : "";
}
