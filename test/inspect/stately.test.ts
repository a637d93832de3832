/** What Stately's inspector is given: its own receiver takes it, it is what Stately's own inspector would send, and nothing of people is in it. */
import {
	createBrowserReceiver,
	createInspector,
	type StatelyInspectionEvent,
} from "@statelyai/inspect";
import { expect, test } from "vitest";
import { type AnyStateMachine, createActor, createMachine } from "xstate";
import { clientMachine } from "../../machines/client.ts";
import type { Moment } from "../../machines/frame.ts";
import { roomMachine } from "../../machines/room.ts";
import { serverMachine } from "../../machines/server.ts";
import { type ChartState, chartOf } from "../../src/inspect/chart.ts";
import { statelyEvents } from "../../static/inspect/stately-events.ts";
import { House } from "../house.ts";
import { clientEvents } from "../machines/events.ts";

/** Someone mistypes their code, comes in, speaks and leaves; seen from the start, and by who comes late. */
async function story() {
	const house = await House.open();
	const moments: Moment[] = [];
	house.tap.watch((moment) => moments.push(moment));
	const ann = house.connect("plume.2");
	ann.hello("canaryann", "canary.mail@example.org", "canaryroom");
	await house.settle();
	ann.auth("WRONG0");
	await house.settle();
	const code = house.mailer.codeFor("canary.mail@example.org");
	ann.auth(code);
	await house.settle();
	ann.say("canary text", 1, "canaryroom");
	await house.settle();
	const late: Moment[] = [];
	house.tap.watch((moment) => late.push(moment));
	ann.logOut();
	await house.settle();
	const secrets = [code, String(ann.memory.session)];
	return { moments, late, client: ann.memory.client, secrets };
}

/** The part of a window that the receiver uses: `post` is what arrives at it. */
function frameWindow() {
	const target = new EventTarget();
	const said: unknown[] = [];
	const parent = { postMessage: (data: unknown) => said.push(data) };
	const window = Object.assign(target, { self: 1, top: 2, parent });
	const post = (data: unknown) =>
		target.dispatchEvent(new MessageEvent("message", { data }));
	return { window: window as never, said, post };
}

/** What the real receiver makes of it, after it was copied as `postMessage` copies. */
function received(events: readonly StatelyInspectionEvent[]) {
	const { window, said, post } = frameWindow();
	const got: StatelyInspectionEvent[] = [];
	createBrowserReceiver({ window }).subscribe((event) => got.push(event));
	expect(said).toEqual([{ type: "@statelyai.connected" }]);
	for (const event of events) post(structuredClone(event));
	return got;
}

const told = (moments: readonly Moment[]) =>
	moments.flatMap((moment) => statelyEvents(moment, 1));

test("the real receiver yields the actors, the events and how each then stands", async () => {
	const { moments, client } = await story();
	const got = received(told(moments));
	expect(got).toHaveLength(told(moments).length);
	const ofAnn = got.filter(({ sessionId }) => sessionId === client);
	expect(
		ofAnn.map((event) => {
			if (event.type === "@xstate.event") return event.event.type;
			const { status, value } = { value: "", ...event.snapshot };
			return [event.type, status, value];
		}),
	).toEqual([
		["@xstate.actor", "active", "anonymous"],
		...step("login.requested", "awaitingCode"),
		...step("login.failed", "awaitingCode"),
		...step("login.succeeded", "entering"),
		...step("client.entered", { inRoom: "attached" }),
		...step("client.left", "left", "done"),
	]);
	const machines = got.flatMap((event) =>
		event.type === "@xstate.actor" ? [event.name.split(" ")[0]] : [],
	);
	expect(machines).toEqual(["server", "client", "room"]);
});

function step(event: string, state: unknown, status = "active") {
	return [event, ["@xstate.snapshot", status, state]];
}

test("who comes late is told every actor first, as it stands", async () => {
	const { late } = await story();
	const got = received(told(late));
	const first = got.slice(0, 3).map((event) => {
		expect(event.type).toBe("@xstate.actor");
		return event.type !== "@xstate.event" && event.snapshot;
	});
	const values = ["running", { inRoom: "attached" }, "open"];
	expect(first).toMatchObject(values.map((value) => ({ value })));
});

test("each has the fields that Stately's own inspector sends of such a step", async () => {
	const own: StatelyInspectionEvent[] = [];
	const { inspect } = createInspector({ send: (event) => own.push(event) });
	const actor = createActor(clientMachine, { inspect }).start();
	for (const requested of clientEvents.slice(0, 1)) actor.send(requested);
	const moved = (event: StatelyInspectionEvent) =>
		event.type === "@xstate.snapshot" && event.event.type === "login.requested";
	await expect.poll(() => own.some(moved)).toBe(true);
	const { moments, client } = await story();
	const ours = told(moments).filter(({ sessionId }) => sessionId === client);
	for (const type of ["actor", "event", "snapshot"]) {
		const isIt = (event: StatelyInspectionEvent) =>
			event.type === `@xstate.${type}`;
		const [theirs, mine] = [own.findLast(isIt), ours.find(isIt)];
		expect(Object.keys(mine ?? {}).sort()).toEqual(
			Object.keys(theirs ?? {}).sort(),
		);
		expect(theirs).toMatchObject({ _version: mine?._version });
	}
});

test("a definition is the machine's structure, and nothing but names", async () => {
	const definitions = new Map<string, string>();
	for (const event of told((await story()).late))
		if (event.type === "@xstate.actor")
			definitions.set(event.name.split(" ")[0] ?? "", event.definition ?? "");
	for (const machine of [clientMachine, roomMachine, serverMachine]) {
		const told = JSON.parse(definitions.get(machine.id) ?? "");
		const drawn = createMachine(told as never) as unknown as AnyStateMachine;
		expect(chartOf(drawn)).toEqual(guardsJoined(chartOf(machine)));
		expect(JSON.stringify(told)).not.toMatch(/context|=>|function/);
	}
});

/** Where several rules must hold, a definition has room for one name. */
function guardsJoined(chart: ChartState): ChartState {
	return {
		...chart,
		states: chart.states.map(guardsJoined),
		transitions: chart.transitions.map((transition) => {
			const guards = transition.guards.join(" and ");
			return { ...transition, guards: guards ? [guards] : [] };
		}),
	};
}

test("no name, email, room, code, token or text is in any of it, and no context", async () => {
	const { moments, late, secrets } = await story();
	const events = [...told(moments), ...told(late)];
	const shown = JSON.stringify(events);
	expect(shown).not.toMatch(/canary/i);
	for (const secret of secrets) expect(shown).not.toContain(secret);
	for (const event of events)
		if (event.type !== "@xstate.event")
			expect(event.snapshot).toHaveProperty("context", {});
});
