/** What the peers share: the message that Plume would send too, and the line that tells where they are. */
import type { Server } from "node:http";

export const say = (name: string, text: string) => ({
	type: 1,
	user: { name },
	text,
});

/** Listens, and says so in the same line as Plume does. */
export function serve(http: Server): void {
	http.listen(0, "127.0.0.1", () => {
		const address = http.address();
		const port = typeof address === "object" ? address?.port : 0;
		const line = { msg: "listening", url: `http://127.0.0.1:${port}` };
		process.stdout.write(`${JSON.stringify(line)}\n`);
	});
}
