/** Each command says how it is used. */
import { expect, test } from "vitest";
import { loadReader } from "../../src/cli/arguments.ts";
import { helpText } from "../../src/cli/help.ts";

const commands = [
	...(["plume", "serve", "check", "doctor", "who"] as const),
	...(["acts", "backup", "cut", "migrate", "rehearse", "replay"] as const),
	...(["restore", "secret", "why"] as const),
];

test.each(commands)("plume %s --help is about that command", (command) => {
	const text = helpText(command);
	expect(text.split("\n")[0]).toMatch(new RegExp(`\\b${command}\\b`, "i"));
	expect(text.length).toBeGreaterThan(100);
	expect(text).not.toContain("```");
});

test("every command that reads a log is among them", () => {
	expect(commands).toEqual(expect.arrayContaining(Object.keys(loadReader)));
});
