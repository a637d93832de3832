/**
 * The program nats-server, of version 2.15 or later: that of PATH if it is new
 * enough, else one that was fetched before, else it is fetched from Debian's
 * forky by apt with state of its own, which changes nothing of the system.
 */
import { execFileSync } from "node:child_process";
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const CACHE = resolve("node_modules/.cache/nats-server");
const FETCH_MS = 120_000;

/** Its path, or its name if it is on PATH. Throws, with the line to type, where there is none. */
export function natsProgram(): string {
	for (const program of ["nats-server", CACHE])
		if (isNewEnough(program)) return program;
	try {
		fetchProgram();
	} catch (error) {
		throw new Error(
			`There is no nats-server of version 2.15 or later here, and apt could not fetch one (${String(error)}). Put one on PATH, for instance by: go install github.com/nats-io/nats-server/v2@v2.15.1`,
		);
	}
	if (isNewEnough(CACHE)) return CACHE;
	throw new Error(`The nats-server that apt fetched is too old: ${CACHE}`);
}

function isNewEnough(program: string): boolean {
	try {
		const said = execFileSync(program, ["--version"], { encoding: "utf8" });
		const [, major, minor] = /v(\d+)\.(\d+)\./.exec(said) ?? [];
		return Number(major) > 2 || (major === "2" && Number(minor) >= 15);
	} catch {
		return false;
	}
}

function fetchProgram(): void {
	const folder = mkdtempSync(join(tmpdir(), "plume-nats-fetch-"));
	try {
		for (const name of ["lists/partial", "archives/partial", "parts"])
			mkdirSync(join(folder, name), { recursive: true });
		writeFileSync(join(folder, "parts/forky.sources"), forky());
		const options = [
			`-oDir::State::Lists=${folder}/lists`,
			`-oDir::Etc::SourceParts=${folder}/parts`,
			"-oDir::Etc::SourceList=/dev/null",
			`-oDir::Cache=${folder}`,
		];
		const run = (program: string, ...args: readonly string[]) =>
			execFileSync(program, args, {
				...{ cwd: folder, timeout: FETCH_MS, stdio: "pipe" },
			});
		run("apt-get", ...options, "update");
		run("apt-get", ...options, "download", "nats-server");
		const [deb = ""] = readdirSync(folder).filter((name) =>
			/\.deb$/.test(name),
		);
		run("dpkg-deb", "-x", deb, "tree");
		// Another test may fetch it at the same time.
		mkdirSync(resolve(CACHE, ".."), { recursive: true });
		const own = `${CACHE}.${process.pid}`;
		copyFileSync(join(folder, "tree/usr/sbin/nats-server"), own);
		renameSync(own, CACHE);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** The machine's own Debian mirror, but of the release forky. */
function forky(): string {
	const sources = readdirSync("/etc/apt/sources.list.d")
		.filter((name) => /\.sources$/.test(name))
		.map((name) => readFileSync(`/etc/apt/sources.list.d/${name}`, "utf8"));
	const stanza = sources
		.flatMap((text) => text.split("\n\n"))
		.find((text) => /^URIs: .*\/debian\/?$/m.test(text));
	if (!stanza) throw new Error("no Debian mirror is set up for apt");
	return stanza.replace(/^Suites:.*$/m, "Suites: forky");
}
