/** Is this the code, and may whoever has it enter now? */
import { clientGuards, clientRules } from "../../../machines/client.ts";
import type {
	ClientEntered,
	LoginSucceeded,
} from "../../../machines/events.ts";
import { roomGuards, roomRules } from "../../../machines/room.ts";
import { firstBroken } from "../../../machines/rules.ts";
import type { Entry } from "../../log/log.ts";
import { normaliseCode, type Secrets, sameMac } from "../secrets.ts";
import {
	claimBroken,
	codeMac,
	type Decision,
	isStale,
	type Policy,
	pendingLogin,
	refuse,
	type View,
} from "./decision.ts";

export function decideAuth(
	view: View,
	typed: string,
	policy: Policy,
	secrets: Secrets,
): Decision {
	const { client: asker, now: time, state } = view;
	if (asker?.matches("inRoom")) return refuse("isNotInside");
	const login = pendingLogin(asker);
	if (!login) return refuse("loginIsPending");
	const { id: client, identity, nameKey, name, room } = login;
	const claim = { client, identity, nameKey, name };
	const succeeded: LoginSucceeded = { type: "login.succeeded", time, ...claim };
	const rules = clientRules["login.succeeded"];
	const broken = firstBroken(clientGuards, rules, login, succeeded);
	if (broken) return refuse(broken);
	const mac = codeMac(secrets, login.pending, normaliseCode(typed));
	if (!sameMac(mac, login.code)) {
		const failed: Entry = { event: { type: "login.failed", time, client } };
		const refused = login.tries > 1 ? "codeIsRight" : "triesAreLeft";
		return { entries: [failed], refused };
	}
	const { limits, node } = policy;
	if (state.tabs(identity) >= limits.tabsPerIdentity)
		return refuse("tabsAreLeft");
	const entered: ClientEntered = {
		type: "client.entered",
		time,
		room,
		...claim,
		node,
	};
	const inside = state.room(room)?.context;
	const taken =
		claimBroken(view, claim, limits) ??
		(inside &&
			firstBroken(roomGuards, roomRules["client.entered"], inside, entered));
	if (taken) {
		const why = "nameTaken" as const;
		const event = { type: "login.expired" as const, time, client, why };
		return { entries: [{ event }], refused: taken };
	}
	const entries: Entry[] = [{ event: succeeded }, { event: entered }];
	if (!inside) {
		const incarnation = secrets.id();
		const event = { type: "room.opened" as const, time, room, incarnation };
		entries.splice(1, 0, { event });
	}
	if (isStale(view, nameKey, limits))
		entries.unshift({ event: { type: "name.released", time, nameKey } });
	return { entries };
}
