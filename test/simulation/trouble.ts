/** What becomes of disks and of power, each as a line of the story. */
import fc from "fast-check";
import { type Step, step } from "./step.ts";

const crash = fc
	.nat()
	.map((seed) =>
		step(`the power goes (${seed})`, (world) => world.crash(seed)),
	);

const crashAgain = fc
	.tuple(
		fc.nat(),
		fc.array(fc.nat({ max: 24 }), { minLength: 1, maxLength: 2 }),
	)
	.map(([seed, calls]) =>
		step(
			`the power goes (${seed}), and again ${calls.join(" and ")} disk calls into the next start`,
			(world) => world.crash(seed, ...calls),
		),
	);

const crashSoon = fc.nat({ max: 12 }).map((calls) =>
	step(`the power will go ${calls} disk calls from now`, (world) => {
		const last = world.disk.calls + calls;
		world.interrupt(({ number }) => (number > last ? "crash" : undefined));
	}),
);

const fails = fc
	.constantFrom(
		{ code: "ENOSPC", kind: "write" },
		{ code: "EROFS", kind: "write" },
		{ code: "EDQUOT", kind: "open" },
		{ code: "EIO", kind: "write" },
		{ code: "EIO", kind: "sync" },
		{ code: "ENOSPC", kind: "sync" },
	)
	.map(({ code, kind }) =>
		step(`from now on ${kind} fails with ${code}`, (world) =>
			world.interrupt(
				(call) => (call.kind === kind ? { code } : undefined),
				true,
			),
		),
	);

const shortWrites = fc
	.integer({ min: 1, max: 200 })
	.map((short) =>
		step(`writes take ${short} bytes at most`, (world) =>
			world.interrupt(({ kind }) => (kind === "write" ? { short } : undefined)),
		),
	);

const heal = fc.constant(
	step("the disk is well again", (world) => world.heal()),
);

export const troubles: fc.Arbitrary<Step>[] = [
	...Array(3).fill(heal),
	crash,
	crashAgain,
	crashSoon,
	fails,
	shortWrites,
];
