/** Each command says how it is used. */
import { expect, test } from "vitest";
import { loadReader, parseCommand } from "../../src/cli/arguments.ts";
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

test.each([
	["ban eve --help", "ban"],
	["kick lobby eve -h", "kick"],
	["say lobby --help", "say"],
	["help ban", "ban"],
	["help replay", "replay"],
	["help", "plume"],
	["help help", "plume"],
])("plume %s does nothing but help", (line, of) => {
	expect(parseCommand(line.split(" "), {})).toEqual({ name: "help", of });
});

test("an option that an operator's command does not have is no reason for a ban", () => {
	expect(() => parseCommand(["ban", "eve", "--forever"], {})).toThrow(
		'There is no option "--forever"',
	);
});

test("what follows two dashes is said as it is", () => {
	const line = ["say", "lobby", "--", "Try", "plume", "--help"];
	expect(parseCommand(line, {})).toMatchObject({
		command: "say",
		given: ["lobby", "Try", "plume", "--help"],
	});
});

test("two dashes in a text are part of it", () => {
	const line = ["say", "lobby", "5", "--", "3"];
	expect(parseCommand(line, {})).toMatchObject({
		given: ["lobby", "5", "--", "3"],
	});
});

test.each([
	["say lobby Use -- --edges now", ["lobby", "Use", "--edges", "now"]],
	["ban eve spam -- --rude", ["eve", "spam", "--rude"]],
	["say lobby Try -- -h", ["lobby", "Try", "-h"]],
])("two dashes before an option in a text are not said: %s", (line, given) => {
	expect(parseCommand(line.split(" "), {})).toMatchObject({ given });
});
