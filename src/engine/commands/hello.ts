/** May this person have a login code, or a second one? */
import { clientGuards, clientRules } from "../../../machines/client.ts";
import { firstBroken } from "../../../machines/rules.ts";
import { parseEmail } from "../../chat/email.ts";
import { parseName } from "../../chat/name.ts";
import { parseRoomName } from "../../chat/room-name.ts";
import type { Limits } from "../../limits.ts";
import type { Command } from "../command.ts";
import { sha256 } from "../secrets.ts";
import {
	claimBroken,
	codeMac,
	type Decision,
	isInvited,
	isStale,
	pendingLogin,
	refuse,
	type View,
} from "./decision.ts";
import { roomBroken } from "./rooms.ts";

export function decideHello(view: View, hello: Command<"hello">): Decision {
	const { client, now: time, limits, secrets } = view;
	if (client?.matches("inRoom")) return refuse("isNotInside");
	const name = parseName(hello.name);
	if (!name) return refuse("nameIsLegal");
	const address = parseEmail(hello.email);
	if (!address) return refuse("emailIsLegal");
	const { email, domain, mailbox } = address;
	const room = parseRoomName(hello.room);
	if (!room) return refuse("roomIsNamed");
	const identity = secrets.mac("identity", email);
	const person = secrets.mac("identity", mailbox);
	const expires = time + limits.codeSeconds * 1000;
	const code = secrets.code();
	const user = { name: name.name, email };

	const login = pendingLogin(client);
	if (login) {
		const same = login.identity === identity && login.nameKey === name.nameKey;
		if (!same || !hello.mayResend) return refuse("loginIsNotPending");
		const due = resendAt(login.expires, limits);
		if (time < due) return refuse("resendIsDue", due - time);
		const event = {
			type: "login.resent" as const,
			time,
			client: login.id,
			code: codeMac(secrets, login.pending, code),
			expires,
		};
		const rules = clientRules["login.resent"];
		const broken = firstBroken(clientGuards, rules, login, event);
		if (broken) return refuse(broken);
		return { entries: [{ event }], fresh: { code, expires, user, person } };
	}

	const domainMac = secrets.mac("domain", domain);
	if (!isInvited(view, { identity, domain: domainMac }))
		return refuse("isInvited");
	const claim = { identity, ...name };
	const { nameKey } = claim;
	const id = secrets.id();
	const broken =
		claimBroken(view, { ...claim, client: id }) ?? roomBroken(view, room);
	const isOwned =
		view.state.server.context.names.has(nameKey) && !isStale(view, nameKey);
	const owned = isOwned ? { owned: nameKey } : {};
	if (broken) return { ...refuse(broken), ...owned };
	const pending = secrets.id();
	const pendingHash = sha256(pending);
	const event = {
		type: "login.requested" as const,
		time,
		client: id,
		pending: pendingHash,
		...claim,
		...(person !== identity && { person }),
		domain: domainMac,
		room,
		code: codeMac(secrets, pendingHash, code),
		expires,
		tries: limits.codeTries,
		resends: limits.codeResends,
	};
	return {
		entries: [{ event }],
		...owned,
		fresh: { code, expires, user, person, login: { client: id, pending } },
	};
}

/** When a code may be sent again; `expires` tells when it was last sent. */
export function resendAt(expires: number, limits: Limits): number {
	return expires - limits.codeSeconds * 1000 + limits.resendSeconds * 1000;
}
