/**
 * A day's conversation as a data folder on the real disk: written by the real
 * server on a simulated clock, from nine in the morning to the evening, and the
 * same every time. Dan never finds his code; bob erases all he said and leaves.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openDesk } from "../cli/desk.ts";
import { seeded } from "../fakes/disk.ts";
import { newDataFolder } from "../program/program.ts";
import type { Person, TestServer } from "../test-server.ts";

const MINUTE = 60_000;

/** Resolves to the folder. */
export async function liveADay(): Promise<string> {
	const { testServer: plume, clock, disk } = await openDesk({ every: 150 });
	const random = seeded(7);
	const numbers = new Map<Person, number>();
	const talk = async (people: readonly Person[], lines: number) => {
		for (let line = 0; line < lines; line++) {
			clock.advance((20 + random(100)) * 1000);
			const person = people[random(people.length)];
			if (!person) continue;
			const n = (numbers.get(person) ?? 0) + 1;
			numbers.set(person, n);
			person.say(`line ${line}`, n);
			await plume.settle();
		}
	};
	clock.advance(9 * 60 * MINUTE);
	const ann = await comeIn(plume, "ann");
	const bob = await comeIn(plume, "bob", "lobby", true);
	await talk([ann, bob], 60);
	const cleo = await comeIn(plume, "cleo");
	const [eve, ian] = [
		await comeIn(plume, "eve", "boats"),
		await comeIn(plume, "iris", "boats"),
	];
	await talk([ann, bob, cleo, eve, ian], 160);
	bob.hangUp();
	await plume.settle();
	clock.advance(90 * MINUTE);
	await fail(plume, "dan");
	await talk([ann, cleo, eve, ian], 120);
	const back = await comeIn(plume, "bob");
	await talk([ann, back, cleo], 90);
	back.eraseAll();
	await plume.until(() => back.closed !== undefined);
	await plume.settle();
	eve.logOut();
	await plume.settle();
	await talk([ann, cleo, ian], 60);
	const folder = await newDataFolder();
	for (const [path, bytes] of disk.files) {
		const to = join(folder, path.replace(/^data\//, ""));
		await mkdir(dirname(to), { recursive: true });
		await writeFile(to, bytes);
	}
	return folder;
}

async function comeIn(
	plume: TestServer,
	name: string,
	room = "lobby",
	mistypes = false,
): Promise<Person> {
	const person = plume.connect("plume.2", `10.0.${plume.people.length}.1`);
	person.hello(name, `${name}@example.org`, room);
	await plume.settle();
	if (mistypes) person.auth("000000");
	await plume.settle();
	person.auth(plume.mailer.codeFor(`${name}@example.org`));
	await plume.settle();
	return person;
}

async function fail(plume: TestServer, name: string): Promise<void> {
	const person = plume.connect("plume.2", "10.9.9.1");
	person.hello(name, `${name}@example.org`);
	await plume.settle();
	for (let tries = 0; tries < 5; tries++) {
		person.auth("000000");
		await plume.settle();
		plume.clock.advance(20_000);
	}
}
