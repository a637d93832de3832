import { refuse, type Setting } from "../settings.ts";

const contact: Setting<string | undefined> = {
	help: "whom push services may ask about this server, a mailto: or https: URL; without it no notes go to closed browsers (none)",
	value: undefined,
	parse: (text, variable) =>
		/^(mailto:[^@\s]+@[^@\s]+|https:\/\/[^/\s]\S*)$/.test(text)
			? text
			: refuse(text, variable, "a URL like mailto:you@example.org"),
};

export const pushTable = { contact };
