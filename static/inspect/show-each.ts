/**
 * Shows each item in a child of `parent`. Children that exist already are
 * changed in place, so that one that is pressed or has the focus stays.
 */
export function showEach<Item>(
	parent: Element,
	items: readonly Item[],
	makeChild: () => Element,
	show: (child: Element, item: Item, index: number) => void,
): void {
	while (parent.children.length > items.length) parent.lastChild?.remove();
	for (const [index, item] of items.entries()) {
		const child = parent.children[index] ?? makeChild();
		if (!child.parentNode) parent.append(child);
		show(child, item, index);
	}
}
