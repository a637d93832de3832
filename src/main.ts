#!/usr/bin/env node
/**
 * The entry point. An old Node cannot parse the program, so this file checks
 * the version first, in syntax that any Node knows.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
	process.stderr.write(
		`plume: Plume needs Node 20.12 or later, and this is ${process.versions.node}: https://nodejs.org\n`,
	);
	process.exitCode = 1;
} else void import("./cli/program.ts");

export {};
