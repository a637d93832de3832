export function wordsKey(words: string): string;
