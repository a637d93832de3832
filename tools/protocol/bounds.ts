/** Bounds that are constants in the code, for the table of docs/operating.md. */
import { readFileSync } from "node:fs";

/** In the source tree, not in `dist`. */
const ROOT = process.cwd();

const meanings = {
	"src/service.ts SPARE_CONNECTIONS":
		"plain HTTP connections beside as many WebSockets as may be open",
	"src/transport/listen.ts MOST_WAITING":
		"connections that may wait to be accepted",
	"src/transport/plain-connections.ts UNREAD_MS":
		"how long a plain HTTP client may read nothing of its answer",
	"src/transport/upgrade.ts RETRY_SECONDS":
		"`Retry-After` of a 503: half of it or more while the server is overloaded, 60 s while a start waits",
	"src/transport/health.ts SAMPLES":
		"timers, ten a second, of which most must be late before newcomers are refused",
	"src/transport/backpressure.ts LONGEST_MS":
		"longest pause in reading while too much is unsent",
	"src/engine/pipeline.ts HIGH_WATER":
		"events on their way to the disk before reading pauses",
	"src/cluster/heads.ts MOST_SKEW_MS":
		"how far the clock of a node may be from that of the others",
	"src/cluster/network-counts.ts MOST_TOLD":
		"networks of which nodes tell each other how many connections they have",
	"src/cluster/undecided.ts MOST_UNDECIDED":
		"commands of an edge that the sequencer has not answered before reading pauses",
	"src/cluster/unstored.ts MOST_UNSTORED_BYTES":
		"what an edge hears while its disk is slow or full before it hears no more until there is room",
	"src/cluster/log-feed.ts MOST_UNSENT_BYTES":
		"log that a slow edge has not taken before it is sent from the files",
	"src/transport/socket-server.ts FAREWELL_MS":
		"how long a stop waits for connections to close",
	"src/transport/export.ts INTERVAL_MS":
		"wait between two exports of one person",
	"src/transport/admin.ts MOST_AT_ONCE":
		"requests at once of all admins together; a tenth of it in a second",
	"src/engine/request-limits.ts MOST_REFUSED":
		"refusals in a row that end a connection",
	"src/engine/commands/decision.ts SEATS_PER_TAB":
		"rooms in which one tab may keep a place",
	"src/engine/erasures.ts SLICE": "messages that are erased in one go",
	"src/engine/erasures.ts MOST_WAITING":
		"changes of messages that may wait when one more is asked for",
	"src/engine/live-updates.ts THROTTLE_MS":
		"time between two words about other rooms",
	"src/chat/presence.ts MOST_LISTED": "people in a list of who is in a room",
	"src/chat/presence.ts MOST_TYPING": "people shown as typing",
	"src/history/archive.ts PAGE_BYTES": "size of a page of history",
	"src/history/archive.ts MOST_PENDING":
		"searches in what was said that may wait when one more is asked for",
	"src/history/archive.ts MOST_PINS": "pinned messages that are listed",
	"src/engine/pages.ts MOST_FOUND": "messages in an answer to a search",
	"src/search/database.ts MOST_SAID":
		"how often the words with the beginnings that are looked for may have been said",
	"src/search/search-index.ts MOST_AWAITED":
		"events that a search waits for until they are indexed",
	"src/search/search-index.ts LONGEST_WIPE_MS":
		"for how long the search index may take out no erased text before it is deleted",
	"src/search/search-index.ts MOST_FAILED":
		"failures after which the search index is made anew",
	"src/search/query.ts MOST_EQUAL": "how often one search may have a word",
	"src/search/query.ts MOST_EQUAL_LETTERS":
		"how often one search may have a letter of a script without spaces",
	"src/engine/pages.ts MOST_SEARCHING":
		"people whose searches may wait when one more searches",
	"src/search/thread.ts SILENT_MS":
		"how long the search index may take for one search before it is restarted",
	"src/search/thread.ts STALLED_MS":
		"how long it may take to store what was said",
	"src/engine/commands/reactions.ts MOST_EMOJI_BYTES":
		"UTF-8 bytes of a reaction",
	"src/push/notes.ts MOST_WAITING":
		"notes to closed browsers that may wait for one person",
	"src/push/notes.ts MOST_AT_ONCE": "notes that are handed over at once",
	"src/push/notes.ts MOST_TRIES": "times a note is handed over",
	"src/push/sender.ts MOST_RETRY_SECONDS":
		"longest wait that a push service is given",
	"src/operator/tables.ts MOST_REPORTS": "reports that are listed",
	"src/transport/admin.ts MOST_BYTES": "size of an admin's request by the page",
	"src/log/group-commit.ts BATCH_BYTES": "size of a batch",
	"src/log/group-commit.ts RETRY_MS": "time until a full disk is tried again",
	"src/log/linger.ts MAX_MS": "longest wait of a batch for more events",
	"src/log/snapshots.ts MAX_SNAPSHOTS": "snapshots that are kept",
	"src/clock.ts MOST_AHEAD_MS":
		"how far the clock may be behind the log without a wait",
	"src/clock.ts MOST_WAIT_MS": "longest wait of a start for the clock",
	"src/mail/known-networks.ts MOST": "networks that are remembered as known",
	"src/inspector/inspector-server.ts MOST_VIEWERS":
		"people who look by /inspect at once",
	"src/metrics/metrics.ts MOST_CONNECTIONS": "connections that ask for metrics",
	"src/operator/local-socket.ts MOST_BYTES":
		"size of an operator's request by the local socket",
	"src/fatal-end.ts MOST_MS":
		"how long a process that a bug ends waits for what it has decided",
	"src/output.ts MOST_UNWRITTEN_BYTES":
		"operational log that nobody reads before lines are dropped",
} as const;

