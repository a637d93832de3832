/** A message on the page, and its buttons, which come with the mouse or a touch. */

import type { Person } from "./person.ts";

/** The last message with this text. Words that another one quotes are not its text. */
export const lineOf = ({ page }: Person, text: string) =>
	page
		.locator("article.said", { has: page.locator(".line", { hasText: text }) })
		.last();

export async function showsTools(person: Person, text: string) {
	const line = lineOf(person, text);
	const isTouch = () => matchMedia("(hover: none)").matches;
	const isChosen = () =>
		line.evaluate((one) => one.classList.contains("chosen"));
	if (!(await person.page.evaluate(isTouch))) await line.hover();
	else if (!(await isChosen())) await line.locator(".line").tap();
	return line.locator(".tools");
}

/** Presses a button of a message. */
export async function pressesAt(person: Person, text: string, tool: string) {
	const tools = await showsTools(person, text);
	await tools.getByRole("button", { name: tool, exact: true }).click();
}
