/**
 * Plume may be under a path of a site, which `PLUME_BASE` names: "/", or like
 * "/chat/". A proxy in front passes that path on unchanged.
 */
import { HEALTH_PATHS } from "./health.ts";

/**
 * The path of a request's address below the base, as if that were "/";
 * undefined if it is not below. Health checks are at the root as well.
 */
export function pathBelow(base: string, url = ""): string | undefined {
	// A proxy may send the whole address (RFC 9112 §3.2.2).
	const [path = ""] = url.replace(/^https?:\/\/[^/?]*/i, "").split("?");
	if (path.startsWith(base)) return path.slice(base.length - 1);
	return HEALTH_PATHS.includes(path) ? path : undefined;
}
