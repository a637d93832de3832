/** Notes to browsers that are closed: who gets one, what it says, and whom the server connects to for that. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MessageType as types } from "../machines/message.ts";
import { isQuiet } from "../machines/quiet.ts";
import { ConfigError, readConfig } from "../src/config.ts";
import { OwnRooms } from "../src/engine/own-rooms.ts";
import { Secrets } from "../src/engine/secrets.ts";
import { Archive } from "../src/history/archive.ts";
import { textOf } from "../src/log/disk.ts";
import { memoryDisk } from "../src/log/memory-disk.ts";
import { PushSender } from "../src/push/sender.ts";
import { vapidKeys } from "../src/push/vapid.ts";
import { World } from "./cluster/world.ts";
import { asks, entersRoom, invitedInto, makesRoom } from "./private-rooms.ts";
import { PushService, vapidOf } from "./push-service.ts";
import { type Person, seededBytes, TestServer } from "./test-server.ts";

const CONTACT = "mailto:op@example.org";
const options = {
	environment: { PLUME_PUSH_CONTACT: CONTACT },
	mayPushToLoopback: true,
};

let service: PushService;
let plume: TestServer;
/** Does not look. */
let ann: Person;
let bob: Person;
beforeEach(async () => {
	service = await PushService.start();
	plume = await TestServer.open(options);
	ann = await plume.enter("ann", "plume.2");
	bob = await plume.enter("bob", "plume.2");
	await subscribes();
	await looksAway();
});
afterEach(() => service.stop());

function sends(person: Person, kind: string, fields: object = {}) {
	person.raw(JSON.stringify({ type: types.own, kind, ...fields }));
	return plume.settle();
}

async function looksAway(person = ann) {
	person.publish("presence", { away: true });
	await plume.settle();
}

async function subscribes(person = ann) {
	const device = service.subscribe();
	await sends(person, "subscribe", device);
	return device;
}

async function says(person: Person, text: string, ...more: [number?, string?]) {
	person.say(text, undefined, more[1], more[0]);
	await plume.settle();
}

/** In steps, for an edge that hears nothing for long is lost. */
async function pass(ms: number) {
	for (let left = ms; left > 0; left -= 500) {
		plume.clock.advance(500);
		await plume.settle();
	}
}

const handed = (count: number) =>
	vi.waitFor(() => expect(service.handed.length).toBe(count), 30_000);

/** What becomes of a note that no server has made. */
function sentAlone() {
	const secrets = new Secrets("a secret for tests", seededBytes("any"));
	const parts = { secrets, contact: CONTACT, mayReachLoopback: true };
	const device = { ...service.subscribe(), session: "" };
	return new PushSender(parts).send(device, "{}");
}

/** What ann's browser is sent, up to a note that is sent now. */
async function notes(): Promise<unknown[]> {
	await sends(ann, "try");
	const isEnd = ({ note }: (typeof service.handed)[number]) =>
		note.name === "Plume";
	await vi.waitFor(() => expect(service.handed.some(isEnd)).toBe(true), 30_000);
	return service.handed.flatMap((one) => (isEnd(one) ? [] : one.note.text));
}

