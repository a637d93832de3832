/** When a page over a log shows all of it: before that its slider begins behind the last snapshot, and so does whatever is sought. */
import type { Page } from "playwright-core";

/** Of a page that shows something. What is said of reading ends first, then the slider is drawn with its new beginning. */
export async function untilWhole(page: Page, timeout = 30_000): Promise<void> {
	const attached = { state: "attached", timeout } as const;
	await page.locator("#status:empty").waitFor(attached);
	await page.locator('#scrub[min="0"]').waitFor(attached);
}