/** Bounds of a format, or of what only somebody's own replay uses. */
export const inner = [
	"src/chat/email.ts LONGEST",
	"src/chat/email.ts LONGEST_LOCAL",
	"src/chat/name.ts LONGEST",
	"src/chat/name.ts LONGEST_RAW",
	"src/clock.ts LONGEST_GAP_MS",
	"src/clock.ts LONGEST_MS",
	"src/cluster/heads.ts MOST_LATER_MS",
	"src/cluster/link.ts MOST_BYTES",
	"src/cluster/nats-bus.ts MOST_BYTES",
	"src/cluster/stream-lines.ts MOST_TRIES",
	"src/cluster/stream.ts LONGEST_WAIT_MS",
	"src/cluster/stream.ts MOST_FETCHED",
	"src/cluster/stream.ts MOST_GETS",
	"src/cluster/stream.ts MOST_MESSAGE_BYTES",
	"src/history/archive.ts MOST_PINS_READ",
	"src/history/indexes.ts MAX_CACHED",
	"src/history/relations.ts MAX_CACHED",
	"src/inspector/inspector-server.ts MOST_UNSENT_BYTES",
	"src/inspector/questions.ts MOST_MOMENTS",
	"src/inspector/questions.ts MOST_PARTS",
	"src/inspector/replay-server.ts MOST_ASKED_BYTES",
	"src/log/segment-files.ts LONGEST_LINE",
	"src/log/segment-files.ts MOST_SEGMENT_BYTES",
	"src/mail/known-networks.ts MOST_BYTES",
	"src/operator/local-socket.ts MOST_PATH_BYTES",
	"src/operator/tables.ts MOST_SHOWN",
	"src/retention.ts MOST_DAYS",
	"src/transport/proxy-warnings.ts MOST_SHOWN",
];

/** What a bound means, its value as the code has it, and where it stands. */
export function bounds(): readonly (readonly [string, string, string])[] {
	return Object.entries(meanings).map(([constant, meaning]) => {
		const [file = "", name = ""] = constant.split(" ");
		const text = readFileSync(`${ROOT}/${file}`, "utf8");
		const [, product] =
			new RegExp(`^const ${name} = ([\\d_ *]+);`, "m").exec(text) ?? [];
		if (!product) throw new Error(`there is no ${name} in ${file}`);
		const factors = product.replaceAll("_", "").split("*").map(Number);
		const value = factors.reduce((one, other) => one * other);
		const unit = /_(MS|BYTES|SECONDS)$/.exec(name)?.[1] ?? "";
		const words = { MS: "ms", BYTES: "bytes", SECONDS: "s" }[unit] ?? "";
		const shown = `${value.toLocaleString("en")} ${words}`.trim();
		return [meaning, shown, `\`${file}\` \`${name}\``];
	});
}
