/** The admin page: an admin finds it, sees what there is, acts and undoes it. */

import { expect, test } from "vitest";
import { check } from "./axe.ts";
import type { Person } from "./person.ts";
import { phone, stage } from "./stage.ts";

const { enter, openPage, plume } = stage({
	PLUME_ADMINS: "boss@example.org",
	PLUME_BASE: "/chat",
});

/** A table, by what is above it. */
const table = ({ page }: Person, title: string) =>
	page.getByRole("table", { name: title });

async function opensAdminPage(options: object = {}): Promise<Person> {
	const boss = await enter("boss", options);
	await boss.opensSettings();
	await boss.page.getByRole("link", { name: "Open the admin page" }).click();
	await boss.page.getByRole("heading", { name: "Reports" }).waitFor();
	return boss;
}

test("a troll is banned from the page, and let in again", async () => {
	const troll = await enter("troll");
	const boss = await opensAdminPage();
	expect(boss.page.url()).toBe(`${plume().url}/admin`);
	await table(boss, "Bans").getByText("Nobody is banned.").waitFor();
	const who = table(boss, "Who is in");
	await who.getByRole("button", { name: "Ban troll" }).waitFor();
	expect(await boss.page.getByRole("button", { name: "boss" }).count()).toBe(0);
	await who.getByRole("button", { name: "Ban troll" }).click();
	const dialog = boss.page.getByRole("dialog", { name: "Ban troll" });
	await dialog.getByLabel("How long").selectOption("a week");
	await dialog.getByLabel("Reason").fill("only stamps");
	await dialog.getByLabel("Reason").press("Enter");
	await boss.seesStatus("troll is banned for 1 week.");
	expect(await boss.page.locator("main").innerText()).not.toContain("UTC");
	await troll.isOutside();
	await troll.page
		.locator("#step-trouble", { hasText: "only stamps" })
		.waitFor();
	const bans = table(boss, "Bans");
	await bans.getByRole("button", { name: "Unban troll" }).click();
	await boss.seesStatus("troll may enter again.");
	await bans.getByText("Nobody is banned.").waitFor();
	await troll.comesIn();
});

test("what is cancelled, or not said in full, is not done", async () => {
	await enter("bob");
	const boss = await opensAdminPage();
	const names = table(boss, "Names, and their owners");
	await names.getByRole("button", { name: "Free bob" }).click();
	await boss.presses("Cancel");
	await names.getByRole("button", { name: "Rename bob" }).click();
	await boss.page.getByLabel("New name").press("Enter");
	await boss.page.getByText("Something is missing.").waitFor();
	boss.expectsFailedLoads();
	await boss.page.getByRole("searchbox").fill("BOB");
	await names.getByText("1 of").waitFor();
	await names.getByRole("button", { name: "Free bob" }).waitFor();
	expect(await names.getByRole("button", { name: "boss" }).count()).toBe(0);
});

test("why an act was refused stays when the tables are read again", async () => {
	await enter("bob");
	const boss = await opensAdminPage();
	const names = table(boss, "Names, and their owners");
	await names.getByRole("button", { name: "Rename bob" }).click();
	await boss.page.getByLabel("New name").press("Enter");
	const words = boss.page.getByText("Something is missing.");
	await words.waitFor();
	boss.expectsFailedLoads();
	// The second time, the first is over.
	for (let times = 0; times < 2; times++) {
		const isLast = boss.page.waitForResponse(/\/admin\/status$/);
		await boss.presses("Look again");
		await isLast;
	}
	expect(await words.isVisible()).toBe(true);
});

test("an act that was done is not read as refused where the tables can't be read", async () => {
	await enter("rob");
	const boss = await opensAdminPage();
	await boss.page.route("**/admin/bans", (route) => route.abort());
	const who = table(boss, "Who is in");
	await who.getByRole("button", { name: "Ban rob" }).click();
	await boss.page.getByLabel("Reason").press("Enter");
	await boss.seesStatus("rob is banned");
	await boss.page
		.locator("#trouble")
		.getByText("The server can't be reached just now.")
		.waitFor();
	expect(await boss.page.locator("#refused").innerText()).toBe("");
	boss.expectsFailedLoads();
});

test("nobody is sent out of a room for a time without an end", async () => {
	await enter("bob");
	const boss = await opensAdminPage();
	const isEndlessFor = async (what: string) => {
		const button = table(boss, "Who is in")
			.getByRole("button", { name: what })
			.first();
		await button.click();
		const endless = boss.page.locator("option", { hasText: "as long as can" });
		const isOffered = await endless.isEnabled();
		await boss.presses("Cancel");
		return isOffered;
	};
	expect(await isEndlessFor("Send out bob")).toBe(false);
	expect(await isEndlessFor("Ban bob")).toBe(true);
});

test("a report leads to the message, and newcomers are kept out meanwhile", async () => {
	const ann = await enter("ann", {}, "garden");
	const seller = await enter("seller", {}, "garden");
	await seller.says("buy my stamps");
	await ann.reads("buy my stamps");
	await ann.page
		.locator("article.said", { hasText: "buy my stamps" })
		.getByTitle("More")
		.click();
	await ann.presses("Block, report and more");
	await ann.presses("Report as spam");
	await ann.isTold("Thank you.");
	const boss = await opensAdminPage(phone);
	const reports = table(boss, "Reports");
	await reports.getByText("buy my stamps").waitFor();
	await check(boss, "the admin page on a phone");
	const server = table(boss, "The server");
	await server.getByRole("button", { name: "Keep them out" }).click();
	await check(boss, "a question of the admin page");
	const dialog = boss.page.getByRole("dialog");
	await dialog.getByRole("button", { name: "Keep them out" }).click();
	await server.getByText("kept out").waitFor();
	await boss.presses("Let them in");
	await server.getByText("let in").waitFor();
	await reports.getByRole("button", { name: /^Remove \d+ in garden/ }).click();
	await boss.presses("Remove");
	await ann.reads("This message was deleted.");
	await reports.getByRole("button", { name: /^Dismiss/ }).click();
	await boss.presses("Dismiss");
	await reports.getByText("Nothing was reported.").waitFor();
});

test("a member is shown nothing, and told why", async () => {
	const eve = await enter("eve");
	await eve.presses("eve");
	await eve.page.getByRole("heading", { name: "Settings" }).waitFor();
	expect(
		await eve.page.getByRole("link", { name: "admin page" }).isVisible(),
	).toBe(false);
	await eve.page.goto(`${plume().url}/admin`);
	await eve.page.getByText("Only an admin can do that.").waitFor();
	expect(await eve.page.getByRole("button").count()).toBe(1);
	const stranger = await openPage("stranger");
	await stranger.page.goto(`${plume().url}/admin`);
	await stranger.page.getByText("Log in on the chat page first.").waitFor();
	await stranger.page.getByRole("link", { name: "To the chat" }).click();
	await stranger.isOutside();
	for (const each of [eve, stranger]) each.expectsFailedLoads();
});

test("someone is invited, and logs in by the link", async () => {
	const boss = await opensAdminPage();
	await boss.presses("Invite someone");
	await boss.seesStatus("One person may log in by this link");
	const words = await boss.page.locator("#result").innerText();
	const [link = ""] = words.split(" ");
	expect(link).toMatch(/^http.*\/chat\/join#[\w-]{22}$/);
	const dora = await openPage("dora");
	await dora.page.goto("about:blank");
	await dora.page.goto(link);
	await dora.page.getByText("You are invited.").waitFor();
	await dora.comesIn();
});
