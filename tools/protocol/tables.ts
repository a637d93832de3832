/** The tables of PROTOCOL.md that are made from the code. */
import { CloseCode } from "../../machines/message.ts";
import { clientFrames, serverFrames } from "../../machines/protocol.ts";
import type { FrameTable } from "../../machines/schema.ts";
import { refusalWords } from "../../src/engine/refusals.ts";
import { type LimitName, limitTable } from "../../src/limits.ts";
import { adviceWords, refusalAdvice } from "./advice.ts";

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
	[head, head.map(() => "---"), ...rows]
		.map((cells) => `| ${cells.join(" | ")} |`)
		.join("\n");

/** A field that is absent from a frame, and the frame is still one, is there only sometimes. */
function frames(): string {
	const rows = (direction: string, side: FrameTable) =>
		Object.entries(side).map(([kind, { type, ...fields }]) => {
			const named = Object.entries(fields).map(([name, field]) => {
				const { constant } = { constant: undefined, ...field };
				const value =
					constant === undefined ? "" : `: ${JSON.stringify(constant)}`;
				const isSure = value || field.read(undefined) === null;
				return { isSure, text: `\`${name}${value}\`` };
			});
			const list = (isWanted: boolean) =>
				named
					.filter(({ isSure }) => Boolean(isSure) === isWanted)
					.map(({ text }) => text)
					.join(", ");
			const { constant } = { constant: undefined, ...type };
			return [`${constant} ${kind}`, direction, list(true), list(false)];
		});
	const all = [...rows("c → s", clientFrames), ...rows("s → c", serverFrames)];
	return table(["frame", "direction", "always", "sometimes"], all);
}

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
		frames: frames(),
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
