import { expect, test } from "vitest";
import { explained, wordsOf } from "../../src/cli/start-error.ts";

const failed = (fields: object) =>
	Object.assign(new Error("the system said no"), fields);

test("a command that may not read the data says who may", () => {
	const error = failed({ code: "EACCES", path: "/data/log" });
	expect(wordsOf(error)).toBe(
		"/data/log: this user may not use it. Type it as root, or as the user that runs Plume (EACCES).",
	);
});

test("a start on a full disk says what to do", () => {
	expect(wordsOf(explained(failed({ code: "ENOSPC" })))).toBe(
		"PLUME_DATA: the disk is full. Make room (ENOSPC).",
	);
});
