/** A push service on loopback, and browsers that can read what it is handed for them. */
import {
	createDecipheriv,
	createECDH,
	createPublicKey,
	hkdfSync,
	randomBytes,
	verify,
} from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** What one browser was sent. */
export interface Handed {
	readonly endpoint: string;
	readonly headers: IncomingMessage["headers"];
	readonly note: { readonly [field: string]: unknown };
}

/** A browser's keys, and how it reads what is encrypted to them (RFC 8291). */
function makeBrowser(endpoint: string) {
	const pair = createECDH("prime256v1");
	const own = pair.generateKeys();
	const auth = randomBytes(16);
	const read = (body: Buffer) => {
		const [salt, size] = [body.subarray(0, 16), body.readUInt8(20)];
		const theirs = body.subarray(21, 21 + size);
		const shared = pair.computeSecret(theirs);
		const derive = (
			from: Uint8Array,
			key: Uint8Array,
			info: string,
			bytes: number,
			...more: readonly Uint8Array[]
		) => {
			const about = Buffer.concat([Buffer.from(`${info}\0`), ...more]);
			return Buffer.from(hkdfSync("sha256", key, from, about, bytes));
		};
		const key = derive(auth, shared, "WebPush: info", 32, own, theirs);
		const secret = derive(salt, key, "Content-Encoding: aes128gcm", 16);
		const nonce = derive(salt, key, "Content-Encoding: nonce", 12);
		const text = createDecipheriv("aes-128-gcm", secret, nonce);
		text.setAuthTag(body.subarray(-16));
		const plain = text.update(body.subarray(21 + size, -16));
		text.final();
		return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString());
	};
	const keys = {
		p256dh: own.toString("base64url"),
		auth: auth.toString("base64url"),
	};
	return { device: { endpoint, ...keys }, read };
}

/** What a server says of itself (RFC 8292), if its signature is right. */
export function vapidOf({ authorization = "" }: IncomingMessage["headers"]) {
	const [, token = "", key = ""] =
		/^vapid t=(\S+), k=(\S+)$/.exec(authorization) ?? [];
	const [head, claims = "", signature = ""] = token.split(".");
	const point = Buffer.from(key, "base64url");
	const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((it) =>
		it.toString("base64url"),
	);
	const jwk = { kty: "EC", crv: "P-256", x: `${x}`, y: `${y}` };
	const isRight = verify(
		"sha256",
		Buffer.from(`${head}.${claims}`),
		{
			key: createPublicKey({ key: jwk, format: "jwk" }),
			dsaEncoding: "ieee-p1363",
		},
		Buffer.from(signature, "base64url"),
	);
	const said = JSON.parse(Buffer.from(claims, "base64url").toString());
	return { ...said, key, isRight };
}

export class PushService {
	readonly handed: Handed[] = [];
	/** What the next requests are answered; 201 if there is nothing. Text is written as it is, and ends the connection. */
	readonly answers: (string | readonly [number, Record<string, string>?])[] =
		[];
	/** Whether requests get no answer. */
	isSilent = false;
	readonly #server = createServer((request, answer) => {
		const url = `${this.url}${request.url}`;
		void buffer(request).then((body) => {
			const note = this.#browsers.get(url)?.(body) ?? {};
			this.handed.push({ endpoint: url, headers: request.headers, note });
			if (this.isSilent) return;
			const next = this.answers.shift() ?? [201];
			if (typeof next === "string") {
				request.socket.end(next);
				return;
			}
			const [status, headers] = next;
			answer.writeHead(status, headers).end();
		});
	});
	readonly #browsers = new Map<string, (body: Buffer) => Handed["note"]>();

	static async start(): Promise<PushService> {
		const service = new PushService();
		await once(service.#server.listen(0, "127.0.0.1"), "listening");
		return service;
	}

	get url(): string {
		const address = this.#server.address();
		const { port } = Object(address);
		return `http://127.0.0.1:${port}`;
	}

	/** A browser subscribes. */
	subscribe() {
		const endpoint = `${this.url}/${this.#browsers.size}`;
		const { device, read } = makeBrowser(endpoint);
		this.#browsers.set(endpoint, read);
		return device;
	}

	/** Ends all connections. */
	hangUp(): void {
		this.#server.closeAllConnections();
	}

	stop(): void {
		this.#server.close();
		this.hangUp();
	}
}
