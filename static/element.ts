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

/** `looks` is the class, or some of the properties. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
	tag: Tag,
	looks: string | Partial<HTMLElementTagNameMap[Tag]>,
	...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
	const element = document.createElement(tag);
	const properties = typeof looks === "string" ? { className: looks } : looks;
	Object.assign(element, properties);
	element.append(...children);
	return element;
}

/** Sets the text of an element, or of the one for a selector, if it is another, so that a screen reader is not told twice. */
export function say(where: Element | string, text: string): void {
	const element = typeof where === "string" ? find(where, Element) : where;
	if (element.textContent !== text) element.textContent = text;
}
