/**
 * Each bad input or fault of which an outcome is required, and what shows it:
 * rows of the tables in `faults.ts` and `real-faults.ts`, or the title of a
 * test in another file. A fault that nothing shows fails.
 */
import { type Fault, faults } from "./faults.ts";
import { type RealFault, realFaults } from "./real-faults.ts";

type Shown =
	| { readonly row: string }
	| { readonly file: string; readonly title: string };

const row = (fault: string): Shown => ({ row: fault });
const test = (file: string, title: string): Shown => ({ file, title });

export const rows: readonly (Fault | RealFault)[] = [...faults, ...realFaults];

export const requiredFaults: Readonly<Record<string, readonly Shown[]>> = {
	"a code used twice; fifty tries of one code in parallel": [
		row("a code used twice"),
		row("fifty tries of one code in parallel"),
	],
	"five wrong tries": [row("five wrong tries")],
	"A's code on B's connection": [row("A's code on B's connection")],
	"a code after 10:01; the clock stepped back": [
		row("a code after 10:01"),
		row("a wall clock that is set a day ahead while a code is on its way"),
	],
	resend: [row("resend")],
	"one address, spelt in many ways": [
		row("`Victim@X`, ` victim@x`, `victim@x.`"),
	],
	"two addresses, CR or LF, quotes in the address": [
		row("`a@x,b@y`, CR or LF, quotes in the address"),
	],
	"`<b>`, a URL, line breaks in a name": [
		row("`<b>`, a URL, spaces or nothing in a name"),
	],
	"a thousand hellos from one address": [
		row("a thousand hellos from one network"),
	],
	"the mail service fails, or hangs": [
		row("the mail service fails"),
		row("the mail service never answers"),
		row("a mail service that takes the connection and says nothing"),
	],
	"a taken name or a known email": [row("a taken name or a known email")],
	"names that look like the bot's": [
		row("`plumebot`, `PlumeBot`, `pluмebot`, look-alikes, zero-width, bidi"),
	],
	"HTML and scripts in text": [
		test("test/browser/reading.test.ts", "<img src=x onerror=alert(1)>"),
	],
	"a foreign, null or look-alike Origin": [
		test("test/program/edge.test.ts", "an Origin %s"),
	],
	"a forged X-Forwarded-For": [
		test(
			"test/transport/client-address.test.ts",
			"is not who somebody untrusted says it is",
		),
	],
	"headers dripped one byte at a time; an upgrade and then silence": [
		test("test/program/edge.test.ts", "headers dripped one byte at a time"),
		test("test/program/edge.test.ts", "that is silent after its upgrade"),
	],
	"a frame over the limit, invalid UTF-8, binary, or of an unknown type": [
		test("test/program/edge.test.ts", "over the limit"),
		test("test/program/edge.test.ts", "1007"),
		test("test/program/edge.test.ts", "1003"),
	],
	"text before authentication, hello or auth twice": [
		row("text before hello, auth before hello, hello twice"),
		row("hello or auth again in the room"),
	],
	"a client that never reads": [row("a client that never reads")],
	"a half-open peer": [row("a half-open peer")],
	"file descriptors used up": [
		test("test/program/edge.test.ts", "with all file descriptors used up"),
	],
	"resume with an old, future or foreign offset or epoch": [
		test("test/session.test.ts", "gives an explicit gap, then the history"),
	],
	"`kill -9` under load": [
		test("test/program/load.test.ts", "kill -9 under that load"),
	],
	"a bit flipped in the middle of the log": [
		test("test/program/operator.test.ts", "a flipped bit is named with file"),
	],
	"disk full, read-only disk": [
		row("a disk that is filled while people talk"),
		row("a data folder on a read-only disk"),
		test("test/disk.test.ts", "nothing is accepted, with words, until there"),
	],
	"EIO, a failing fsync": [
		test(
			"test/disk.test.ts",
			"it stops before anyone sees what is not durable",
		),
	],
	"a second server on the same data folder": [
		test("test/program/operator.test.ts", "a second server on the same data"),
	],
	"the log is from the future; the clock jumps": [
		test("test/program/operator.test.ts", "a clock a day behind the log"),
		row("a wall clock that is set a day ahead while a code is on its way"),
	],
	"a process that is stopped and goes on": [
		row("a process that stands still for longer than a silent peer may"),
	],
	"SIGTERM under load": [
		test("test/program/operator.test.ts", "SIGTERM is a clean stop"),
	],
	"an event loop that can't keep up": [
		test("test/program/overload.test.ts", "while the event loop is late"),
	],
	"an exception that nobody catches": [row("an exception that nobody catches")],
};
