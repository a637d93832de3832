/** Is this the code, and may whoever has it enter now? */

import { clientGuards, clientRules } from "../../../machines/client.ts";
import { readCode } from "../../../machines/code.ts";
import type {
	ClientEntered,
	ClientId,
	LoginSucceeded,
	SessionOpened,
} from "../../../machines/events.ts";
import { roomGuards, roomRules } from "../../../machines/room.ts";
import { firstBroken } from "../../../machines/rules.ts";
import type { Entry } from "../../log/log.ts";
import type { Command } from "../command.ts";
import { sameMac, sha256 } from "../secrets.ts";
import {
	claimBroken,
	codeMac,
	DAY_MS,
	type Decision,
	isInvited,
	isStale,
	namesBroken,
	pendingLogin,
	refuse,
	tabsBroken,
	type View,
} from "./decision.ts";
import { sessionsClosed } from "./open.ts";
import { roomBroken, roomOpened } from "./rooms.ts";

export function decideAuth(
	view: View,
	{ code, wantsSession }: Command<"auth">,
): Decision {
	const { client: asker, now: time, state, node, secrets } = view;
	if (asker?.matches("inRoom")) return refuse("isNotInside");
	const login = pendingLogin(asker);
	if (!login) return refuse("loginIsPending");
	if (!isInvited(view, login)) return refuse("isInvited");
	const { id: client, identity, nameKey, name, room, domain, person } = login;
	const token = secrets.id();
	const session = wantsSession ? { session: sha256(token) } : {};
	const owner = { identity, nameKey, name };
	const claim = { client, ...owner, ...session };
	const succeeded: LoginSucceeded = {
		...{ type: "login.succeeded", time, ...claim },
		...(person && { person }),
	};
	const rules = clientRules["login.succeeded"];
	const broken = firstBroken(clientGuards, rules, login, succeeded);
	if (broken) return refuse(broken);
	const typed = readCode(code);
	if (typed === undefined) return refuse("codeIsWhole");
	const mac = codeMac(secrets, login.pending, typed);
	if (!sameMac(mac, login.code)) {
		const failed: Entry = { event: { type: "login.failed", time, client } };
		const refused = login.tries > 1 ? "codeIsRight" : "triesAreLeft";
		return { entries: [failed], refused };
	}
	const holder = person ?? identity;
	const full = tabsBroken(view, claim) ?? roomBroken(view, room, holder);
	if (full) return refuse(full);
	const type = "client.entered";
	const entered: ClientEntered = { type, time, room, ...claim, node };
	const inside = state.room(room)?.context;
	const taken =
		claimBroken(view, claim) ??
		namesBroken(view, holder, nameKey) ??
		(inside && firstBroken(roomGuards, roomRules[type], inside, entered));
	if (taken) {
		const why = "nameTaken" as const;
		const event = { type: "login.expired" as const, time, client, why };
		return { entries: [{ event }], refused: taken };
	}
	const entries: Entry[] = [
		{ event: succeeded },
		...roomOpened(view, room, holder),
		{ event: entered },
	];
	if (isStale(view, nameKey))
		entries.unshift({ event: { type: "name.released", time, nameKey } });
	if (!wantsSession) return { entries };
	const opened = sessionOpened(view, token, { ...owner, domain });
	return { ...opened, entries: [...opened.entries, ...entries] };
}

/** Opens a session, whose token only the browser is told. */
function sessionOpened(
	{ now: time, limits }: View,
	token: string,
	owner: Omit<SessionOpened, "type" | "time" | "session" | "expires">,
) {
	const expires = time + limits.sessionDays * DAY_MS;
	const fact = { time, session: sha256(token), ...owner, expires };
	const event: SessionOpened = { type: "session.opened", ...fact };
	return { entries: [{ event }], session: { token, expires } };
}

/**
 * The right code came, and perhaps its answer was lost: whoever has the id of
 * the login opens another session, once, as long as the code would have lived.
 */
export function decideAnsweredAgain(
	view: View,
	before: ClientId,
	pending: string,
): Decision {
	const { state, now: time, node, secrets } = view;
	const asked = state.client(before)?.context;
	const inside = asked && state.room(asked.room)?.context;
	const own = inside?.members.get(before)?.session;
	const kept = own && state.server.context.sessions.get(own);
	// Whoever said something there has heard of it.
	const isHeard = !asked || time >= asked.expires || inside?.last.has(before);
	if (!own || !kept || isHeard) return refuse("loginIsPending");
	if (!isInvited(view, kept)) return refuse("isInvited");
	const { room } = asked;
	const { identity, nameKey, name, domain } = kept;
	const [token, client] = [secrets.id(), secrets.id()];
	const session = sha256(token);
	const owner = { identity, nameKey, name };
	const opened = sessionOpened(view, token, { ...owner, domain });
	const entries: Entry[] = [
		...sessionsClosed(view, [own], "loggedOut"),
		...opened.entries,
		{
			event: {
				...{ type: "client.entered", time, room, client, ...owner },
				...{ session, node },
			},
		},
	];
	const returning = { client, room, pending, user: { name, email: "" } };
	return { ...opened, entries, returning };
}
