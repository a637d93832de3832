/** What a node on NATS is made of. */
import type { EdgeParts } from "./edge-parts.ts";
import type { HeadsParts } from "./heads.ts";
import type { Bus } from "./nats-bus.ts";
import type { StreamPort } from "./stream.ts";

export interface NodeParts
	extends Pick<EdgeParts, "seal" | "clock" | "report" | "onFatal" | "about">,
		Pick<HeadsParts, "random"> {
	readonly port: StreamPort;
	/** Carries messages that may be lost; a node hears its own, too. */
	readonly bus: Bus;
}
