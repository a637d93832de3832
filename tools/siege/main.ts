/**
 * `npm run siege`: ten people talk and three log in again and again, first in
 * peace, then beside a hostile account and a hostile /48, then so through a
 * proxy. Says what each run was like, and fails if the good noticed much.
 * `npm run attack`: a raid instead, once, during which the ten log in.
 *
 * All of it is in a network namespace that ends with it, so that anyone can
 * come from an address of their own and nothing goes anywhere else.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { quantile } from "../../bench/histogram.ts";
import { type Outcome, siege } from "./siege.ts";

const MOST_WAY_MS = 200;
const MOST_LOGIN_MS = 10_000;
const MOST_MIB = 256;
const INSIDE = "--inside";
/** Anyone in the documentation's network is here. */
const NETWORK =
	'ip link set lo up && ip -6 route add local 2001:db8::/32 dev lo && echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind && exec "$0" "$@"';

const SIEGE = {
	"in peace": { proxied: false, attack: "none" },
	besieged: { proxied: false, attack: "siege" },
	"besieged, through a proxy": { proxied: true, attack: "siege" },
} as const;
const RAID = { raided: { proxied: false, attack: "raid" } } as const;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Prints a run, and answers what was not as it must be. */
function judge(name: string, outcome: Outcome): readonly string[] {
	const { ways, logins, said, mails, troubles } = outcome;
	const { before, most, after } = outcome;
	const [p50, p99, top] = [0.5, 0.99, 1].map((part) =>
		Math.round(quantile(ways, part)),
	);
	const slowest = Math.round(quantile(logins, 1));
	const mib = Math.round(outcome.mostMiB);
	print(
		`${name}: ${said} lines, ${ways.length} deliveries, p50 ${p50} ms, p99 ${p99} ms, slowest ${top} ms in second ${outcome.worstSecond}; ${logins.length} logins, slowest ${slowest} ms; ${mails} mails; at most ${mib} MiB; descriptors ${before} before, at most ${most}, ${after} after`,
	);
	const listed = (counts: Readonly<Record<string, number>>) =>
		Object.entries(counts)
			.map(([name, times]) => `${name} ${times}`)
			.join(", ") || "nothing";
	print(`  refused: ${listed(outcome.refusals)}`);
	print(`  strikes: ${listed(outcome.strikes)}`);
	return [
		...troubles.slice(0, 5),
		...(p99 === undefined || p99 >= MOST_WAY_MS ? [`p99 is ${p99} ms`] : []),
		...(slowest >= MOST_LOGIN_MS ? [`a login took ${slowest} ms`] : []),
		...(mib >= MOST_MIB ? [`the server took ${mib} MiB`] : []),
		...(after > before ? [`${after - before} descriptors were kept`] : []),
	].map((wrong) => `${name}: ${wrong}`);
}

/** Whether the only network device here is the loopback one. */
const isAlone = () =>
	readFileSync("/proc/net/dev", "utf8").trim().split("\n").slice(2).length ===
	1;

function enterNamespace(asked: readonly string[]): number {
	const self = [fileURLToPath(import.meta.url), INSIDE, ...asked];
	const args = ["--net", "sh", "-c", NETWORK, process.execPath, ...self];
	const { status } = spawnSync("unshare", args, { stdio: "inherit" });
	return status ?? 1;
}

async function main(): Promise<number> {
	const asked = process.argv.slice(2);
	const [first, second = "", only] = asked;
	if (first !== INSIDE) {
		const isRoot = process.getuid?.() === 0;
		const has = (tool: string) =>
			spawnSync(tool, ["--version"]).error === undefined;
		if (isRoot && has("ip") && has("unshare")) return enterNamespace(asked);
		print(
			"A siege needs root and iproute2: sudo apt-get install -y iproute2 && sudo npm run siege",
		);
		return 2;
	}
	const seconds = Number(second);
	if (!Number.isInteger(seconds) || seconds < 10 || seconds > 3600) {
		print(`TEST_SIEGE_SECONDS is "${second}": say from 10 to 3600.`);
		return 2;
	}
	if (!isAlone()) throw new Error("this is no network of its own");
	const wrong: string[] = [];
	for (const [name, run] of Object.entries(only === "attack" ? RAID : SIEGE))
		wrong.push(...judge(name, await siege({ seconds, ...run })));
	for (const line of wrong) print(line);
	return wrong.length > 0 ? 1 : 0;
}

process.exitCode = await main();
