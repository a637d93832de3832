/** What a person reads where no answer comes. */
import { expect, test, vi } from "vitest";
import { OFFLINE, Requests, UNANSWERED } from "../../static/requests.ts";

const pin = { kind: "pin", room: "reef", epoch: "e", target: 3 } as const;

test.each([
	["was to be done, and may be done", true, UNANSWERED, UNANSWERED],
	["was never sent", false, UNANSWERED, OFFLINE],
	["was only to be read", true, undefined, OFFLINE],
])(
	"whose question %s reads so when the connection is lost",
	async (_, isOpen, unanswered, words) => {
		vi.useFakeTimers();
		const page = { isOpen, send: () => {} };
		const requests = new Requests(Object(page));
		const answer = requests.ask(pin, unanswered);
		requests.disconnected()();
		expect(await answer).toMatchObject({ kind: "notDone", words });
		vi.useRealTimers();
	},
);
