/** The attackers, in a process of their own: `attacker.js PORT DIRECT|PROXIED SECONDS SESSION`. */
import { attacks, eraseEverything } from "./attacks.ts";
import type { World } from "./world.ts";

const [, , port, by, length, session = ""] = process.argv;
const seconds = Number(length);
const world: World = { port: Number(port), proxied: by === "PROXIED" };

let strikes = 0;
for (const [perSecond, strike] of Object.values(attacks(world, session))) {
	let n = 0;
	setInterval(() => {
		strikes++;
		strike(n++);
	}, 1000 / perSecond);
}
// There is the more to erase the later; and what is said after that is refused.
setTimeout(() => eraseEverything(world, session), seconds * 700);
setTimeout(() => {
	process.stdout.write(`${strikes}\n`);
	process.exit(0);
}, seconds * 1000);
