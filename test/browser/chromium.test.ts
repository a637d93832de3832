import { expect, it } from "vitest";
import { startChromium } from "./chromium.ts";

it("shows text with a width, also where no fonts are installed", async () => {
	await using browser = await startChromium();
	const page = await browser.newPage();
	await page.setContent("<span>Plume</span>");
	const box = await page.locator("span").boundingBox();
	expect(box?.width).toBeGreaterThan(10);
});
