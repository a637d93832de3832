/** Draws the charts of all machines, and their style sheet. */
import { clientMachine } from "../../machines/client.ts";
import { nodeMachine } from "../../machines/node.ts";
import { pageMachine } from "../../machines/page.ts";
import { roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { chartOf } from "./chart.ts";
import { draw, STYLE } from "./draw.ts";

const MACHINES = [
	clientMachine,
	roomMachine,
	serverMachine,
	pageMachine,
	nodeMachine,
];

/** Pairs of a file name and its content. */
export async function drawCharts(): Promise<[string, string][]> {
	const files: [string, string][] = [["chart.css", `${STYLE}\n`]];
	for (const machine of MACHINES)
		files.push([`${machine.id}.svg`, await draw(chartOf(machine.root))]);
	return files;
}
