/** The quiet hours in the settings. The zone is that of the browser in which they were set. */

import { fieldset } from "./dialog.ts";
import { make, say } from "./element.ts";
import type { Page } from "./page.ts";
import { OFFLINE } from "./requests.ts";
import { t } from "./words.ts";

/** From ten in the evening to eight in the morning. */
const USUAL = ["22:00", "08:00"] as const;

/** In a field; the server has minutes. */
const MINUTE_MS = 60_000;

export function quietHours(page: Page): HTMLElement {
	const onchange = () => isOn.checked && send();
	const time = (ariaLabel: string) =>
		make("input", { type: "time", required: true, ariaLabel, onchange });
	const isOn = make("input", { type: "checkbox" });
	isOn.onchange = () => send();
	const [from, to] = [time(t("quiet.from")), time(t("quiet.until"))];
	const label = make("label", "", isOn, t("quiet.on"));
	const row = make("div", "row-of", from, t("quiet.to"), to);
	const trouble = make("p", { className: "trouble", role: "alert" });
	const part = fieldset(t("quiet.title"), label, row, trouble);

	function send(): void {
		// Hours that only this page knows would end with it.
		if (!page.isOpen) {
			shown = "";
			render();
			say(trouble, OFFLINE);
			return;
		}
		const isMissing = isOn.checked && (!from.value || !to.value);
		say(trouble, isMissing ? t("quiet.missing") : "");
		if (isMissing) return;
		const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
		const minute = ({ valueAsNumber }: HTMLInputElement) =>
			valueAsNumber / MINUTE_MS;
		const hours = { from: minute(from), to: minute(to), zone };
		page.own.change({ kind: "quiet", ...(isOn.checked && hours) });
	}

	let shown = "";
	const render = () => {
		const { quiet, pushKey } = page.own;
		part.hidden = !pushKey;
		// What is being entered stays where something else has changed.
		const known = JSON.stringify([page.name, quiet]);
		if (known === shown) return;
		shown = known;
		say(trouble, "");
		isOn.checked = quiet !== undefined;
		if (!quiet) return;
		from.valueAsNumber = quiet.from * MINUTE_MS;
		to.valueAsNumber = quiet.to * MINUTE_MS;
	};
	[from.value, to.value] = USUAL;
	render();
	page.own.onChange.push(render);
	return part;
}
