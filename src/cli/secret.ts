/** `plume secret rotate`: says why that can't be done, and what to do about a secret that leaked. */
import { join } from "node:path";
import { ConfigError } from "../config.ts";
import { parseOptions } from "./options.ts";
import type { LogCommand } from "./source.ts";

export function parse(args: readonly string[]): LogCommand {
	const [word] = parseOptions("secret", args, {}).positionals;
	if (word !== "rotate")
		throw new ConfigError("Say plume secret rotate, or plume secret --help.");
	return {
		source: undefined,
		async run({ data, secret, warn }) {
			const write = `(umask 077; head -c 32 /dev/urandom | base64 >${join(data, "secret")})`;
			const replace = secret() ? "set PLUME_SECRET to another one" : write;
			warn(whyNot(data, replace));
			return 1;
		},
	};
}

const whyNot = (data: string, replace: string) =>
	`The secret can't be rotated, so nothing was changed. In the log each person is a
keyed hash of their email, for ever. Keyed anew at their next login, everyone who
stays away would still need the old secret, and so would the ban of anyone who hides.

Who has the secret and a copy of the log, as in a backup with both, can test guesses
of an email: whose name is it, what did they say? Who can read the log as it is
written can also log in as anybody whose email they know. The secret alone tells
nothing, and no session, message or address can be made of it. Shut the leak:
  chmod -R go= ${data}
  plume backup FOLDER --without-secret

Another secret means that everyone begins anew, and bans and blocks are void:
  systemctl stop plume.socket plume.service
  ${replace}
  plume serve --accept-secret      once, as the server's user; then stop it
  systemctl start plume.socket plume.service
  plume release NAME               for each of plume names: who asks first has it`;
