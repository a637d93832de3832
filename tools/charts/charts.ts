/** The machines there are charts of, each drawn anew; what they look like; and what other tools can draw them from. */
import { clientMachine } from "../../machines/client.ts";
import { pageMachine } from "../../machines/page.ts";
import { roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { chartOf } from "../../src/inspect/chart.ts";
import { definitionOf } from "./definition.ts";
import { draw, STYLE } from "./draw.ts";

/** Those that the server runs. */
const SERVED = [clientMachine, roomMachine, serverMachine];
const MACHINES = [...SERVED, pageMachine];

/** The file's name, and what belongs in it. */
export async function drawCharts(): Promise<[string, string][]> {
	const charts = await Promise.all(
		MACHINES.map(
			async (machine): Promise<[string, string]> => [
				`${machine.id}.svg`,
				await draw(chartOf(machine)),
			],
		),
	);
	const definitions = Object.fromEntries(
		SERVED.map((machine) => [machine.id, definitionOf(chartOf(machine))]),
	);
	return [
		...charts,
		["chart.css", `${STYLE}\n`],
		["definitions.json", `${JSON.stringify(definitions, null, "\t")}\n`],
	];
}