describe("a note", () => {
	test("says who mentioned one, where, and what they said", async () => {
		await says(bob, "hello @ann");
		await handed(1);
		expect(service.handed[0]?.note).toEqual({
			...{ room: "lobby", title: "lobby", name: "bob", text: "hello @ann" },
		});
	});

	test("is signed for the service that it goes to", async () => {
		await says(bob, "@ann");
		await handed(1);
		const { headers } = service.handed[0] ?? {};
		expect(headers).toMatchObject({ ttl: "86400" });
		const { publicKey } = vapidKeys(
			new Secrets("a secret for tests", seededBytes("any")),
		);
		expect(vapidOf(headers ?? {})).toMatchObject({
			...{ isRight: true, sub: CONTACT, aud: service.url, key: publicKey },
		});
	});

	test("shows the beginning of a long message", async () => {
		await says(bob, `@ann ${"🪶".repeat(500)}`);
		await handed(1);
		const text = `${service.handed[0]?.note.text}`;
		expect([...text]).toHaveLength(200);
	});

	test("comes of a reply", async () => {
		await says(ann, "who is there?");
		const offset = Number(bob.items.at(-1)?.offset);
		await says(bob, "nobody else");
		await says(bob, "me", offset);
		expect(await notes()).toEqual(["me"]);
	});

	test("comes of no reply to what its author erased", async () => {
		await says(ann, "who is there?");
		const target = Number(bob.items.at(-1)?.offset);
		ann.erase({ room: "lobby", epoch: ann.memory.epoch, target, id: "e" });
		await plume.settle();
		await says(bob, "me", target);
		expect(await notes()).toEqual([]);
	});

	test("comes of a reply to who is there without a look into the log", async () => {
		await says(ann, "who is there?");
		const offset = Number(bob.items.at(-1)?.offset);
		const looked = vi.spyOn(Archive.prototype, "find");
		await says(bob, "me", offset);
		expect(await notes()).toEqual(["me"]);
		expect(looked).not.toHaveBeenCalled();
	});

	test("comes of no reply that only the log knows while many want to read there", async () => {
		await says(ann, "who is there?");
		const offset = Number(bob.items.at(-1)?.offset);
		plume.server.room("lobby").recent.forgetItems();
		const looked = vi.spyOn(Archive.prototype, "find");
		let release = () => {};
		const isReleased = new Promise<void>((then) => {
			release = then;
		});
		for (let nth = 0; nth < 64; nth++)
			void plume.archive.inTurn(() => isReleased);
		bob.say("me", undefined, undefined, offset);
		await vi.waitFor(() => expect(bob.items.at(-1)?.text).toBe("me"), 30_000);
		release();
		await plume.settle();
		expect(looked).not.toHaveBeenCalled();
	});

	test("comes of a reply to what is in no memory", async () => {
		await says(ann, "who is there?");
		const offset = Number(bob.items.at(-1)?.offset);
		plume.server.room("lobby").recent.forgetItems();
		await says(bob, "me", offset);
		expect(await notes()).toEqual(["me"]);
	});

	test("goes to who was answered, whoever has their name by now", async () => {
		await says(ann, "who is there?");
		const offset = Number(bob.items.at(-1)?.offset);
		await plume.operate("rename", "ann", "anna");
		await plume.operate("release", "ann");
		await plume.settle();
		const eve = await plume.enter("ann", "plume.2", "eve@example.org");
		await looksAway(eve);
		const { endpoint } = await subscribes(eve);
		await says(bob, "me", offset);
		await handed(1);
		expect(service.handed[0]?.endpoint).not.toBe(endpoint);
	});

	test("comes of every direct message", async () => {
		const { room } = await asks(plume, bob, "direct", { names: ["ann"] });
		await entersRoom(plume, bob, `${room}`);
		await says(bob, "just us", undefined, `${room}`);
		await handed(1);
		expect(service.handed[0]?.note).toMatchObject({ title: "", name: "bob" });
	});

	test("comes of every message where one wants that", async () => {
		await sends(ann, "level", { room: "lobby", level: "all" });
		await says(bob, "for anyone");
		expect(await notes()).toEqual(["for anyone"]);
	});
});

