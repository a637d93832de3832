/** The attackers, in a process of their own: `attacker.js PORT DIRECT|PROXIED SECONDS SESSION siege|raid`. */
import { attacks, eraseEverything, raid } from "./attacks.ts";
import type { World } from "./world.ts";

const LOOK_MS = 20;
const [, , port, by, length, session = "", plan] = process.argv;
const seconds = Number(length);
const world: World = { port: Number(port), proxied: by === "PROXIED" };
const chosen =
	plan === "raid" ? raid(world, session, seconds) : attacks(world, session);

const strikes: Record<string, number> = {};
const start = performance.now();
/** Strikes as often as is due by now, also if the machine was slow. */
function strike(): void {
	const passed = Math.min((performance.now() - start) / 1000, seconds);
	for (const [name, [perSecond, act]] of Object.entries(chosen)) {
		let n = strikes[name] ?? 0;
		while (n < Math.round(passed * perSecond)) act(n++);
		strikes[name] = n;
	}
}
setInterval(strike, LOOK_MS);
if (plan !== "raid")
	// There is the more to erase the later; and what is said after that is refused.
	setTimeout(() => eraseEverything(world, session), seconds * 700);
setTimeout(() => {
	strike();
	process.stdout.write(`${JSON.stringify(strikes)}\n`);
	process.exit(0);
}, seconds * 1000);
