/**
 * Whether someone is at this tab. What came while nobody looked is told from
 * what was seen, room by room; a tab that is hidden for long says it is away.
 */

const AWAY_AFTER_MS = 5 * 60_000;

interface Looker {
	/** Nobody looks at the page any more, or somebody does again. */
	left(): void;
	back(): void;
	away(isAway: boolean): void;
}

export function presence({ left, back, away }: Looker) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isAway = false;

	function tell(now: boolean) {
		if (now === isAway) return;
		isAway = now;
		away(now);
	}

	document.addEventListener("visibilitychange", () => {
		clearTimeout(timer);
		if (!document.hidden) {
			back();
			return tell(false);
		}
		left();
		timer = setTimeout(tell, AWAY_AFTER_MS, true);
	});

	return { isAway: () => isAway };
}
