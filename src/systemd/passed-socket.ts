/** The socket on which systemd listens for us, if plume.socket is in use: sd_listen_fds(3). */
import { ConfigError } from "../settings.ts";
import type { PassedSocket } from "../transport/listen.ts";

/** The first descriptor that systemd passes. */
const FIRST = 3;

/** Takes the socket out of the environment, which the programs that we start inherit. Throws `ConfigError` if there is more than one. */
export function takePassedSocket(
	environment: NodeJS.ProcessEnv,
): PassedSocket | undefined {
	const { LISTEN_PID, LISTEN_FDS = "0" } = environment;
	for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
		delete environment[name];
	// They may have been meant for the program that started us; or that accepts for us.
	const isOurs = [String(process.pid), "parent"].includes(LISTEN_PID ?? "");
	if (!isOurs || LISTEN_FDS === "0") return undefined;
	if (LISTEN_FDS === "1") return { fd: FIRST };
	throw new ConfigError(
		`systemd passed ${LISTEN_FDS} sockets: plume.socket needs one ListenStream= line alone.`,
	);
}
