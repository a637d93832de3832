/** Private rooms as people on the page make and lead them. */

import type { Person } from "./person.ts";

/** The heading, once the room on the screen has this title. */
export const titleOf = ({ page }: Person, title: string) =>
	page.locator("#room-name", { hasText: title });

export async function makesRoom(person: Person, title: string): Promise<void> {
	await person.opensNewRoom();
	await person.page.getByLabel("Make a private room").fill(title);
	await person.presses("Make");
	await titleOf(person, title).waitFor();
	// The heading changes before the room is open, and until then nothing can be asked of it.
	await person.reads(title);
}

/** The dialog about the room. */
export async function opensMembers(person: Person) {
	await person.opensMenu();
	await person.presses("Members");
	const dialog = person.page.locator("#room-about");
	await dialog.waitFor();
	return dialog;
}

export async function makesLink(person: Person): Promise<string> {
	const dialog = await opensMembers(person);
	await person.presses("Make a link");
	await dialog.getByText("One person can join by this link").waitFor();
	const link = await dialog.getByLabel("Link for one person").inputValue();
	await dialog.getByRole("button", { name: "Close", exact: true }).click();
	return link;
}
