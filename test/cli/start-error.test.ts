import { fileURLToPath } from "node:url";
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

test.each([
	["ENOSPC", "/kept/log/1: the disk is full. Make room (ENOSPC)."],
	[
		"EROFS",
		"/kept/log/1: it is on a read-only file system. Choose another (EROFS).",
	],
	["ENOENT", "/kept/log/1: there is no such file or folder (ENOENT)."],
])("a command that meets %s names the place", (code, words) => {
	expect(wordsOf(failed({ code, path: "/kept/log/1" }))).toBe(words);
});

test("a command whose write meets a full disk says what to do", () => {
	expect(wordsOf(failed({ code: "ENOSPC", syscall: "write" }))).toBe(
		"The disk is full. Make room (ENOSPC).",
	);
});

test("a page that the program lacks is not blamed on the data folder", () => {
	const path = fileURLToPath(new URL("../../static", import.meta.url));
	const words = wordsOf(explained(failed({ code: "ENOENT", path })));
	expect(words).toBe(`${path}: there is no such file or folder (ENOENT).`);
});

test("a start on a full disk says what to do", () => {
	expect(wordsOf(explained(failed({ code: "ENOSPC" })))).toBe(
		"PLUME_DATA: the disk is full. Make room (ENOSPC).",
	);
});

test.each([
	[
		"EADDRINUSE",
		"PLUME_PORT: 127.0.0.1:80 is in use by another program. Stop that one, or choose another port (EADDRINUSE).",
	],
	[
		"EADDRNOTAVAIL",
		"PLUME_HOST: 127.0.0.1 is no address of this machine. Say one, like 127.0.0.1 (EADDRNOTAVAIL).",
	],
])("an edge of --edges that meets %s names the setting", (code, words) => {
	const where = { syscall: "bind", address: "127.0.0.1", port: 80 };
	expect(wordsOf(explained(failed({ code, ...where })))).toBe(words);
});
