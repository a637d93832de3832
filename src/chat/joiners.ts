/**
 * Zero-width joiners and non-joiners are allowed in a name where its script is
 * misspelt without them: RFC 5892, appendix A.1 and A.2. The tables are those
 * of Unicode 14.0.0 for the scripts of names: Canonical_Combining_Class Virama,
 * and the Joining_Type of Arabic letters. An Arabic letter in neither table
 * joins on both sides.
 */
const VIRAMA =
	"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u17d2";
const JOINS_BEFORE =
	"\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef\u0759-\u075b\u076b\u076c\u0771\u0773\u0774\u0778\u0779\u0870-\u0882\u088e\u08aa-\u08ac\u08ae\u08b1\u08b2\u08b9";
const JOINS_NOTHING =
	"\u0621\u0640\u0674\u06e5\u06e6\u0883-\u0885\u0887\u08ad\u08c9\ufe73";

const arabic = (but: string) => `(?![${but}])(?=\\p{L})\\p{sc=Arab}`;
const AFTER_VIRAMA = `(?<=[${VIRAMA}])[\\u200c\\u200d]`;
const BETWEEN_JOINING = `(?<=${arabic(JOINS_NOTHING + JOINS_BEFORE)}\\p{Mn}*)\\u200c(?=\\p{Mn}*${arabic(JOINS_NOTHING)})`;

export const ALLOWED_JOINERS = new RegExp(
	`${AFTER_VIRAMA}|${BETWEEN_JOINING}`,
	"gu",
);
