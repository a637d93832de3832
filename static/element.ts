/** Elements of the page: found, made, and spoken in, always as text and never as markup. */

/** The one element index.html has for `selector`; its absence is a bug. */
export function find<E extends Element>(
	selector: string,
	type: new () => E,
): E {
	const element = document.querySelector(selector);
	if (element instanceof type) return element;
	throw new Error(`index.html has no ${type.name} ${selector}`);
}

export function make(
	tag: string,
	className: string,
	...children: (Node | string)[]
): HTMLElement {
	const element = document.createElement(tag);
	element.className = className;
	element.append(...children);
	return element;
}

/** Sets the text if it is another, so that a screen reader is not told twice. */
export function say(element: Element, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}
