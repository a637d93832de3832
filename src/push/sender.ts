/**
 * Hands notes to push services, encrypted to the browser (RFC 8030, 8291). The
 * address of a service comes from a browser, so anyone may make it up: only
 * public ones are connected to, by HTTPS, and none may redirect.
 */
import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
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
const LOOKUP_MS = 2_000;
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
	/** Not the system's lookup: that takes threads which others need, and a slow name would take them for long. */
	readonly dns?: Pick<Resolver, "resolve4" | "resolve6">;
	/** Only tests have a push service there. */
	readonly mayReachLoopback?: boolean;
}

export class PushSender {
	readonly publicKey: string;
	readonly #vapidDetails: webPush.RequestOptions["vapidDetails"] & object;
	readonly #dns: SenderParts["dns"] & object;
	readonly #mayReachLoopback: boolean;

	constructor({
		secrets,
		contact,
		dns,
		mayReachLoopback = false,
	}: SenderParts) {
		this.#dns = dns ?? new Resolver({ timeout: LOOKUP_MS, tries: 1 });
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
			// One that changes the protocol is closed without a response.
			const [response]: http.IncomingMessage[] = await Promise.race([
				once(request, "response"),
				once(request, "close"),
			]);
			response?.destroy();
			return outcomeOf(response);
		} catch {
			return { retryMs: RETRY_SECONDS * 1000 };
		}
	}

	readonly #lookup: LookupFunction = (host, options, done) =>
		void this.#find(host).then(
			([first, ...more]) =>
				options.all
					? done(null, [first, ...more])
					: done(null, first.address, first.family),
			(error) => done(error, ""),
		);

	/** The addresses of a host. Rejects unless there are some, and all are allowed. */
	async #find(host: string): Promise<[LookupAddress, ...LookupAddress[]]> {
		const found = await Promise.allSettled([
			this.#dns.resolve4(host),
			this.#dns.resolve6(host),
		]);
		const [first, ...more] = found.flatMap((all, nth) => {
			const family = nth === 0 ? 4 : 6;
			const addresses = all.status === "fulfilled" ? all.value : [];
			return addresses.map((address) => ({ address, family }));
		});
		const isNone = ({ address }: LookupAddress) => !this.#isAllowed(address);
		if (!first || [first, ...more].some(isNone))
			throw new Error("that is no public address");
		return [first, ...more];
	}

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
	const { date = "", "retry-after": after = "" } = headers;
	// It is a number of seconds, or a date by the clock of the service.
	const asked = Number(after) || (Date.parse(after) - Date.parse(date)) / 1000;
	const seconds = asked >= 1 ? asked : RETRY_SECONDS;
	return { retryMs: Math.min(seconds, MOST_RETRY_SECONDS) * 1000 };
}
