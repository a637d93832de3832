/** The `keyCode` of a key that an input method has used. */
const USED = 229;

/**
 * WebKit reports the key that ends a composition only after its end. It chose
 * letters, so it must not send a message or close anything.
 */
export function ignoreImeKeys(): void {
	const ignore = (event: KeyboardEvent) => {
		if (event.keyCode !== USED || event.isComposing) return;
		event.stopImmediatePropagation();
		if (event.key === "Enter") event.preventDefault();
	};
	addEventListener("keydown", ignore, true);
}
