/** The proxies that `ops/` has a recipe for, each run by its recipe with only names, ports and the certificate replaced. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** The name in the recipes. */
export const NAME = "chat.example.org";

/** A port that nobody listens at now. */
async function freePort(): Promise<number> {
	const server = createServer();
	await once(server.listen(0, "127.0.0.1"), "listening");
	const address = server.address();
	await once(server.close(), "close");
	return typeof address === "object" && address ? address.port : 0;
}

interface Ports {
	/** Where Plume listens. */
	readonly inner: number;
	/** For plain HTTP. */
	readonly plain: number;
	/** For TLS. */
	readonly port: number;
}

/** The recipe as it is, or with the line that it suggests for a sub-path. */
async function recipe(name: string, isBelow: boolean): Promise<string> {
	const text = await readFile(join("ops", name), "utf8");
	const suggestion = /\t# Under a path .*\n(\t+)# (.*)\n.*\n/;
	if (!suggestion.test(text)) throw new Error(`${name} suggests nothing`);
	return isBelow ? text.replace(suggestion, "$1$2\n") : text;
}

async function nginx(folder: string, text: string, ports: Ports) {
	const [key, certificate] = [join(folder, "key"), join(folder, "pem")];
	await exec("openssl", [
		...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
		...["-subj", `/CN=${NAME}`, "-keyout", key, "-out", certificate],
	]);
	const site = text
		.replace(/^.*listen \[::\].*\n/gm, "")
		.replace("listen 80", `listen 127.0.0.1:${ports.plain}`)
		.replace("listen 443", `listen 127.0.0.1:${ports.port}`)
		.replace(/\/etc\/letsencrypt.*fullchain.pem/, certificate)
		.replace(/\/etc\/letsencrypt.*privkey.pem/, key)
		.replace("127.0.0.1:4884", `127.0.0.1:${ports.inner}`);
	await writeFile(join(folder, "site.conf"), site);
	const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	const folders = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`);
	const main = `user root; daemon off; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off; ${folders.join(" ")} include ${folder}/site.conf; }`;
	await writeFile(join(folder, "nginx.conf"), main);
	const config = join(folder, "nginx.conf");
	return spawn("nginx", ["-p", folder, "-e", "stderr", "-c", config]);
}

async function caddy(folder: string, text: string, ports: Ports) {
	const site = text
		.replace(`\n${NAME} {`, `\n${NAME}:${ports.port} {`)
		.replaceAll("127.0.0.1:4884", `127.0.0.1:${ports.inner}`);
	// As Caddy itself would sign for a name that only this machine knows.
	const options = `admin off\nlocal_certs\nskip_install_trust\nhttp_port ${ports.plain}\nhttps_port ${ports.port}\ndefault_bind 127.0.0.1`;
	await writeFile(join(folder, "Caddyfile"), `{\n${options}\n}\n${site}`);
	const config = join(folder, "Caddyfile");
	return spawn("caddy", ["run", "--adapter", "caddyfile", "--config", config], {
		env: { PATH: process.env.PATH ?? "", HOME: folder },
	});
}

const makers = {
	nginx: { make: nginx, file: "nginx.conf", debian: "nginx-light" },
	caddy: { make: caddy, file: "Caddyfile", debian: "caddy" },
};
export type Kind = keyof typeof makers;

/** Throws, with the line to type, if the proxy is not on this machine. It is not installed here, because Debian starts it at once. */
async function expectInstalled(kind: Kind): Promise<void> {
	const { debian } = makers[kind];
	const question = kind === "nginx" ? "-v" : "version";
	await exec(kind, [question]).catch(() => {
		const line = `apt-get install -y --no-install-recommends ${debian}`;
		throw new Error(`${kind} is missing. As root, type: ${line}`);
	});
}

export interface RunningProxy {
	readonly port: number;
	readonly plain: number;
	stop(): Promise<void>;
}

/** Starts a proxy before the Plume at `inner`; resolves when it answers. */
export async function startProxy(
	kind: Kind,
	inner: number,
	isBelow: boolean,
): Promise<RunningProxy> {
	await expectInstalled(kind);
	const { make, file } = makers[kind];
	const folder = await mkdtemp(join(tmpdir(), `plume-${kind}-`));
	const [plain, port] = [await freePort(), await freePort()];
	const text = await recipe(file, isBelow);
	const child = await make(folder, text, { inner, plain, port });
	let said = "";
	child.stderr.on("data", (chunk) => {
		said += chunk;
	});
	const ended = once(child, "close");
	await Promise.race([
		untilAnswers(plain).then(() => untilSigned(port)),
		ended.then(() => Promise.reject(new Error(`${kind} ended: ${said}`))),
	]);
	return { port, plain, stop: () => stopped(child, ended, folder) };
}

async function untilAnswers(plain: number): Promise<void> {
	const ask = () => fetch(`http://127.0.0.1:${plain}`, { redirect: "manual" });
	while (!(await ask().catch(() => undefined)))
		await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Caddy signs its certificate after it has begun to listen. */
async function untilSigned(port: number): Promise<void> {
	const shake = async () => {
		const options = { servername: NAME, rejectUnauthorized: false };
		const socket = connect({ host: "127.0.0.1", port, ...options });
		await once(socket, "secureConnect").finally(() => socket.destroy());
	};
	for (;;)
		try {
			return await shake();
		} catch {
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
}

async function stopped(
	child: ChildProcess,
	ended: Promise<unknown>,
	folder: string,
): Promise<void> {
	child.kill("SIGTERM");
	await ended;
	await rm(folder, { recursive: true });
}
