/** Zooms a picture in a box: by buttons, or by the wheel with Ctrl. It is moved by scrolling or dragging. */
import { find } from "../element.ts";

const STEP = 1.25;
const [SMALLEST, LARGEST] = [0.25, 4];
/** The most that a small picture is enlarged to fit. */
const LARGEST_FIT = 1.3;

export function zoomable(box: HTMLElement): (svg: SVGSVGElement) => void {
	const fit = find("#fit", HTMLButtonElement);
	let scale: number | undefined;
	let svg: SVGSVGElement | undefined;

	const fitted = (width: number, height: number): number => {
		// On a phone the box is as high as its content, up to a limit.
		const limit = Number.parseFloat(getComputedStyle(box).maxHeight);
		const toHeight = (limit || box.clientHeight) / height;
		return Math.min(box.clientWidth / width, toHeight, LARGEST_FIT);
	};
	const size = (): void => {
		if (!svg) return;
		const { width, height } = svg.viewBox.baseVal;
		const by = scale ?? fitted(width, height);
		svg.style.width = `${Math.floor(width * by)}px`;
		svg.style.height = "auto";
		fit.ariaPressed = String(scale === undefined);
	};
	/** Keeps the point (x, y) of the box where it is. */
	const zoom = (factor: number, x = box.clientWidth / 2, y = 0): void => {
		if (!svg) return;
		const before = svg.clientWidth / svg.viewBox.baseVal.width;
		scale = Math.max(SMALLEST, Math.min(before * factor, LARGEST));
		const grown = scale / before;
		const { scrollLeft, scrollTop } = box;
		size();
		box.scrollLeft = (scrollLeft + x) * grown - x;
		box.scrollTop = (scrollTop + y) * grown - y;
	};

	find("#smaller").onclick = () => zoom(1 / STEP);
	find("#larger").onclick = () => zoom(STEP);
	fit.onclick = () => {
		scale = undefined;
		size();
	};
	box.onwheel = (event) => {
		if (!event.ctrlKey && !event.metaKey) return;
		event.preventDefault();
		const { left, top } = box.getBoundingClientRect();
		const factor = Math.exp(-event.deltaY / 300);
		zoom(factor, event.clientX - left, event.clientY - top);
	};
	box.onpointermove = (event) => {
		if (event.pointerType !== "mouse" || event.buttons !== 1) return;
		box.scrollBy(-event.movementX, -event.movementY);
	};
	// So that the arrow keys scroll it.
	box.tabIndex = 0;
	new ResizeObserver(size).observe(box);
	return (now) => {
		if (now === svg && now.parentNode === box) return;
		svg = now;
		box.replaceChildren(now);
		size();
	};
}
