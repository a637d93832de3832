/** What an edge does with what the sequencer has for a connection. */
import { expect, test } from "vitest";
import { tellConnection } from "../../src/cluster/tell-connection.ts";
import { TestServer } from "../test-server.ts";

test("an answer that waits for its event does not go to whom the connection goes on as", async () => {
	const plume = await TestServer.open();
	const heard: unknown[] = [];
	const connection = plume.engine.connect([], {
		onMessage: ({ messages }) => heard.push(...messages),
		onEnd() {},
		whenDrained() {},
	});
	const { attachments } = plume.engine.services;
	const goesOnAs = (name: string) =>
		attachments.attach(connection, {
			...{ client: name, user: { name, email: "", language: undefined } },
		});
	const at = plume.log.ordered + 1;
	const tell = (id: string) =>
		tellConnection(
			{
				...{ kind: "tell", connection: 1, at },
				messages: [{ kind: "roomsDone", id }],
			},
			connection,
			plume.engine,
			() => false,
		);
	goesOnAs("ann");
	tell("of ann");
	goesOnAs("bob");
	tell("of bob");
	await plume.enter("cleo");
	expect(heard).toEqual([{ kind: "roomsDone", id: "of bob" }]);
});
