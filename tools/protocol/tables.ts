/** The tables of PROTOCOL.md, docs/operating.md and docs/cluster.md that are made from the code. */
import { CloseCode } from "../../machines/message.ts";
import { clientFrames, serverFrames } from "../../machines/protocol.ts";
import type { FrameTable } from "../../machines/schema.ts";
import { limitVariables, settingVariables } from "../../src/config.ts";
import { refusalWords } from "../../src/engine/refusals.ts";
import { type LimitName, limitTable } from "../../src/limits.ts";
import { histogramTable, readTable } from "../../src/metrics/table.ts";
import type { Variable } from "../../src/settings.ts";
import { adviceWords, refusalAdvice } from "./advice.ts";
import { bounds } from "./bounds.ts";
import { sizingHead, sizingRows } from "./sizing.ts";

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
	[head, head.map(() => "---"), ...rows]
		.map((cells) => `| ${cells.join(" | ")} |`)
		.join("\n");

/** "Sometimes": a frame without the field is still valid. */
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

/** For an operator: every variable of a kind, with its flag, if it has one. */
function variables(list: readonly Variable[]): string {
	const rows = list.map(({ name, flag, isSecret, help, value }) => [
		`\`${name}\``,
		isSecret ? "" : `\`--${flag}\``,
		help.replaceAll("<", "&lt;"),
		value === undefined || `${value}` === "" ? "" : `\`${value}\``,
	]);
	return table(["variable", "flag", "meaning", "default"], rows);
}

function metrics(): string {
	const read = Object.entries(readTable).map(([name, [help, label = ""]]) => [
		`\`${name}\``,
		name.endsWith("_total") ? "counter" : "gauge",
		label && `\`${label}\``,
		help,
	]);
	const observed = Object.entries(histogramTable).map(([name, [help]]) => [
		...[`\`${name}\``, "histogram", "", help],
	]);
	const head = ["metric", "kind", "label", "meaning"];
	return table(head, [...read, ...observed]);
}

const tables = {
	frames,
	codes,
	"close codes": closeCodes,
	limits,
	"fixed bounds": () => table(["bound", "value", "where"], bounds()),
	metrics,
	sizing: () => table(sizingHead, sizingRows()),
	settings: () => variables(settingVariables),
	"all limits": () => variables(limitVariables),
};
type TableName = keyof typeof tables;

/** Which tables each document has, between two comments that name them. */
export const documents: Readonly<Record<string, readonly TableName[]>> = {
	"PROTOCOL.md": ["frames", "codes", "close codes", "limits"],
	"docs/operating.md": ["settings", "all limits", "fixed bounds", "metrics"],
	"docs/cluster.md": ["sizing"],
};

/** The text of a document with its tables made anew. Throws if it has no place for one. */
export function withTables(text: string, names: readonly TableName[]): string {
	return names.reduce((document, name) => {
		const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
		const [before, rest] = document.split(begin);
		const after = rest?.split(end)[1];
		if (after === undefined)
			throw new Error(`there is no place for the table "${name}"`);
		return `${before}${begin}\n\n${tables[name]()}\n\n${end}${after}`;
	}, text);
}
