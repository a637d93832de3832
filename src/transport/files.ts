/**
 * The page's files, read into memory at start: a request opens none, and one
 * that is never read holds none. Conditional and range requests are answered
 * as RFC 9110 (§13, §14) says.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { Request, Response } from "express";
import { sendErrorPage } from "./error-page.ts";

interface Copy {
	readonly bytes: Buffer;
	readonly etag: string;
	/** When the file was made, in milliseconds, to the second: no header says it finer. */
	readonly made: number;
}

/** Sends a file of the page; answers false if there is none of that name. */
export type SendFile = (
	name: string,
	request: Request,
	response: Response,
) => boolean;

const PACKED = ".gz";

/** Reads every file in a folder; throws if the folder is not there. */
export function filesIn(folder: string): SendFile {
	const copies = new Map<string, Copy>();
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(folder, entry.name);
		const bytes = readFileSync(path);
		const made = Math.floor(statSync(path).mtimeMs / 1000) * 1000;
		const digest = createHash("sha256").update(bytes).digest("base64url");
		copies.set(entry.name, { bytes, etag: `"${digest.slice(0, 22)}"`, made });
	}
	return (name, request, response) => {
		const plain = copies.get(name);
		if (!plain || name.endsWith(PACKED)) return false;
		const packed = copies.get(`${name}${PACKED}`);
		const isPacked = packed && request.acceptsEncodings("gzip") === "gzip";
		response.vary("Accept-Encoding").type(extname(name));
		if (isPacked) response.set("Content-Encoding", "gzip");
		send(isPacked ? packed : plain, request, response);
		return true;
	};
}

function send(copy: Copy, request: Request, response: Response): void {
	const { bytes, etag, made } = copy;
	const size = bytes.length;
	const lastModified = new Date(made).toUTCString();
	response.set({ ETag: etag, "Last-Modified": lastModified });
	response.set("Accept-Ranges", "bytes");
	if (!isAsExpected(copy, request)) {
		sendErrorPage(412, "This file has changed. Load it again.", response);
		return;
	}
	const condition = request.get("If-Range") ?? etag;
	const isSame = condition === etag || condition === lastModified;
	// Of a copy that they do not have, or of several ranges, the whole is sent.
	const ranges = isSame && !request.fresh ? request.range(size) : undefined;
	if (ranges === -1) {
		response.set("Content-Range", `bytes */${size}`);
		sendErrorPage(416, "This file is not as long as that.", response);
		return;
	}
	const isOfBytes = Array.isArray(ranges) && ranges.type === "bytes";
	const [range, ...more] = isOfBytes ? ranges : [];
	if (range && more.length === 0 && request.method === "GET") {
		const { start, end } = range;
		response.status(206);
		response.set("Content-Range", `bytes ${start}-${end}/${size}`);
		response.send(bytes.subarray(start, end + 1));
	} else response.send(bytes);
}

/** Whether the copy is still what a client says it was. */
function isAsExpected({ etag, made }: Copy, request: Request): boolean {
	const match = request.get("If-Match");
	const tags = match?.split(",").map((tag) => tag.trim());
	if (tags) return tags.some((tag) => tag === "*" || tag === etag);
	const since = Date.parse(request.get("If-Unmodified-Since") ?? "");
	return Number.isNaN(since) || made <= since;
}
