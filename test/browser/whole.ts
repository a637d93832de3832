/** Waits until the inspector over a log shows all of it. Until then its slider begins after the newest snapshot. */
import type { Page } from "playwright-core";

/** The status line empties first; then the slider is drawn with its new beginning. */
export async function untilWhole(page: Page, timeout = 30_000): Promise<void> {
	const attached = { state: "attached", timeout } as const;
	await page.locator("#status:empty").waitFor(attached);
	await page.locator('#scrub[min="0"]').waitFor(attached);
}
