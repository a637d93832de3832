/** A Mailgun on loopback that keeps the code of each mail, by address. */
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "../../src/transport/listen.ts";

export class PostOffice {
	readonly url: string;
	mails = 0;
	readonly #server: Server;
	readonly #waiting = new Map<string, (code: string) => void>();

	static async open(): Promise<PostOffice> {
		const server = createServer();
		const { url } = await listen(server, { host: "127.0.0.1", port: 0 });
		return new PostOffice(server, url);
	}

	private constructor(server: Server, url: string) {
		this.url = url;
		this.#server = server;
		server.on("request", async (request, response) => {
			this.#take(await text(request));
			response.setHeader("Content-Type", "application/json");
			response.end('{"id":"1","message":"Queued. Thank you."}');
		});
	}

	/** The code of the next mail to an address. */
	codeFor(email: string): Promise<string> {
		return new Promise((resolve) => this.#waiting.set(email, resolve));
	}

	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}

	#take(body: string): void {
		this.mails++;
		const field = (name: string) => body.split(`name="${name}"`)[1] ?? "";
		const to = /\S+@\S+/.exec(field("to"))?.[0] ?? "";
		const code = /\b[0-9A-HJKMNP-TV-Z]{6}\b/.exec(field("text"))?.[0];
		if (code) this.#waiting.get(to)?.(code);
		this.#waiting.delete(to);
	}
}
