/**
 * A day among friends, as a data folder on the real disk: lived by the real
 * server on a simulated clock, so that it took from nine to six, and the same
 * day every time. Dan never finds his code; bob takes all back and is gone.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openDesk } from "../cli/desk.ts";
import { seeded } from "../fakes/disk.ts";
import type { House, Person } from "../house.ts";
import { newDataFolder } from "../program/program.ts";

const MINUTE = 60_000;

/** Answers the folder. */
export async function liveADay(): Promise<string> {
	const { house, clock, disk } = await openDesk({ every: 150 });
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
			await house.settle();
		}
	};
	clock.advance(9 * 60 * MINUTE);
	const ann = await comeIn(house, "ann");
	const bob = await comeIn(house, "bob", "lobby", true);
	await talk([ann, bob], 60);
	const cleo = await comeIn(house, "cleo");
	const [eve, ian] = [
		await comeIn(house, "eve", "boats"),
		await comeIn(house, "iris", "boats"),
	];
	await talk([ann, bob, cleo, eve, ian], 160);
	bob.hangUp();
	await house.settle();
	clock.advance(90 * MINUTE);
	await fail(house, "dan");
	await talk([ann, cleo, eve, ian], 120);
	const back = await comeIn(house, "bob");
	await talk([ann, back, cleo], 90);
	back.eraseAll();
	await house.until(() => back.closed !== undefined);
	await house.settle();
	eve.logOut();
	await house.settle();
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
	house: House,
	name: string,
	room = "lobby",
	mistypes = false,
): Promise<Person> {
	const person = house.connect("plume.2", `10.0.${house.people.length}.1`);
	person.hello(name, `${name}@example.org`, room);
	await house.settle();
	if (mistypes) person.auth("000000");
	await house.settle();
	person.auth(house.mailer.codeFor(`${name}@example.org`));
	await house.settle();
	return person;
}

async function fail(house: House, name: string): Promise<void> {
	const person = house.connect("plume.2", "10.9.9.1");
	person.hello(name, `${name}@example.org`);
	await house.settle();
	for (let tries = 0; tries < 5; tries++) {
		person.auth("000000");
		await house.settle();
		house.clock.advance(20_000);
	}
}