describe("no note", () => {
	test("comes of what is for nobody in particular", async () => {
		await says(bob, "for anyone");
		expect(await notes()).toEqual([]);
	});

	test("comes of every message once one wants that no more", async () => {
		await sends(ann, "level", { room: "lobby", level: "all" });
		await sends(ann, "level", { room: "lobby", level: "mentions" });
		await says(bob, "for anyone");
		expect(await notes()).toEqual([]);
	});

	test("goes to those who look at the room", async () => {
		ann.publish("presence", { away: false });
		await plume.settle();
		await says(bob, "@ann");
		expect(await notes()).toEqual([]);
	});

	test("comes from a muted room", async () => {
		await sends(ann, "level", { room: "lobby", level: "nothing" });
		await says(bob, "@ann");
		expect(await notes()).toEqual([]);
	});

	test("comes in quiet hours, which may span midnight", async () => {
		// The clock of the tests stands at midnight UTC.
		await sends(ann, "quiet", { from: 1380, to: 60, zone: "UTC" });
		await says(bob, "@ann, asleep?");
		const zone = "Asia/Tokyo";
		await sends(ann, "quiet", { from: 1380, to: 60, zone });
		await says(bob, "@ann, in Tokyo it is day");
		expect(await notes()).toEqual(["@ann, in Tokyo it is day"]);
	});

	test("comes from those whom one has blocked", async () => {
		ann.say("@plumebot block bob");
		await plume.settle();
		await says(bob, "@ann");
		expect(await notes()).toEqual([]);
	});

	test("tells of a private room that one is no member of", async () => {
		const room = await makesRoom(plume, bob, "secret plans");
		await invitedInto(plume, room, bob, ann);
		await entersRoom(plume, bob, room);
		await says(bob, "@ann, in here", undefined, room);
		await asks(plume, bob, "remove", { room, name: "ann" });
		await says(bob, "@ann is out", undefined, room);
		expect(await notes()).toEqual(["@ann, in here"]);
	});

	test("goes to a browser that has logged out", async () => {
		const phone = plume.connect("plume.2");
		phone.hello("ann", "ann@example.org");
		await plume.settle();
		phone.auth(plume.mailer.codeFor("ann@example.org"));
		await plume.settle();
		const device = await subscribes(phone);
		phone.logOut();
		await plume.settle();
		await says(bob, "@ann");
		expect(await notes()).toEqual(["@ann"]);
		const endpoints = service.handed.map(({ endpoint }) => endpoint);
		expect(endpoints).not.toContain(device.endpoint);
	});

	test("goes to a browser that was turned off while it waited", async () => {
		service.answers.push([429, { "Retry-After": "30" }]);
		await says(bob, "@ann");
		await handed(1);
		const endpoint = service.handed[0]?.endpoint;
		await sends(ann, "unsubscribe", { endpoint });
		await subscribes();
		await pass(30_000);
		await notes();
		expect(service.handed).toHaveLength(2);
	});

	test.each([
		["quiet", { from: 0, to: 60, zone: "UTC" }],
		["level", { room: "lobby", level: "nothing" }],
	])("comes after %s was asked for while it waited", async (kind, fields) => {
		service.answers.push([429, { "Retry-After": "30" }]);
		await says(bob, "@ann");
		await handed(1);
		await sends(ann, kind, fields);
		await pass(30_000);
		await notes();
		expect(service.handed).toHaveLength(2);
	});

	test("leaves an address that outlives the session", async () => {
		const disk = memoryDisk();
		const own = { disk, folder: "people", warn: console.error };
		plume = await TestServer.open({ ...options, own });
		ann = await plume.enter("ann", "plume.2");
		const { endpoint } = await subscribes();
		const stored = async () => {
			await pass(30_000);
			const [name] = await disk.list("people");
			return textOf(disk, `people/${name}`);
		};
		expect(await stored()).toContain(endpoint);
		ann.logOut();
		await plume.settle();
		expect(await stored()).not.toContain(endpoint);
	});

	test("goes to the person who had a browser before", async () => {
		const eve = await plume.enter("eve", "plume.2");
		await looksAway(eve);
		const device = await subscribes(eve);
		await sends(ann, "subscribe", device);
		await says(bob, "@eve");
		expect(await notes()).toEqual([]);
	});

	test("says the words before an edit", async () => {
		service.answers.push([429, { "Retry-After": "30" }]);
		await says(bob, "@ann, I hate it");
		await handed(1);
		const said = bob.items.at(-1);
		const { room, epoch, offset: target } = said ?? bob.memory;
		const edit = { kind: "edit", room, epoch, target, text: "@ann, fine" };
		bob.raw(JSON.stringify({ type: types.relation, ...edit }));
		await plume.until(() => bob.received.some(({ kind }) => kind === "edited"));
		await pass(30_000);
		await notes();
		expect(service.handed).toHaveLength(2);
	});

	test("says what was erased while it waited", async () => {
		service.answers.push([429, { "Retry-After": "30" }]);
		await says(bob, "@ann, forget it");
		await handed(1);
		const said = bob.items.at(-1);
		const { room, epoch, offset: target } = said ?? bob.memory;
		bob.erase({ room, epoch, target });
		await plume.until(() => bob.received.some(({ kind }) => kind === "erased"));
		await pass(30_000);
		await notes();
		expect(service.handed).toHaveLength(2);
	});
});

