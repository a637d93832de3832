/** Explains errors of the operating system at a start: which variable is concerned, and what to do. */
import { fileURLToPath } from "node:url";
import { messageOf } from "../log/disk.ts";
import { ConfigError } from "../settings.ts";

/** The program's own files. */
const PROGRAM = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER: Readonly<Record<string, string>> = {
	EACCES: "this user may not use it. Give it to the user that runs Plume",
	EPERM: "this user may not use it. Give it to the user that runs Plume",
	EROFS: "it is on a read-only file system. Choose another",
	EEXIST: "it is a file, not a folder. Choose another",
	ENOTDIR: "it is in a file, not in a folder. Choose another",
	ENOENT: "it cannot be made there. Choose another",
	ENOSPC: "the disk is full. Make room",
};
const MAY =
	"this user may not use it. Type it as root, or as the user that runs Plume";
/** What differs for a command beside the server. */
const COMMAND: Readonly<Record<string, string>> = {
	...{ EACCES: MAY, EPERM: MAY, ENOENT: "there is no such file or folder" },
	ENOTDIR: "it is a file, or in one, and no folder",
};
const NEWER = "The log is sound. Start the version that wrote it.";
const DAMAGED =
	"Restore a backup; if there is none, plume cut copies what comes before the damage.";
/** Errors that may pass, so that the service manager should try again. */
const TRANSIENT = /^(EADDRINUSE|EADDRNOTAVAIL|EAI_AGAIN|ENOSPC)$/;

export type ErrorCode = 1 | 2 | 3;

export function explained(error: unknown): unknown {
	if (error instanceof Error && error.name === "Damage") {
		const { isNewer }: { readonly isNewer?: boolean } = Object(error);
		return new Error(`${error.message}. ${isNewer ? NEWER : DAMAGED}`, {
			cause: error,
		});
	}
	if (error instanceof Error && error.name === "DeterminismError")
		return new Error(
			`${error.message}. The log is as it was. Start the version that wrote it; plume rehearse tells what else this one refuses.`,
			{ cause: error },
		);
	const words = wordsFor(Object(error));
	if (!words || !(error instanceof Error) || error instanceof ConfigError)
		return error;
	const { code }: { readonly code?: string } = Object(error);
	const Kind = TRANSIENT.test(code ?? "") ? Error : ConfigError;
	return new Kind(`${words} (${code}).`, { cause: error });
}

function wordsFor(error: NodeJS.ErrnoException & Record<string, unknown>) {
	const { code = "", syscall, path, address, port, hostname } = error;
	const { setting = "PLUME_HOST" } = error;
	// An edge of --edges listens by the process that started it: Node calls that "bind".
	const isListening = syscall === "listen" || syscall === "bind";
	if (syscall === "getaddrinfo")
		return `${setting}: ${hostname} is not known. Say an address of this machine, like 127.0.0.1`;
	if (isListening && code === "EADDRINUSE")
		return `${error.setting ?? "PLUME_PORT"}: ${address}:${port} is in use by another program. Stop that one, or choose another port`;
	if (isListening && code === "EACCES")
		return `${error.setting ?? "PLUME_PORT"}: this user may not listen on port ${port}. Choose one from 1024 on, or give the service CAP_NET_BIND_SERVICE`;
	if (isListening)
		return `${setting}: ${address} is no address of this machine. Say one, like 127.0.0.1`;
	const why = FOLDER[code];
	if (code === "ENOSPC") return `PLUME_DATA: ${why}`;
	if (path?.startsWith(PROGRAM)) return undefined;
	return path && why ? `PLUME_DATA: ${path} is no use: ${why}` : undefined;
}

/** The exit code of a command that an error ends. */
export function exitCodeOf(error: unknown): ErrorCode {
	if (error instanceof ConfigError) return 2;
	return error instanceof Error && error.name === "WrongCopy" ? 3 : 1;
}

/** Words for an error that ends a command other than the server. */
export function wordsOf(error: unknown): string {
	const { code = "", path }: NodeJS.ErrnoException = Object(error);
	const why = COMMAND[code] ?? FOLDER[code];
	// A write names no file.
	if (code === "ENOSPC" && path === undefined)
		return "The disk is full. Make room (ENOSPC).";
	return path !== undefined && why
		? `${path}: ${why} (${code}).`
		: messageOf(error);
}
