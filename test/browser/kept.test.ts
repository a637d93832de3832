/** What a browser keeps, and what becomes of it where it may not. */

import { test } from "vitest";
import { stage } from "./stage.ts";

const { crash, restart, visit } = stage();

test("where a browser may not keep anything, the page works as long as it is there", async () => {
	const ann = await visit("ann");
	await ann.page.addInitScript(() => {
		const forbidden = {
			get() {
				throw new DOMException("Access is denied", "SecurityError");
			},
		};
		for (const name of ["localStorage", "sessionStorage"])
			Object.defineProperty(window, name, forbidden);
	});
	await ann.page.reload();
	await ann.comesIn();
	await crash();
	await ann.isTold("Connection lost. Trying again…");
	await ann.says("meanwhile");
	await restart();
	await ann.reads("meanwhile");
});
