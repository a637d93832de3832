/** A canary email, code, token and API key, made fresh for each run, are nowhere on disk nor in the operational log. */

import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MessageType as types } from "../../machines/message.ts";
import { Caller } from "./caller.ts";
import { newDataFolder, Plume } from "./program.ts";

async function everyByteOf(folder: string): Promise<Buffer> {
	const names = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = names.filter((entry) => entry.isFile());
	const bytes = files.map(({ parentPath, name }) =>
		readFile(join(parentPath, name)),
	);
	return Buffer.concat(await Promise.all(bytes));
}

/** As it may be written by something that means to hide it, or just to send it. */
function disguises(secret: string): readonly string[] {
	const bytes = Buffer.from(secret);
	// Base64 depends on where in a group of three bytes the secret begins.
	const base64 = [0, 1, 2].flatMap((shift) => {
		const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
		const inner = text.slice(Math.ceil((shift * 4) / 3), -4);
		return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
	});
	return [
		secret,
		secret.toLowerCase(),
		encodeURIComponent(secret),
		bytes.toString("hex"),
		...base64,
	];
}

test("nothing that must stay secret is written down, in any usual disguise", async () => {
	const canary = randomBytes(6).toString("hex");
	const key = `key-${randomBytes(8).toString("hex")}`;
	const email = `Bird.${canary}@Example.org`;
	const text = `a text with ${randomBytes(8).toString("hex")}`;
	const mailed: string[] = [];
	const mailgun = createServer((request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			mailed.push(body);
			response.statusCode = body.includes("lostbird") ? 500 : 200;
			response.setHeader("Content-Type", "application/json");
			response.end('{"id":"1","message":"Queued. Thank you."}');
			recoverState();
		});
	});
	let recoverState = () => {};
	await new Promise<void>((resolve) => mailgun.listen(0, "127.0.0.1", resolve));
	const address = mailgun.address();
	const port = typeof address === "object" ? address?.port : 0;
	const data = await newDataFolder();
	const plume = await Plume.start({
		ENV: "production",
		PLUME_DATA: data,
		MAILGUN_APIKEY: key,
		MAILGUN_DOMAIN: "mg.example.org",
		MAILGUN_URL: `http://127.0.0.1:${port}`,
	});

	const caller = await Caller.call(plume.port, { protocol: "plume.2" });
	const arrived = new Promise<void>((resolve) => {
		recoverState = resolve;
	});
	caller.raw.send({ type: types.hello, text: `bird\n${email}` });
	await arrived;
	const code = /\b[0-9A-HJKMNP-TV-Z]{6}\b/.exec(
		mailed[0]?.split('name="text"')[1] ?? "",
	)?.[0];
	expect(code).toBeDefined();
	caller.raw.send({ type: types.auth, text: code });
	await caller.until(({ text }) => text === "entered chat");
	const token = String(
		(await caller.until(({ type }) => type === types.session)).token,
	);
	const pending = String(
		(await caller.until(({ type }) => type === types.pending)).pending,
	);
	caller.say(text);
	await caller.until((frame) => frame.text === text);
	const lost = await Caller.call(plume.port);
	lost.raw.send({ type: types.hello, text: `lostbird\nlost.${email}` });
	await lost.until(({ type }) => type === types.mayNotEnter);
	const { stdout, stderr } = await plume.stop();
	mailgun.close();

	const disk = (await everyByteOf(data)).toString("latin1");
	const output = stdout + stderr;
	expect(disk).toContain(text);
	expect(output).not.toContain(text);
	expect(output).toContain("a login code was not mailed");
	for (const secret of [email, canary, code ?? "", key, token, pending])
		for (const disguise of disguises(secret)) {
			if (disguise.length < 6) continue;
			expect(disk).not.toContain(disguise);
			expect(output).not.toContain(disguise);
		}
});