describe("a push service", () => {
	test.each([404, 410])(
		"that answers %i is sent nothing more for that browser",
		async (status) => {
			service.answers.push([status]);
			await says(bob, "@ann");
			await handed(1);
			const other = await subscribes();
			await says(bob, "@ann again");
			await handed(2);
			expect(service.handed[1]?.endpoint).toBe(other.endpoint);
		},
	);

	test("that asks for time gets it", async () => {
		service.answers.push([429, { "Retry-After": "30" }]);
		await says(bob, "@ann");
		await handed(1);
		await vi.waitFor(() => {
			plume.clock.advance(30_000);
			expect(service.handed.length).toBe(2);
		}, 30_000);
		expect(service.handed[1]?.note).toMatchObject({ text: "@ann" });
	});

	test("that asks for time is sent no other note to that browser meanwhile", async () => {
		service.answers.push([429, { "Retry-After": "30" }]);
		await says(bob, "@ann 1");
		await handed(1);
		await says(bob, "@ann 2");
		const { timersSet } = plume.clock;
		for (let nth = 3; nth <= 5; nth++) await says(bob, `@ann ${nth}`);
		// Other parts have some.
		expect(plume.clock.timersSet).toBeLessThan(timersSet + 3);
		const other = await subscribes();
		await says(bob, "@ann at another browser");
		await handed(2);
		expect(service.handed[1]?.endpoint).toBe(other.endpoint);
		await pass(29_000);
		expect(service.handed).toHaveLength(2);
		await pass(1_000);
		await handed(8);
	});

	test.each([
		["Mon, 30 Nov 2026 18:02:00 GMT", 120],
		["Mon, 30 Nov 2026 17:00:00 GMT", 60],
		["in a while", 60],
	])("that asks for time until %s gets %i s", async (until, seconds) => {
		const date = "Mon, 30 Nov 2026 18:00:00 GMT";
		service.answers.push([429, { Date: date, "Retry-After": until }]);
		expect(await sentAlone()).toEqual({ retryMs: seconds * 1000 });
	});

	const upgrade = "Connection: Upgrade\r\nUpgrade: x\r\n\r\n";
	test.each([`HTTP/1.1 101 Switching Protocols\r\n${upgrade}`, ""])(
		"that answers %j holds up no other notes",
		async (answer) => {
			service.answers.push(answer);
			expect(await sentAlone()).toEqual(
				answer ? "failed" : { retryMs: 60_000 },
			);
		},
	);

	test("that asks to be tried again before now is tried in a minute", async () => {
		service.answers.push([503, { "Retry-After": "-5" }]);
		await says(bob, "@ann");
		await handed(1);
		await pass(30_000);
		expect(service.handed).toHaveLength(1);
	});

	test("that is silent delays no note to others", async () => {
		const eve = await plume.enter("eve", "plume.2");
		await looksAway(eve);
		const silent = await PushService.start();
		silent.isSilent = true;
		for (let nth = 0; nth < 4; nth++)
			await sends(eve, "subscribe", silent.subscribe());
		for (let nth = 0; nth < 4; nth++) await says(bob, "@eve");
		await vi.waitFor(() => expect(silent.handed).toHaveLength(1), 30_000);
		await says(bob, "@ann");
		await handed(1);
		expect(silent.handed).toHaveLength(1);
		silent.stop();
	});

	test("is not followed to where it sends one", async () => {
		const location = `${service.url}/elsewhere`;
		service.answers.push([307, { location }]);
		await says(bob, "@ann");
		await handed(1);
		await notes();
		expect(service.handed).toHaveLength(2);
	});
});

test("a note that tries it out is in no language", async () => {
	await sends(ann, "try");
	await handed(1);
	expect(service.handed[0]?.note).toMatchObject({ name: "Plume", text: "" });
});

test("a note is tried once in ten seconds", async () => {
	await sends(ann, "try");
	await sends(ann, "try");
	await handed(1);
	await pass(10_000);
	await sends(ann, "try");
	await handed(2);
});

test("a person has few notes that wait", async () => {
	service.isSilent = true;
	for (let nth = 0; nth < 12; nth++) await says(bob, `@ann ${nth}`);
	await handed(1);
	service.isSilent = false;
	service.hangUp();
	await vi.waitFor(() => {
		plume.clock.advance(60_000);
		expect(service.handed.length).toBe(9);
	}, 30_000);
	expect(service.handed.at(-1)?.note).toMatchObject({ text: "@ann 11" });
});

test("a note that can't be made ends nothing", async () => {
	const { room } = await asks(plume, bob, "direct", { names: ["ann"] });
	await entersRoom(plume, bob, `${room}`);
	const failed = vi.spyOn(OwnRooms.prototype, "titleOf");
	failed.mockRejectedValueOnce(new Error("the disk is gone"));
	await says(bob, "just us", undefined, `${room}`);
	await vi.waitFor(() => expect(failed).toHaveBeenCalled(), 30_000);
	expect(await notes()).toEqual([]);
});

test("a fifth browser takes the place of the first", async () => {
	const [first] = [service.handed, await subscribes()];
	expect(first).toEqual([]);
	for (let nth = 0; nth < 3; nth++) await subscribes();
	await says(bob, "@ann");
	await handed(4);
	const endpoints = service.handed.map(({ endpoint }) => endpoint);
	expect(endpoints).not.toContain(`${service.url}/0`);
});

test("a browser that comes again stays in its turn", async () => {
	const second = await subscribes();
	for (let nth = 0; nth < 2; nth++) await subscribes();
	await sends(ann, "subscribe", second);
	await subscribes();
	await subscribes();
	await says(bob, "@ann");
	await handed(4);
	const endpoints = service.handed.map(({ endpoint }) => endpoint);
	expect(endpoints).not.toContain(second.endpoint);
});

