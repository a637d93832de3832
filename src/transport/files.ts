/**
 * The page's files, read into memory at start, so that requests need no file
 * descriptors, and slow readers hold none. Answers conditional and range
 * requests as RFC 9110 (§13, §14) says.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import {
	brotliCompressSync,
	brotliDecompressSync,
	gunzipSync,
	gzipSync,
} from "node:zlib";
import type { Request, Response } from "express";
import { sendErrorPage } from "./error-page.ts";

interface Copy {
	readonly bytes: Buffer;
	readonly etag: string;
	/** The file's mtime in milliseconds, cut to whole seconds as in HTTP headers. */
	readonly modified: number;
}

/** Sends a file of the page; answers false if there is none of that name. */
export type SendFile = (
	name: string,
	request: Request,
	response: Response,
) => boolean;

/** How files are packed, the smallest first. Browsers accept Brotli only over HTTPS. */
const PACKINGS = [
	{
		coding: "br",
		ending: ".br",
		pack: brotliCompressSync,
		unpack: brotliDecompressSync,
	},
	{ coding: "gzip", ending: ".gz", pack: gzipSync, unpack: gunzipSync },
] as const;

const packingOf = (name: string) =>
	PACKINGS.find(({ ending }) => name.endsWith(ending));

/** Reads every file in a folder; throws if the folder is not there. Pages find their own files below `base`. */
export function filesIn(folder: string, base: string): SendFile {
	const copies = new Map<string, Copy>();
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(folder, entry.name);
		const bytes = withBase(base, entry.name, readFileSync(path));
		const modified = Math.floor(statSync(path).mtimeMs / 1000) * 1000;
		const digest = createHash("sha256").update(bytes).digest("base64url");
		copies.set(entry.name, {
			bytes,
			etag: `"${digest.slice(0, 22)}"`,
			modified,
		});
	}
	return (name, request, response) => {
		const plain = copies.get(name);
		if (!plain || packingOf(name)) return false;
		const packing = PACKINGS.find(
			({ coding, ending }) =>
				copies.has(name + ending) &&
				request.acceptsEncodings(coding) === coding,
		);
		response.vary("Accept-Encoding").type(extname(name));
		if (packing) response.set("Content-Encoding", packing.coding);
		const packed = packing && copies.get(name + packing.ending);
		send(packed ?? plain, request, response);
		return true;
	};
}

/** A page's own addresses begin with "/static/". Scripts and styles find the base by themselves. */
function withBase(base: string, name: string, bytes: Buffer): Buffer {
	if (base === "/" || !/\.html(\.\w+)?$/.test(name)) return bytes;
	const { pack, unpack } = packingOf(name) ?? {};
	if (pack && unpack) return pack(withBase(base, "packed.html", unpack(bytes)));
	const page = bytes.toString().replaceAll('"/static/', `"${base}static/`);
	return Buffer.from(page);
}

function send(copy: Copy, request: Request, response: Response): void {
	const { bytes, etag, modified } = copy;
	const size = bytes.length;
	const lastModified = new Date(modified).toUTCString();
	response.set({ ETag: etag, "Last-Modified": lastModified });
	response.set("Accept-Ranges", "bytes");
	if (!isUnchanged(copy, request)) {
		sendErrorPage(412, "This file has changed. Load it again.", response);
		return;
	}
	const condition = request.get("If-Range") ?? etag;
	const isSame = condition === etag || condition === lastModified;
	// The whole file answers a range of an older copy, and several ranges.
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

/** Whether the copy fulfils If-Match, or else If-Unmodified-Since. */
function isUnchanged({ etag, modified }: Copy, request: Request): boolean {
	const match = request.get("If-Match");
	const tags = match?.split(",").map((tag) => tag.trim());
	if (tags) return tags.some((tag) => tag === "*" || tag === etag);
	const since = Date.parse(request.get("If-Unmodified-Since") ?? "");
	return Number.isNaN(since) || modified <= since;
}
