/** `npm run restarts`: five hundred people talk while the server is started again under its socket. */
import { test } from "vitest";
import { restartUnder } from "./restarts.ts";

const PEOPLE = Number(process.env.TEST_PEOPLE ?? 500);

test(`${PEOPLE} people through three restarts`, async () => {
	const figures = { people: PEOPLE, restarts: 3, everyMs: 50 };
	console.info(await restartUnder(figures));
});
