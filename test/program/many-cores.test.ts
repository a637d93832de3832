/** `plume serve --edges N`: one process starts the others, and ends with them. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newDataFolder, run } from "./program.ts";

test("where a part can't start, the server ends with the code of that part", async () => {
	const taken = createServer().listen(0, "127.0.0.1");
	await once(taken, "listening");
	const { port } = Object(taken.address());
	const env = { PLUME_DATA: await newDataFolder(), PLUME_EDGES: "1" };
	const inUse = await run([], { ...env, PLUME_PORT: `${port}` });
	taken.close();
	expect(inUse).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("in use"),
	});
	await writeFile(join(env.PLUME_DATA, "secret"), "other ".repeat(8));
	const refused = await run(["--edges", "1", "--port", "0"], {
		...{ PLUME_DATA: env.PLUME_DATA, PLUME_MAIL: "nobody" },
	});
	expect(refused).toMatchObject({ code: 2 });
});
