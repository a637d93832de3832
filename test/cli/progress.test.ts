import { expect, test } from "vitest";
import { watched } from "../../src/cli/progress.ts";
import { FakeDisk } from "../fakes/disk.ts";

function reading(msPerRead: number) {
	const files = ["a", "b"].map((name) => ({
		path: `log/${name}`,
		size: 100,
		bytes: Buffer.alloc(100),
	}));
	const disk = new FakeDisk(files.map(({ path, bytes }) => [path, bytes]));
	const drawn: string[] = [];
	let time = 0;
	const now = () => time;
	const draw = (text: string) => drawn.push(text);
	const bar = watched({
		read: (path, from, to) => disk.read(path, from, to),
		files,
		draw,
		now,
	});
	return {
		drawn,
		bar,
		async read(path: string, from?: number, to?: number) {
			time += msPerRead;
			let size = 0;
			for await (const chunk of bar.read(path, from, to)) size += chunk.length;
			return size;
		},
	};
}

test("what takes over a second shows how far it is, and leaves nothing behind", async () => {
	const { read, drawn, bar } = reading(600);
	expect(await read("log/a")).toBe(100);
	expect(drawn).toEqual([]);
	expect(await read("log/b", 50)).toBe(50);
	expect(drawn.at(-1)).toMatch(/Reading the log █+ 100 %/);
	bar.done();
	expect(drawn.at(-1)).toBe("\r\u001b[K");
	await read("log/a");
	expect(drawn).toHaveLength(2);
});

test("what is quick shows nothing", async () => {
	const { read, drawn, bar } = reading(10);
	await read("log/a");
	await read("log/b");
	bar.done();
	expect(drawn).toEqual([]);
});

test("other files are read as if nobody watched", async () => {
	const { read, drawn } = reading(5000);
	await expect(read("log/c")).rejects.toThrow("ENOENT");
	expect(drawn).toEqual([]);
});

test("what is watched is read no further than was asked", async () => {
	const { read } = reading(1);
	expect(await read("log/a", 10, 40)).toBe(30);
});
