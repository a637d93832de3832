/** Decides whether a typed code is right, and whether the client may enter now. */
import {
	brokenClientRule,
	type ClientContext,
} from "../../../machines/client.ts";
import { readCode } from "../../../machines/code.ts";
import type { PlumeEvent } from "../../../machines/events.ts";
import { LOBBY } from "../../../machines/message.ts";
import { parseName } from "../../chat/name.ts";
import type { Entry } from "../../log/log.ts";
import type { Command } from "../command.ts";
import { sameMac, sha256 } from "../secrets.ts";
import {
	claimBroken,
	type Decision,
	isBanned,
	isInvited,
	isStale,
	mayEnter,
	namesBroken,
	pendingLogin,
	refuse,
	registrationBroken,
	tabsBroken,
	type View,
} from "./decision.ts";
import { decideJoin } from "./invitations.ts";
import { roomBroken, roomEntered } from "./rooms.ts";
import { excessClosed, sessionOpened } from "./sessions.ts";

export function decideAuth(
	view: View,
	{ code, name: chosen, wantsSession, id: request }: Command<"auth">,
): Decision {
	const { client: asker, now: time, secrets } = view;
	if (asker?.matches("inRoom")) return refuse("isNotInside");
	const login = pendingLogin(asker);
	if (!login) return refuse("loginIsPending");
	if (!isInvited(view, login)) return refuse("isInvited");
	const { id: client, identity, domain, person } = login;
	const token = secrets.id();
	const named = login.nameKey ? login : parseName(chosen ?? "");
	const { name = "", nameKey = "" } = named ?? {};
	const owner = { identity, nameKey, name };
	const succeeded: PlumeEvent<"login.succeeded"> = {
		...{ type: "login.succeeded", time, client, ...owner },
		...(wantsSession && { session: sha256(token) }),
		...(person && { person }),
	};
	const broken = brokenClientRule(login, succeeded);
	if (broken) return refuse(broken);
	const typed = readCode(code);
	if (typed === undefined) return refuse("codeIsWhole");
	const mac = secrets.codeMac(login.pending, typed);
	if (!sameMac(mac, login.code)) {
		const event = { type: "login.failed", time, client } as const;
		const rule = login.tries > 1 ? "codeIsRight" : "triesAreLeft";
		return { entries: [{ event }], refused: { rule } };
	}
	if (!named)
		return refuse(chosen === undefined ? "nameIsNeeded" : "nameIsLegal");
	const entry = decideEntry(view, login, succeeded);
	if (!wantsSession || entry.refused || !view.login) return entry;
	const user = { ...view.login.user, name };
	const { entry: opened, session } = sessionOpened(view, token, {
		...owner,
		...{ domain, since: time },
	});
	return {
		before: excessClosed(view, person ?? identity, identity),
		entries: [opened, ...entry.entries],
		login: { ...view.login, user, session, request },
	};
}

/** The code was right. A name that is taken by now ends the login. */
function decideEntry(
	before: View,
	login: ClientContext,
	succeeded: PlumeEvent<"login.succeeded">,
): Decision {
	const { type: _type, time, person, ...claim } = succeeded;
	const { client, identity, nameKey } = claim;
	const holder = person ?? identity;
	const joined = decideJoin(before, login.invitation, holder);
	const { view, entries } = joined;
	const wanted = joined.room ?? login.room;
	// People who may not enter it must not learn that it exists.
	const room = mayEnter(view.state, wanted, holder) ? wanted : LOBBY;
	const full = tabsBroken(view, claim) ?? roomBroken(view, room, holder);
	if (full) return refuse(full);
	const entered = roomEntered(view, { room, ...claim }, holder);
	const taken =
		joined.broken ??
		(isBanned(view, holder) ? "isNotBanned" : undefined) ??
		registrationBroken(view, nameKey) ??
		claimBroken(view, claim) ??
		namesBroken(view, holder, nameKey) ??
		entered.refused?.rule;
	if (taken) {
		const isNameGone = /^name/.test(taken);
		// Another can be chosen with the same code.
		if (isNameGone && login.nameKey === "") return refuse(taken);
		const why = isNameGone ? "nameTaken" : "mayNotEnter";
		const event = { type: "login.expired", time, client, why } as const;
		return { ...refuse(taken), entries: [{ event }] };
	}
	// With their last name a person's own state goes: it stays if they come back.
	const isTheirs =
		view.state.server.context.names.get(nameKey)?.identity === identity;
	const released: Entry[] =
		isStale(view, nameKey) && !isTheirs
			? [{ event: { type: "name.released", time, nameKey } }]
			: [];
	const after = [{ event: succeeded }, ...entered.entries];
	return { entries: [...entries, ...released, ...after] };
}
