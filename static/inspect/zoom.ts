/** A picture in a box: fitted, or larger and moved about by scrolling or by hand. */
import { find } from "../element.ts";

const STEP = 1.25;
const [SMALLEST, LARGEST] = [0.25, 4];
/** A small picture is not blown up further than this to fit. */
const LARGEST_FIT = 1.3;

export function zoomable(place: HTMLElement): (svg: SVGSVGElement) => void {
	const fit = find("#fit", HTMLButtonElement);
	let scale: number | undefined;
	let svg: SVGSVGElement | undefined;

	const fitted = (width: number, height: number): number => {
		const wide = place.clientWidth / width;
		// On a phone the box is as high as its content, up to a limit.
		const high = place.clientHeight / height;
		return Math.min(wide, Math.max(high, 0.6 * wide), LARGEST_FIT);
	};
	const size = (): void => {
		if (!svg) return;
		const { width, height } = svg.viewBox.baseVal;
		const by = scale ?? fitted(width, height);
		svg.style.width = `${Math.floor(width * by)}px`;
		svg.style.height = "auto";
		fit.ariaPressed = String(scale === undefined);
	};
	/** What is at a point stays there. */
	const zoom = (factor: number, x = place.clientWidth / 2, y = 0): void => {
		if (!svg) return;
		const before = svg.clientWidth / svg.viewBox.baseVal.width;
		scale = Math.max(SMALLEST, Math.min(before * factor, LARGEST));
		const grown = scale / before;
		const { scrollLeft, scrollTop } = place;
		size();
		place.scrollLeft = (scrollLeft + x) * grown - x;
		place.scrollTop = (scrollTop + y) * grown - y;
	};

	find("#smaller", HTMLElement).addEventListener("click", () => zoom(1 / STEP));
	find("#larger", HTMLElement).addEventListener("click", () => zoom(STEP));
	fit.addEventListener("click", () => {
		scale = undefined;
		size();
	});
	place.addEventListener(
		"wheel",
		(event) => {
			if (!event.ctrlKey && !event.metaKey) return;
			event.preventDefault();
			const { left, top } = place.getBoundingClientRect();
			const factor = Math.exp(-event.deltaY / 300);
			zoom(factor, event.clientX - left, event.clientY - top);
		},
		{ passive: false },
	);
	place.addEventListener("pointermove", (event) => {
		if (event.pointerType !== "mouse" || event.buttons !== 1) return;
		place.scrollBy(-event.movementX, -event.movementY);
	});
	// Whoever has no mouse scrolls with the arrow keys.
	place.tabIndex = 0;
	new ResizeObserver(size).observe(place);
	return (now) => {
		if (now === svg && now.parentNode === place) return;
		svg = now;
		place.replaceChildren(now);
		size();
	};
}
