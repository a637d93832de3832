import { showBriefly } from "./brief-notice.ts";
import { t } from "./words.ts";

/** Keeps the browser from leaving the page for a file that is dropped or pasted. */
export function refuseFiles(): void {
	function refuse(event: Event, data: DataTransfer | null) {
		if (!data?.types.includes("Files")) return;
		event.preventDefault();
		if (event.type !== "dragover") showBriefly(t("files"));
	}
	for (const type of ["dragover", "drop"] as const)
		addEventListener(type, (event) => refuse(event, event.dataTransfer));
	addEventListener("paste", (event) => {
		const { clipboardData } = event;
		// Some programs copy a text together with a picture of it.
		if (!clipboardData?.types.includes("text/plain"))
			refuse(event, clipboardData);
	});
}
