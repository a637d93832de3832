/** The tables of PROTOCOL.md that are made from the code. */
import { CloseCode } from "../../machines/message.ts";
import { refusalWords } from "../../src/engine/refusals.ts";
import { type LimitName, limitTable } from "../../src/limits.ts";
import { adviceWords, refusalAdvice } from "./advice.ts";

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
	[head, head.map(() => "---"), ...rows]
		.map((cells) => `| ${cells.join(" | ")} |`)
		.join("\n");

function codes(): string {
	const rows = Object.entries(refusalWords).map(([code, words]) => {
		const advice = Object.entries(refusalAdvice).find(([of]) => of === code);
		return [`\`${code}\``, words, advice ? adviceWords[advice[1]] : ""];
	});
	return table(["code", "words", "what a client should do"], rows);
}

function closeCodes(): string {
	const rows = Object.values(CloseCode).map(({ code, reconnect, says }) => [
		`${code}`,
		says,
		reconnect ? "yes, with jitter" : "no",
	]);
	return table(["code", "words", "come back?"], rows);
}

function limits(): string {
	const names: readonly LimitName[] = [
		"helloSeconds",
		"frameBytes",
		"textPoints",
		"messagesPerSecond",
		"messageBurst",
		"signalsPerSecond",
		"signalBurst",
		"entriesPerSecond",
		"entryBurst",
		"identityBytesDay",
		"tabsPerIdentity",
		"codeTries",
		"codeSeconds",
		"codeResends",
		"resendSeconds",
		"graceSeconds",
		"catchUpItems",
		"sessionDays",
	];
	const rows = names.map((name) => {
		const { value, help } = limitTable[name];
		const unit = /Seconds$|Bytes$|Days$/.exec(name)?.[0].toLowerCase() ?? "";
		return [help, `${value.toLocaleString("en")} ${unit}`.trim()];
	});
	return table(["limit", "default"], rows);
}

/** The document with its generated tables made anew, each between two comments that name it. */
export function withTables(document: string): string {
	const made = {
		codes: codes(),
		"close codes": closeCodes(),
		limits: limits(),
	};
	return Object.entries(made).reduce((text, [name, rows]) => {
		const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
		const [before, rest] = text.split(begin);
		const after = rest?.split(end)[1];
		if (after === undefined)
			throw new Error(`PROTOCOL.md has no place for the table "${name}"`);
		return `${before}${begin}\n\n${rows}\n\n${end}${after}`;
	}, document);
}
