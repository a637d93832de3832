/**
 * What the server says to people in their language: mail, and the lines of the
 * bot. There is a catalogue for each language, all with the same keys.
 */
import ar from "./ar.json" with { type: "json" };
import de from "./de.json" with { type: "json" };
import en from "./en.json" with { type: "json" };
import es from "./es.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };
import pt from "./pt.json" with { type: "json" };

export const languages = ["en", "de", "fr", "es", "pt", "ja", "ar"] as const;

export type Language = (typeof languages)[number];
export type Key = keyof typeof en;

/** A text, or one for each category of number that the language has. */
type Entry<K extends Key> = (typeof en)[K] extends string
	? string
	: { readonly other: string };

type Catalogue = { readonly [K in Key]: Entry<K> };

/** A language without one of the keys does not compile. */
const catalogues: Readonly<Record<Language, Catalogue>> = {
	...{ en, de, fr, es, pt, ja, ar },
};

/** A duration, said in words. */
interface Span {
	readonly ms: number;
}
type Params = Readonly<Record<string, string | number | Span>>;
/** A text that differs by a number needs its `count`. */
type ParamsOf<K extends Key> = (typeof en)[K] extends string
	? [params?: Params]
	: [params: Params & { readonly count: number }];

export type Say = <K extends Key>(key: K, ...params: ParamsOf<K>) => string;

/** The language of a tag as browsers send it, like `de-AT`; undefined for one that we don't speak. */
export const languageOf = (tag = ""): Language | undefined =>
	languages.find((each) => each === tag.toLowerCase().split("-")[0]);

export const directionOf = (language: Language) =>
	language === "ar" ? "rtl" : "ltr";

export const isRefusal = (
	text: string,
): text is Extract<Key, `refused.${string}`> =>
	text.startsWith("refused.") && Object.hasOwn(en, text);

/** The words of a language: English, unless it is said. `show` makes a name ready to stand among them. */
export function sayIn(
	language: Language = "en",
	show = isolated(language),
): Say {
	const catalogue: Readonly<
		Record<Key, string | Readonly<Record<string, string>>>
	> = catalogues[language];
	return (key, params: Params = {}) => {
		const entry = catalogue[key];
		const text =
			typeof entry === "string"
				? entry
				: (entry[new Intl.PluralRules(language).select(Number(params.count))] ??
					entry.other ??
					"");
		return text.replace(/\{(\w+)\}/g, (gap, name: string) => {
			const value = params[name] ?? gap;
			if (typeof value === "object") return spanIn(language, value);
			return typeof value === "string" ? show(value) : `${value}`;
		});
	};
}

const MINUTE = ["minute", 60_000] as const;
const UNITS = [
	["week", 604_800_000],
	["day", 86_400_000],
	["hour", 3_600_000],
	MINUTE,
] as const;

/** A span in the largest unit that leaves no remainder. */
function spanIn(language: Language, { ms }: Span): string {
	const [unit, size] = UNITS.find(([, size]) => ms % size === 0) ?? MINUTE;
	const style = { style: "unit", unit, unitDisplay: "long" } as const;
	return new Intl.NumberFormat(language, style).format(ms / size);
}

/** A name that is read in the other direction must not move the words around it: it stands between the characters that isolate it. Plain Latin letters in a text from left to right need none. */
const isolated = (language: Language) => (value: string) =>
	directionOf(language) === "ltr" && /^[ -~\p{Script=Latin}]*$/u.test(value)
		? value
		: `\u2068${value}\u2069`;
