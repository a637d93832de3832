/**
 * Hands notes to push services, encrypted to the browser (RFC 8030, 8291). The
 * address of a service comes from a browser, so anyone may make it up: only
 * public ones are connected to, by HTTPS, and none may redirect.
 */
import { lookup as find } from "node:dns";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import webPush from "web-push";
import type { Device } from "../../machines/own.ts";
import type { Secrets } from "../engine/secrets.ts";
import { vapidKeys } from "./vapid.ts";

const TIMEOUT_MS = 10_000;
const DAY_SECONDS = 86_400;
/** Without a word about that from the service. */
const RETRY_SECONDS = 60;
const MOST_RETRY_SECONDS = 3600;

/** What became of a note. After a while the same may be tried again. */
export type Outcome = "sent" | "gone" | "failed" | { readonly retryMs: number };

interface SenderParts {
	readonly secrets: Secrets;
	/** Whom push services may ask about this server: a mailto: or https: URL. */
	readonly contact: string;
	/** Only tests have a push service there. */
	readonly mayReachLoopback?: boolean;
}

export class PushSender {
	readonly publicKey: string;
	readonly #vapidDetails: webPush.RequestOptions["vapidDetails"] & object;
	readonly #mayReachLoopback: boolean;

	constructor({ secrets, contact, mayReachLoopback = false }: SenderParts) {
		const keys = vapidKeys(secrets);
		this.publicKey = keys.publicKey;
		this.#vapidDetails = { subject: contact, ...keys };
		this.#mayReachLoopback = mayReachLoopback;
	}

	/** Whether notes can be encrypted to a browser, and its service may be connected to as far as its address tells. */
	accepts({ endpoint, p256dh, auth }: Omit<Device, "session">): boolean {
		const sizes = [p256dh, auth].map(
			(key) => Buffer.from(key, "base64url").length,
		);
		if (sizes.join() !== "65,16" || !URL.canParse(endpoint)) return false;
		const { protocol, hostname, port, username } = new URL(endpoint);
		const host = hostname.replace(/[[\]]/g, "");
		// No lookup is made of an address.
		if (ipaddr.isValid(host) && !this.#isAllowed(host)) return false;
		const isUsual = protocol === "https:" && port === "" && username === "";
		return isUsual || (protocol === "http:" && this.#mayReachLoopback);
	}

	/** Never rejects. */
	async send(device: Device, note: string): Promise<Outcome> {
		if (!this.accepts(device)) return "gone";
		const { endpoint, p256dh, auth } = device;
		try {
			const { method, headers, body } = webPush.generateRequestDetails(
				{ endpoint, keys: { p256dh, auth } },
				note,
				{
					...{ vapidDetails: this.#vapidDetails, TTL: DAY_SECONDS },
					...{ contentEncoding: "aes128gcm", urgency: "high" },
				},
			);
			const request = (endpoint.startsWith("https:") ? https : http).request(
				endpoint,
				{
					...{ method, headers, lookup: this.#lookup, agent: false },
					signal: AbortSignal.timeout(TIMEOUT_MS),
				},
			);
			request.end(body);
			const [response]: http.IncomingMessage[] = await once(
				request,
				"response",
			);
			response?.destroy();
			return outcomeOf(response);
		} catch {
			return { retryMs: RETRY_SECONDS * 1000 };
		}
	}

	readonly #lookup: LookupFunction = (host, options, done) =>
		find(host, { ...options, all: true }, (error, found = []) => {
			const [first] = found;
			const areAllowed = found.every(({ address }) => this.#isAllowed(address));
			if (error || !first || !areAllowed)
				done(error ?? new Error("that is no public address"), "");
			else if (options.all) done(null, found);
			else done(null, first.address, first.family);
		});

	#isAllowed(address: string): boolean {
		const range = ipaddr.process(address).range();
		const isOwn = range === "loopback" && this.#mayReachLoopback;
		return range === "unicast" || isOwn;
	}
}

function outcomeOf(response: http.IncomingMessage | undefined): Outcome {
	const { statusCode = 0, headers = {} } = response ?? {};
	if (statusCode >= 200 && statusCode < 300) return "sent";
	if (statusCode === 404 || statusCode === 410) return "gone";
	if (statusCode !== 429 && statusCode < 500) return "failed";
	const asked = Number(headers["retry-after"]) || RETRY_SECONDS;
	return { retryMs: Math.min(asked, MOST_RETRY_SECONDS) * 1000 };
}
