/** Finds, makes and shows elements. Content is always text, never markup. */

/** The one element the page has for a selector; its absence is a bug. */
export function find(where: string): HTMLElement;
export function find<E extends Element>(where: string, type: new () => E): E;
export function find(where: string, type: new () => Element = HTMLElement) {
	const element = document.querySelector(where);
	if (element instanceof type) return element;
	throw new Error(`The page has no ${type.name} ${where}`);
}

/** `options` is the class, or some of the properties. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
	tag: Tag,
	options: string | Partial<HTMLElementTagNameMap[Tag]>,
	...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
	const element = document.createElement(tag);
	const properties =
		typeof options === "string" ? { className: options } : options;
	Object.assign(element, properties);
	element.append(...children);
	return element;
}

/** A button that sends no form. */
export function button(
	options: string | Partial<HTMLButtonElement>,
	onclick: (event: Event) => unknown,
	...children: readonly (Node | string)[]
): HTMLButtonElement {
	const element = make("button", options, ...children);
	return Object.assign(element, { type: "button", onclick });
}

const SVG = "http://www.w3.org/2000/svg";

/** A drawing of lines in a box of 20 by 20. */
export function icon(d: string): SVGElement {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("viewBox", "0 0 20 20");
	svg.ariaHidden = "true";
	const path = document.createElementNS(SVG, "path");
	path.setAttribute("d", d);
	svg.append(path);
	return svg;
}

/** Sets the text of an element or selector. The same text is not set again, or a screen reader would repeat it. */
export function say(where: Element | string, text: string): void {
	const element = typeof where === "string" ? find(where, Element) : where;
	if (element.textContent !== text) element.textContent = text;
}

/** Says below a field what is wrong with it, or "" once nothing is. */
export function complain(field: HTMLInputElement, words: string): void {
	say(`#${field.id}-trouble`, words);
	field.ariaInvalid = String(words !== "");
}

export const isTouch = () => matchMedia("(pointer: coarse)").matches;

/** Lets the person write at once. On a touch screen the keyboard would cover half of the room, so the room gets the focus there, as where nobody may write. */
export function focusField(): void {
	const field = find("#text");
	const mayWrite = !isTouch() && field.checkVisibility();
	(mayWrite ? field : find("#room")).focus();
}

/** Shows or hides an element. If the focus was in it, it does not get lost. */
export function show(element: HTMLElement, isShown: boolean): void {
	const hadFocus = element.contains(document.activeElement);
	element.hidden = !isShown;
	if (hadFocus && !isShown) focusField();
}
