type Catalogue = Readonly<
	Record<string, string | Readonly<Record<string, string>>>
>;

export function faultsIn(
	language: string,
	catalogue: Catalogue,
	english: Catalogue,
): string[];

export function wordsIn(code: string): string[];
