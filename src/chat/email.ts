/**
 * Parses an email address into the one form that it is counted and claimed by.
 *
 * The part before the @ is in lower case: RFC 5321 lets a host distinguish
 * `Ada` from `ada`, but none in use does, and to us they must be one person.
 * Anything that could be more than one plain address is refused: lists,
 * quotes, comments, control characters, IP literals.
 */
import { isIP } from "node:net";
import { domainToASCII, domainToUnicode } from "node:url";
import { trimInvisible } from "../../machines/text.ts";

/** In a list of emails and domains: everyone who was invited, or owns a name. */
export const INVITED = "invited";

export interface ParsedEmail {
	readonly email: string;
	/** In ASCII (punycode), without a trailing dot. */
	readonly domain: string;
	/** Without its `+tag`, which does not make it another person's. For counting only. */
	readonly mailbox: string;
}

/** RFC 5321, section 4.5.3.1, and erratum 1690 to RFC 3696 for the whole. */
const LONGEST = 254;
const LONGEST_LOCAL = 64;

/** `dot-atom` of RFC 5322, section 3.2.3. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Other characters would be dropped or decoded by `domainToASCII`. */
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
/** RFC 1123, section 2.1; a single label will do. */
const DOMAIN = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/;

const BROKEN = /(?:^|\.)xn--/;

export function parseEmail(raw: string): ParsedEmail | undefined {
	const [local = "", written = "", ...more] = trimInvisible(raw).split("@");
	if (more.length > 0 || !WRITTEN_DOMAIN.test(written)) return undefined;
	const domain = domainToASCII(written).replace(/\.$/, "");
	const email = `${local.toLowerCase()}@${domain}`;
	if (local.length > LONGEST_LOCAL || email.length > LONGEST) return undefined;
	if (!LOCAL.test(local.toLowerCase())) return undefined;
	if (!DOMAIN.test(domain) || isIP(domain) !== 0) return undefined;
	// For broken punycode Node 20 returns an empty text, later versions the input.
	if (BROKEN.test(domainToUnicode(domain))) return undefined;
	const mailbox = email.replace(/(?<=.)\+.*(?=@)/, "");
	return { email, domain, mailbox };
}