test("of several nodes only the one that decides sends a note", async () => {
	const world = await World.open(2, options);
	const [one, two] = world.edges;
	if (!one || !two) throw new Error("no edges");
	const cleo = await world.enter(one, "cleo");
	const dan = await world.enter(two, "dan");
	const device = service.subscribe();
	cleo.raw(JSON.stringify({ type: types.own, kind: "subscribe", ...device }));
	await world.settle();
	cleo.publish("presence", { away: true });
	await world.settle();
	for (const text of ["@cleo", "@cleo too"]) {
		dan.say(text);
		await world.settle();
	}
	await handed(2);
	const texts = service.handed.map(({ note }) => note.text);
	expect(texts.sort()).toEqual(["@cleo", "@cleo too"]);
});

describe("only the public is connected to", () => {
	const { p256dh, auth } = {
		p256dh: Buffer.alloc(65, 4).toString("base64url"),
		auth: Buffer.alloc(16).toString("base64url"),
	};
	const secrets = new Secrets("a secret for tests", seededBytes("any"));
	const sender = new PushSender({ secrets, contact: CONTACT });

	test.each([
		"http://push.example.org/a",
		"https://push.example.org:8443/a",
		"https://user@push.example.org/a",
		"https://127.0.0.1/a",
		"https://0x7f.1/a",
		"https://[::1]/a",
		"https://[::ffff:10.0.0.1]/a",
		"https://10.0.0.1/a",
		"https://169.254.169.254/latest",
		"https://[fe80::1]/a",
		"ftp://push.example.org/a",
		"nonsense",
	])("%s is refused", (endpoint) => {
		expect(sender.accepts({ endpoint, p256dh, auth })).toBe(false);
	});

	test("a name that leads to this machine is not connected to", async () => {
		const { device } = { device: service.subscribe() };
		const endpoint = "https://localhost/a";
		expect(sender.accepts({ ...device, endpoint })).toBe(true);
		const outcome = await sender.send(
			{ ...device, endpoint, session: "" },
			"secret",
		);
		expect(outcome).toEqual({ retryMs: 60_000 });
	});

	test.each([
		["127.0.0.1", "sent"],
		["10.0.0.1", { retryMs: 60_000 }],
	])("a name that leads to %s is %j", async (address, outcome) => {
		const dns = {
			resolve4: async () => [address],
			resolve6: () => Promise.reject(new Error("none")),
		};
		const parts = { secrets, contact: CONTACT, mayReachLoopback: true };
		const device = { ...service.subscribe(), session: "" };
		const endpoint = device.endpoint.replace("127.0.0.1", "push.test");
		const sender = new PushSender({ ...parts, dns: Object(dns) });
		expect(await sender.send({ ...device, endpoint }, "{}")).toEqual(outcome);
	});

	test("a browser with such an address is refused in words", async () => {
		const endpoint = "https://192.168.1.1/a";
		await sends(ann, "subscribe", { endpoint, p256dh, auth, id: "x" });
		expect(ann.last(types.refused)).toMatchObject({ code: "pushIsPossible" });
	});
});

test("quiet hours from a time to the same are all day", () => {
	const hours = { from: 60, to: 60, zone: "UTC" };
	for (const minute of [0, 59, 60, 61, 1439])
		expect(isQuiet(hours, minute * 60_000)).toBe(true);
});

test("a time zone that is unknown here has no quiet hours", () => {
	const hours = { from: 0, to: 1439, zone: "Mars/Crater" };
	expect(isQuiet(hours, 0)).toBe(false);
});

test("who has no browser that gets notes can't try one", async () => {
	await sends(bob, "try", { id: "x" });
	expect(bob.last(types.refused)).toMatchObject({ code: "pushIsPossible" });
});

test("a contact that is no URL keeps the server from starting", () => {
	const read = (contact: string) => () =>
		readConfig({ PLUME_PUSH_CONTACT: contact }, () => undefined);
	for (const bad of ["op@example.org", "http://example.org", "mailto:op"])
		expect(read(bad)).toThrow(ConfigError);
	expect(read("me")).toThrow(/PLUME_PUSH_CONTACT/);
	expect(read("https://example.org/about")().pushContact).toBe(
		"https://example.org/about",
	);
});

test("the key for push services is the same after a restart", async () => {
	const key = (person: Person) =>
		person.received.find(({ kind }) => kind === "all")?.pushKey;
	const again = await TestServer.open({ ...options, seed: "another" });
	const cleo = await again.enter("cleo", "plume.2");
	expect(key(cleo)).toBe(key(ann));
	expect(key(cleo)).toHaveLength(87);
});
