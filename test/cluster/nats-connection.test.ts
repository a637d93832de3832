/** A connection to a real nats-server that asks for TLS, our certificate and our credentials. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openNatsStream } from "../../src/cluster/nats-stream.ts";
import { NatsServers } from "./nats-servers.ts";

type KeyPair = ReturnType<typeof nkeys.createUser>;

const base64 = (text: string | Uint8Array) =>
	Buffer.from(text).toString("base64url");

/** A JWT as NATS has them: `by` says this of `of`. */
function jwt(by: KeyPair, of: KeyPair, nats: object): string {
	const names = { iss: by.getPublicKey(), sub: of.getPublicKey(), name: "x" };
	const claims = { ...names, jti: "1", iat: 1, nats: { ...nats, version: 2 } };
	const head = { typ: "JWT", alg: "ed25519-nkey" };
	const signed = [head, claims].map((part) => base64(JSON.stringify(part)));
	const text = signed.join(".");
	return `${text}.${base64(by.sign(Buffer.from(text)))}`;
}

const NO_LIMIT = {
	...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1, conn: -1 },
	...{ leaf: -1, wildcards: true },
};
const STORAGE = {
	...{ mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
};

/** An operator, an account and a user: lines of a server's configuration, and the user's credentials. */
function identities() {
	const operator = nkeys.createOperator();
	const [system, account] = [nkeys.createAccount(), nkeys.createAccount()];
	const user = nkeys.createUser();
	const accountJwt = (of: KeyPair, limits: object) =>
		jwt(operator, of, { type: "account", limits });
	const more = `operator: ${jwt(operator, operator, { type: "operator" })}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
	${system.getPublicKey()}: ${accountJwt(system, NO_LIMIT)}
	${account.getPublicKey()}: ${accountJwt(account, { ...NO_LIMIT, ...STORAGE })}
}`;
	const ofUser = { type: "user", subs: -1, data: -1, payload: -1 };
	const credentials = `-----BEGIN NATS USER JWT-----
${jwt(account, user, ofUser)}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${Buffer.from(user.getSeed())}
------END USER NKEY SEED------
`;
	return { more, credentials };
}

let folder = "";
let servers: NatsServers;
const file = (name: string) => join(folder, name);

/** Our own, and the server's. */
const makeCertificate = (address: string, start = "") =>
	promisify(execFile)("openssl", [
		...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
		...["-subj", "/CN=localhost", "-addext", `subjectAltName=IP:${address}`],
		...["-keyout", file(`${start}key`), "-out", file(`${start}pem`)],
	]);

const tlsLine = (start = "") =>
	`tls { cert_file: "${file(`${start}pem`)}", key_file: "${file(`${start}key`)}", ca_file: "${file(`${start}pem`)}", verify: true }`;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "plume-nats-tls-"));
	await makeCertificate("127.0.0.1");
	const { more, credentials } = identities();
	await writeFile(file("creds"), credentials);
	servers = await NatsServers.start(1, { more: `${more}\n${tlsLine()}` });
});
afterAll(async () => {
	await servers.stop();
	await rm(folder, { recursive: true });
});

/** A stream with these files. */
const open = (tlsCa: string, tlsCert: string, credentials: string) =>
	openNatsStream({
		...{ servers: servers.addresses, stream: "SAFE", replicas: 1 },
		...{ tlsCa: tlsCa && file(tlsCa), tlsCert: tlsCert && file(tlsCert) },
		tlsKey: tlsCert && file("key"),
		credentials: credentials && file(credentials),
	});

test("works with the right files", async () => {
	const port = await open("pem", "pem", "creds");
	expect(await port.last()).toBe(0);
	await port.close();
});

test.each([
	["the CA", "", "pem", "creds", "self-signed certificate"],
	["our certificate", "pem", "", "creds", ""],
	["our credentials", "pem", "pem", "", "Authorization Violation"],
])(
	"is refused in words without %s",
	async (_, ca, certificate, credentials, words) => {
		const error = await open(ca, certificate, credentials).catch(String);
		expect(error).toContain("No NATS server of PLUME_LOG");
		expect(error).toContain(words);
	},
);

test("a server with the certificate of another one is refused", async () => {
	await makeCertificate("127.0.0.2", "other-");
	const other = await NatsServers.start(1, { more: tlsLine("other-") });
	const [certificate, key] = [file("other-pem"), file("other-key")];
	const error = await openNatsStream({
		...{ servers: other.addresses, stream: "SAFE", replicas: 1 },
		...{ tlsCa: certificate, tlsCert: certificate, tlsKey: key },
		credentials: "",
	}).catch(String);
	expect(error).toContain("127.0.0.1 is not in the cert's list");
	await other.stop();
});
