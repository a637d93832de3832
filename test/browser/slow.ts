/**
 * With `TEST_SLOW=4` in the environment each page has a quarter of a
 * processor, and what it and its server tell each other comes 100 ms late.
 * Nothing may fail for that but by `--testTimeout`: what does has taken
 * something for done because mostly it is by then.
 */

import type { BrowserContext, Page } from "playwright-core";

const RATE = Number(process.env.TEST_SLOW ?? process.env.PLUME_SLOW ?? 1);

/** Runs in the page. What a socket is given to do and what it has to tell comes late, and in order. */
function hearLate(lateMs: number) {
	// Also where a test has taken the page's clock into its own hands.
	const { setTimeout } = globalThis;
	/** What the page has sent, and is still held back. */
	const sending = new Set<() => void>();
	let isLeaving = false;
	// It reaches the server also where the page goes right after it.
	const leave = () => {
		isLeaving = true;
		for (const send of sending) send();
	};
	const { addEventListener } = EventTarget.prototype;
	Reflect.apply(addEventListener, globalThis, ["pagehide", leave]);
	globalThis.WebSocket = class extends WebSocket {
		constructor(...args: ConstructorParameters<typeof WebSocket>) {
			super(...args);
			for (const event of ["onopen", "onmessage", "onclose"])
				Object.defineProperty(this, event, {
					set: (tell: (event: Event) => void) =>
						this.addEventListener(event.slice(2), (what) =>
							setTimeout(tell, lateMs, what),
						),
				});
		}
		override send(data: string) {
			const send = () => {
				// What is sent after its end is lost, and no fault of the page.
				if (sending.delete(send) && this.readyState === 1) super.send(data);
			};
			sending.add(send);
			if (isLeaving) send();
			else setTimeout(send, lateMs);
		}
		override close(code?: number) {
			setTimeout(() => super.close(code), lateMs);
		}
	};
}

async function brake(page: Page) {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Emulation.setCPUThrottlingRate", { rate: RATE });
}

export function slowDown(context: BrowserContext) {
	if (RATE === 1) return;
	void context.addInitScript(hearLate, 25 * RATE);
	// A page may be gone before it is slow.
	context.on("page", (page) => void brake(page).catch(() => {}));
}
