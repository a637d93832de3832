/** The package names a declaration file that it does not ship. */
declare module "unicode-confusables" {
	/** Replaces each character by the one Unicode's confusables table (UTS #39) maps it to. */
	export function rectifyConfusion(text: string): string;
}
