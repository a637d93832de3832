/**
 * One promise each, and the smallest patch that breaks it. `find` stands in
 * `file` exactly once; `tests` are those that should notice, the quickest
 * first: a file, or `file -t words in a test's name`. A mutant that makes a
 * test wait for ever is killed by that only where `hangs` says why.
 *
 * @typedef {object} Mutant
 * @property {string} promise
 * @property {string} file
 * @property {string} find
 * @property {string} replace
 * @property {readonly string[]} tests
 * @property {string} [hangs]
 */

/** @type {readonly Mutant[]} */
const log = [
	{
		promise: "login: a lost answer is given again, and only once",
		file: "src/engine/lately.ts",
		find: "else this.#pending.delete(client);",
		replace: "",
		tests: ["test/answer-lost.test.ts"],
	},
	{
		promise: "erase: what another said under the same name before stays",
		file: "src/chat/room.ts",
		find: "from <= item.offset && ",
		replace: "",
		tests: ["test/erase.test.ts"],
	},
	{
		promise: "cut: what is erased further on is erased by an event of its own",
		file: "src/cli/cut.ts",
		find: "return [{ event: { ...fact, room, ...line, seqs: [seq] } }];",
		replace: "return [];",
		tests: ["test/cli/cut.test.ts"],
	},
	{
		promise: "cut: a batch is copied whole or not at all",
		file: "src/cli/prefix.ts",
		find: "if (this.#isBehind(last) ||",
		replace: "if (this.#isBehind(batch[0] ?? last) ||",
		tests: ["test/cli/cut.test.ts"],
	},
	{
		promise: "cut: every room goes on under another epoch",
		file: "src/cli/cut.ts",
		find: "entries.push(...logRestored({ state, now }, seq, ids));",
		replace:
			"entries.push(...logRestored({ state, now }, seq, ids).slice(0, 1));",
		tests: ["test/cli/cut.test.ts"],
	},
	{
		promise:
			"restore: another item at the offset of the last one seen is a gap",
		file: "src/engine/catch-up.ts",
		find: "if (found === time) this",
		replace: "if (found !== undefined) this",
		tests: ["test/restore.test.ts"],
	},
	{
		promise: "restore: every room goes on under another epoch",
		file: "machines/room.ts",
		find: 'event.type === "room.restored" ? { incarnation: event.incarnation } : {}',
		replace: "({})",
		tests: ["test/restore.test.ts"],
	},
	{
		promise: "restore: what a start remembers is told under the new epoch",
		file: "src/chat/room.ts",
		find: "item.epoch === epoch ? item : { ...item, epoch }",
		replace: "item",
		tests: ["test/restore.test.ts"],
	},
	{
		promise: "restore: the index finds older items under the new epoch",
		file: "src/archive/segment-index.ts",
		find: "if (room) room.incarnation = event.incarnation;",
		replace: "",
		tests: ["test/restore.test.ts"],
	},
	{
		promise: "restore: all of one's own is erased, older than the restore too",
		file: "src/archive/archive.ts",
		find: "now?.origin === then?.origin ? now : then",
		replace: "then",
		tests: ["test/restore.test.ts"],
	},
	{
		promise: "log: a read-only disk freezes it, and does not end it",
		file: "src/log/segment.ts",
		find: "if (!asDiskFull(error)) throw error;",
		replace: "throw error;",
		tests: ["test/disk.test.ts"],
	},
	{
		promise:
			"log: no deadline is proposed before its time, and then never again",
		file: "src/clock.ts",
		find: "(now() < due ? wait() : task())",
		replace: "task()",
		tests: ["test/clock.test.ts"],
	},
	{
		promise: "log: a batch is synced before it counts",
		file: "src/log/segment.ts",
		find: "await this.sync();",
		replace: "this.sync().catch(() => {});",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: a batch is synced at all",
		file: "src/log/segment.ts",
		find: "await this.sync();",
		replace: "",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: what a killed server had not synced is synced at start",
		file: "src/log/recover.ts",
		find: "await segment.sync();",
		replace: "",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: a new segment's name is synced",
		file: "src/log/file-log.ts",
		find: "await disk.syncFolder(logFolder(folder));",
		replace: "",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: committed means stored",
		file: "src/log/group-commit.ts",
		find: "await this.#keep(batch, listener);",
		replace:
			"listener.onCommitted(this.committed + batch.length); await this.#keep(batch, listener);",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: closing it commits what it has",
		file: "src/log/group-commit.ts",
		find: ".then(() => this.#flushing)",
		replace: "",
		tests: ["test/log/log.test.ts", "test/log/file-log.test.ts"],
	},
	{
		promise: "log: the chain is checked",
		file: "src/log/open-line.ts",
		find: "hash !== chainHash(previous, prefix)",
		replace: 'hash === ""',
		tests: ["test/log/damage.model.test.ts"],
	},
	{
		promise: "log: the digest of a text is checked",
		file: "src/log/open-line.ts",
		find: "digest === digestOf(erasable)",
		replace: "digest !== undefined",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: a text has one spelling",
		file: "src/log/open-line.ts",
		find: "? { salt, text } : undefined;\n\t} catch",
		replace: "? { salt, text } : { salt, text };\n\t} catch",
		tests: ["test/log/file-log.test.ts", "test/log/damage.model.test.ts"],
	},
	{
		promise: "log: bytes that are no text are not taken for one",
		file: "src/log/verifier.ts",
		find: '!text.includes("\\uFFFD") || isUtf8(bytes)',
		replace: "text.length > 0 || isUtf8(bytes)",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: what is durable waits for two batches more at most",
		file: "src/log/group-commit.ts",
		find: "const MOST_JOINED = 2;",
		replace: "const MOST_JOINED = 3;",
		tests: ["test/log/file-log.test.ts -t two at most"],
	},
	{
		promise: "log: a batch waits a moment for what has arrived already",
		file: "src/log/group-commit.ts",
		find: "return this.#options.linger?.(0) ?? Promise.resolve();",
		replace: "return Promise.resolve();",
		tests: ["test/log/file-log.test.ts -t before it is stored"],
	},
	{
		promise: "log: what is durable does not wait for a full disk",
		file: "src/log/group-commit.ts",
		find: `				this.#tell(listener);
				if (!(error`,
		replace: "				if (!(error",
		tests: ["test/log/file-log.test.ts -t wait for a full disk"],
	},
	{
		promise: "log: the line before a snapshot's place must be the one it names",
		file: "src/log/recover.ts",
		find: "offset)) === end;",
		replace: 'offset)) !== "";',
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: a log that ends where its snapshot was taken starts from it",
		file: "src/log/recover.ts",
		find: "offset)) === end;",
		replace: 'offset)) === "";',
		tests: ["test/log/snapshots.test.ts"],
	},
	{
		promise: "log: damage before the last batch is refused",
		file: "src/log/damage.ts",
		find: "if (this.#isLater(",
		replace: "if (line.length < 0 && this.#isLater(",
		tests: ["test/log/file-log.test.ts", "test/log/damage.model.test.ts"],
	},
	{
		promise: "log: a torn tail is cut off",
		file: "src/log/recover.ts",
		find: "if (torn) await cut(place, torn, offset);",
		replace: "",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: a torn tail is saved",
		file: "src/log/recover.ts",
		find: "await copy(disk, file, offset, savedAs);",
		replace: "",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: half a batch is not recovered",
		file: "src/log/verifier.ts",
		find: "line.stored.seq < line.last",
		replace: "line.stored.seq < line.first",
		tests: ["test/log/file-log.test.ts", "test/log/damage.model.test.ts"],
	},
	{
		promise: "log: what one command appends is never divided",
		file: "src/log/group-commit.ts",
		find: "this.#waiting.push(drafts);",
		replace: "this.#waiting.push(...drafts.map((one) => [one]));",
		tests: ["test/log/file-log.test.ts"],
	},
	{
		promise: "log: a full disk is waited for",
		file: "src/log/disk.ts",
		find: 'new Set(["ENOSPC", "EDQUOT", "EROFS"])',
		replace: 'new Set(["EDQUOT", "EROFS"])',
		tests: ["test/disk.test.ts"],
	},
	{
		promise: "log: a broken disk is not tried again",
		file: "src/log/disk.ts",
		find: 'new Set(["ENOSPC", "EDQUOT", "EROFS"])',
		replace: 'new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO"])',
		tests: ["test/disk.test.ts"],
	},
	{
		promise: "log: a failed sync is not tried again",
		file: "src/log/segment.ts",
		find: "return this.#file.sync();",
		replace:
			"return this.#file.sync().catch((e) => { throw asDiskFull(e) ?? e; });",
		tests: ["test/disk.test.ts"],
	},
	{
		promise: "log: of a batch that found no room nothing is left",
		file: "src/log/segment.ts",
		find: "await this.#file.truncate(this.#size);",
		replace: "",
		tests: ["test/log/file-log.test.ts", "test/log/crash.model.test.ts"],
	},
	{
		promise: "log: a snapshot is checked",
		file: "src/log/snapshots.ts",
		find: "stateHash !== sha256(state)",
		replace: 'stateHash === ""',
		tests: ["test/log/snapshots.test.ts"],
	},
	{
		promise: "log: a snapshot that does not fit the log is ignored",
		file: "src/engine/wake.ts",
		find: "snapshots?.discard(error);",
		replace: "throw error;",
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: a snapshot's place is checked against the log",
		file: "src/log/verifier.ts",
		find: "const line = openLine(text, this.#hashBefore(text));",
		replace: `const isBehindSnapshot = this.#start > 0 && this.#start === this.#segment.offset;
		const line = openLine(text, isBehindSnapshot ? undefined : this.#hashBefore(text));`,
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: nothing is cut at the word of a snapshot alone",
		file: "src/log/recover.ts",
		find: "verifier.seq === after.seq",
		replace: "verifier.seq < 0",
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: a snapshot shows that the log was once longer",
		file: "src/log/evidence.ts",
		find: "this.check(verifier);",
		replace: "",
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: a snapshot that nothing synced proves nothing",
		file: "src/log/evidence.ts",
		find: "longer.find(({ head }) => head?.fsync !== false)",
		replace: "longer[0]",
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: a snapshot of another event than the log's is no cache",
		file: "src/log/verifier.ts",
		find: "known.hash !== hash",
		replace: 'known.hash === ""',
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: a segment that has an index is missed",
		file: "src/log/evidence.ts",
		find: "await this.#checkForHoles();",
		replace: "",
		tests: ["test/log/evidence.test.ts -t missing in the middle"],
	},
	{
		promise: "log: healthz tells what is not verified yet",
		file: "src/edge/http.ts",
		find: "parts.unverified() || undefined",
		replace: "undefined",
		tests: ["test/log/evidence.test.ts -t told by healthz"],
	},
	{
		promise: "settings: an empty value is as not set",
		file: "src/config.ts",
		find: "return given?.trim() || fallback;",
		replace: "return given?.trim() ?? fallback;",
		tests: ["test/config.test.ts"],
	},
	{
		promise: "settings: a list that names nobody lets nobody in by mistake",
		file: "src/config.ts",
		find: "if (named.length > 0 || !isSet) return named;",
		replace: "if (named.length >= 0 || !isSet) return named;",
		tests: ["test/config.test.ts"],
	},
	{
		promise: "settings: a mistyped one is refused",
		file: "src/settings.ts",
		find: "if (far(meant) > MISTYPED)",
		replace: "if (far(meant) > 0)",
		tests: ["test/config.test.ts"],
	},
	{
		promise: "secret: another than the log's is refused",
		file: "src/secret-file.ts",
		find: "else if (found !== undefined)",
		replace: "else if (mine === LOST)",
		tests: ["test/secret.test.ts"],
	},
	{
		promise:
			"secret: only a name claimed before the start shows it to be right",
		file: "src/secret-file.ts",
		find: "owner?.identity === event.identity",
		replace: "event.identity",
		tests: ["test/secret.test.ts"],
	},
	{
		promise: "secret: a log without one gets no new one",
		file: "src/secret-file.ts",
		find: "if (!hasLog) return makeSecret(data, path);",
		replace: "return makeSecret(data, path);",
		tests: ["test/program/operator.test.ts -t without its secret"],
	},
	{
		promise: "clock: one that is behind the log is waited for",
		file: "src/late-clock.ts",
		find: "if (!isBehind()) return;",
		replace: "if (lastMs > 0) return;",
		tests: ["test/late-clock.test.ts"],
	},
	{
		promise: "clock: a snapshot brings the time of its last event back",
		file: "src/engine/wake.ts",
		find: "state.time = snapshot?.time ?? 0;",
		replace: "",
		tests: ["test/late-clock.test.ts"],
	},
	{
		promise: "log: an event of a newer version is no damage",
		file: "src/engine/fold.ts",
		find: "why instanceof UnknownEvent",
		replace: "seq < 0",
		tests: ["test/log/newer.test.ts"],
	},
	{
		promise: "log: evidence stays until the log is accepted",
		file: "src/log/snapshots.ts",
		find: "this.#useless.add(this.#newest);",
		replace: "void this.#removeAllBut([]);",
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: damage that a scrub found is found by the next start",
		file: "src/log/file-log.ts",
		find: "await rememberDamage(this.#options, error);",
		replace: "",
		tests: ["test/log/evidence.test.ts"],
	},
	{
		promise: "log: the scrub ends where the snapshot began",
		file: "src/log/scrub.ts",
		find: "verifier.seq !== mark.seq || verifier.hash !== mark.hash",
		replace: "verifier.seq !== mark.seq",
		tests: ["test/log/snapshots.test.ts"],
	},
	{
		promise: "log: replay refuses a message that the machine would refuse",
		file: "machines/room.ts",
		find: "if (firstBroken(roomGuards, rules, context, event)) return undefined;",
		replace: "",
		tests: ["test/log/snapshots.test.ts"],
	},
	{
		promise: "log: a message's line says what its JSON says",
		file: "src/log/open-line.ts",
		find: "? { time, type, room, client, n, digest }",
		replace: "? { time, type, room, client, digest }",
		tests: ["test/log/open-line.test.ts"],
	},
	{
		promise: "log: of a message that has something escaped, too",
		file: "src/log/open-line.ts",
		find: String.raw`"room":"([ !#-[\]-\uffff]*)"`,
		replace: String.raw`"room":"([ -\uffff]*)"`,
		tests: ["test/log/open-line.test.ts"],
	},
	{
		promise: "log: a second server on the same folder is refused",
		file: "src/log/lock.ts",
		find: "if (await isLive(found, wanted.id)) throw new Locked(wanted.folder, found);",
		replace: "",
		tests: ["test/log/lock.test.ts -t live"],
	},
	{
		promise: "log: a lock holds in every process namespace",
		file: "src/log/lock.ts",
		find: "if (isHeld === false) throw",
		replace: "if (isHeld === null) throw",
		tests: ["test/log/lock.test.ts -t namespace"],
	},
	{
		promise: "output: a pipe that nobody reads is not written to for ever",
		file: "src/output.ts",
		find: "socket.writable && unread() < MOST_UNREAD_BYTES",
		replace: "socket.writable",
		tests: ["test/output.test.ts"],
	},
	{
		promise: "log: space that comes back during a stop is not written to",
		file: "src/engine/pipeline.ts",
		find: "if (this.#stopping) return;\n\t\tconst tasks",
		replace: "const tasks",
		tests: ["test/disk.test.ts -t moment of a stop"],
	},
	{
		promise: "clock: a pause of our own is nobody's silence",
		file: "src/clock.ts",
		find: "this.#pausedMs += gapMs;",
		replace: "",
		tests: ["test/session.test.ts -t paused"],
	},
	{
		promise: "log: a copied lock names another folder",
		file: "src/log/lock.ts",
		find: "of !== folder ||",
		replace: "",
		tests: ["test/log/lock.test.ts -t copy"],
	},
	{
		promise: "log: nothing is told that stands in a file that is gone",
		file: "src/log/segment.ts",
		find: "this.#file.check();",
		replace: "",
		tests: ["test/log/file-log.test.ts -t removed"],
	},
	{
		promise: "log: nothing is written once the folder has another lock",
		file: "src/log/file-log.ts",
		find: "this.#options.checkOwner?.();",
		replace: "",
		tests: ["test/log/file-log.test.ts -t owner"],
	},
	{
		promise: "log: the program locks its folder",
		file: "src/serve.ts",
		find: 'config.log === "file" ? await Lock.take(config.data) : undefined',
		replace: "undefined as Lock | undefined",
		tests: ["test/program/operator.test.ts -t second server"],
		hangs: "the second server is up and never ends",
	},
	{
		promise: "snapshots: a stop leaves the next start nothing to read",
		file: "src/engine/pipeline.ts",
		find: "if (!this.#isOwing) await this.#snapshotter.takeLast();",
		replace: "",
		tests: ["test/history.test.ts -t nothing to read"],
	},
	{
		promise: "snapshots: a stop leaves an erasure to a start that reads of it",
		file: "src/engine/pipeline.ts",
		find: "if (!this.#isOwing) await",
		replace: "await",
		tests: ["test/erase.test.ts -t left to the next start"],
	},
	{
		promise: "garbage: what a rush leaves behind is found when it is over",
		file: "src/garbage.ts",
		find: "utilization < QUIET) ask(true)",
		replace: "utilization < QUIET) ask(false)",
		tests: ["test/program/garbage.test.ts"],
	},
	{
		promise: "snapshots: a short log is read before anyone is let in",
		file: "src/log/snapshots.ts",
		find: "const WORTH = 0.1;",
		replace: "const WORTH = 0;",
		tests: ["test/program/operator.test.ts -t a flipped bit"],
	},
];

/** @type {readonly Mutant[]} */
const answers = [
	{
		promise: "answers: a checkpoint names the state that it vouches for",
		file: "src/engine/snapshotter.ts",
		find: "of: seq, stateHash",
		replace: "of: seq - 1, stateHash",
		tests: ["test/cli/log-answers.test.ts"],
	},
	{
		promise: "answers: a checkpoint of another state is found",
		file: "src/cli/checkpoints.ts",
		find: "if (this.#hashes.get(of) !== stateHash) return true;",
		replace: "",
		tests: ["test/cli/log-answers.test.ts"],
	},
	{
		promise: "answers: a checkpoint is part of what a snapshot brings back",
		file: "src/engine/frozen.ts",
		find: "				...others,",
		replace: "",
		tests: ["test/log/snapshots.test.ts"],
	},
	{
		promise: "answers: a rehearsal lives the log through the machines at hand",
		file: "src/cli/rehearse.ts",
		find: "new State(verifier, botClaim, undefined, machines)",
		replace: "new State(verifier, botClaim)",
		tests: ["test/cli/log-answers.test.ts"],
	},
	{
		promise: "answers: following goes on behind the last whole batch",
		file: "src/cli/follow.ts",
		find: "disk.read(file, offset)",
		replace: "disk.read(file, offset + 1)",
		tests: ["test/cli/log-answers.test.ts"],
	},
	{
		promise: "answers: every refusal is counted",
		file: "src/engine/tally.ts",
		find: "(this.#counts[rule] ?? 0) + 1",
		replace: "1",
		tests: ["test/cli/log-answers.test.ts"],
	},
];

/** @type {readonly Mutant[]} */
const commit = [
	{
		promise: "commit: nothing is visible before it is durable",
		file: "src/engine/pipeline.ts",
		find: "else this.#outputs.push({ at, release });",
		replace:
			"else queueMicrotask(() => { release(); this.#server.dispatch(); });",
		tests: ["test/disk.test.ts"],
	},
	{
		promise: "commit: a refusal waits for what it was decided on",
		file: "src/engine/pipeline.ts",
		find: "this.#outputs.push({ at, release: () => release(at) });",
		replace: "release(at); this.#server.dispatch();",
		tests: ["test/disk.test.ts"],
	},
	{
		promise: "commit: a line is acknowledged when it is durable",
		file: "src/engine/engine.ts",
		find: `	#tell(visit: Visit, notice: Notice): void {
		this.#pipeline.tell(visit, () => visit.mailbox.put(notice));`,
		replace: `	#tell(visit: Visit, notice: Notice): void {
		visit.mailbox.put(notice);
		this.#parts.server.dispatch();`,
		tests: ["test/session.test.ts", "test/disk.test.ts"],
	},
	{
		promise: "commit: a rule sees what is ordered and not yet durable",
		file: "src/engine/pipeline.ts",
		find: `		const item = this.#state.apply(stored);
		const show = this.#state.onlooker?.onMoved(stored);
		const { seq: at, event } = stored;
		const release = () => {`,
		replace: `		const show = this.#state.onlooker?.onMoved(stored);
		const { seq: at, event } = stored;
		const release = () => {
			const item = this.#state.apply(stored);`,
		tests: ["test/session.test.ts", "test/faults.test.ts"],
	},
	{
		promise: "commit: a frozen log delivers nothing",
		file: "src/engine/pipeline.ts",
		find: "this.#hooks.onFrozen(error);",
		replace:
			"this.#releaseUpTo(this.#log.ordered); this.#hooks.onFrozen(error);",
		tests: ["test/disk.test.ts"],
	},
	{
		promise: "commit: an event that no machine allows ends the start",
		file: "src/engine/fold.ts",
		find: "throw new DeterminismError(entry.seq, error.message);",
		replace: "continue;",
		tests: ["test/program/operator.test.ts -t no machine allows"],
	},
	{
		promise: "commit: SIGTERM commits what there is",
		file: "src/service.ts",
		find: "await engine.stop();",
		replace: "",
		tests: ["test/program/operator.test.ts -t SIGTERM"],
	},
	{
		promise: "commit: SIGTERM tells everyone",
		file: "src/serve.ts",
		find: "await service.stop();",
		replace: "",
		tests: ["test/program/operator.test.ts -t SIGTERM"],
	},
];

/** @type {readonly Mutant[]} */
const login = [
	{
		promise: "login: a code works once",
		file: "src/engine/decide/auth.ts",
		find: `	if (asker?.matches("inRoom")) return refuse("isNotInside");
	const login = pendingLogin(asker);`,
		replace: "	const login = asker?.context;",
		tests: ["test/faults.test.ts -t a code used twice"],
	},
	{
		promise: "login: a code that was used is forgotten",
		file: "machines/client.ts",
		find: 'forgetCode: assign({ code: "", pending: "", tries: 0, resends: 0 })',
		replace: "forgetCode: assign({ tries: 0, resends: 0 })",
		tests: ["test/machines/machines.model.test.ts"],
	},
	{
		promise: "login: a code is tried against one's own login only",
		file: "src/engine/engine.ts",
		find: "const decision = decideAuth(view, command, policy, secrets);",
		replace: `const other = [...state.clientIds]
			.map((id) => state.client(id))
			.find(
				(one) =>
					one?.matches("awaitingCode") &&
					one.context.code ===
						secrets.mac("code", one.context.pending, command.code),
			);
		const able = { ...view, client: other ?? client };
		const decision = decideAuth(able, command, policy, secrets);`,
		tests: ["test/faults.test.ts -t on B"],
	},
	{
		promise: "login: a code's MAC is bound to its login",
		file: "src/engine/decide/decision.ts",
		find: 'secrets.mac("code", pending, code)',
		replace: 'secrets.mac("code", code)',
		tests: ["test/engine/code.test.ts"],
	},
	{
		promise: "login: wrong tries are counted",
		file: "machines/client.ts",
		find: "tries: ({ context }) => context.tries - 1",
		replace: "tries: ({ context }) => context.tries",
		tests: ["test/faults.test.ts -t five wrong tries"],
	},
	{
		promise: "login: the last wrong try burns the code",
		file: "machines/client.ts",
		find: "context.tries <= 1",
		replace: "context.tries < 1",
		tests: ["test/faults.test.ts -t five wrong tries"],
	},
	{
		promise: "login: a code is sent again so often and no more",
		file: "machines/client.ts",
		find: "resends: context.resends - 1",
		replace: "resends: context.resends",
		tests: ["test/faults.test.ts -t a fourth resend"],
	},
	{
		promise: "login: a code expires",
		file: "src/engine/logins.ts",
		find: "if (this.#clock.now() < snapshot.context.expires) return;",
		replace: "if (snapshot.context.expires > 0) return;",
		tests: ["test/faults.test.ts -t a code after 10:01"],
	},
	{
		promise: "login: a late code is refused even if nothing has expired it",
		file: "machines/client.ts",
		find: "event.time < context.expires",
		replace: "context.expires > 0",
		tests: ["test/machines/machines.model.test.ts"],
	},
	{
		promise: "login: names that look alike are one",
		file: "src/chat/name.ts",
		find: "return merge(merge(name));",
		replace: "return name.toLowerCase();",
		tests: ["test/chat/name.test.ts"],
	},
	{
		promise: "login: a name is in its compatible composed form",
		file: "src/chat/name.ts",
		find: '.normalize("NFKC")',
		replace: "",
		tests: ["test/chat/name.test.ts"],
	},
	{
		promise: "login: a name is checked once more at entry",
		file: "src/engine/decide/auth.ts",
		find: "claimBroken(view, claim, limits) ??",
		replace: "",
		tests: ["test/faults.test.ts -t free at hello"],
	},
	{
		promise: "login: a name has one owner",
		file: "machines/server.ts",
		find: `(context.names.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity`,
		replace: 'event.identity !== ""',
		tests: ["test/faults.test.ts -t taken", "test/classic.test.ts"],
	},
	{
		promise: "login: all tabs under one name are one person's",
		file: "machines/room.ts",
		find: `(context.holders.get(event.nameKey)?.identity ?? event.identity) ===
			event.identity`,
		replace: 'event.identity !== ""',
		tests: ["test/machines/machines.model.test.ts"],
	},
	{
		promise: "login: one address has one allowance, in any case",
		file: "src/chat/email.ts",
		find: "{local.toLowerCase()}@",
		replace: "{local}@",
		tests: ["test/chat/email.test.ts", "test/faults.test.ts -t allowance"],
	},
	{
		promise: "login: the allowance is counted by the address, not as typed",
		file: "src/engine/decide/hello.ts",
		find: "const user = { name: name.name, email };",
		replace: "const user = { name: name.name, email: hello.email };",
		tests: ["test/faults.test.ts -t one mail allowance"],
	},
	{
		promise: "mail: half of a burst is kept for those who are known",
		file: "src/mail/outbox.ts",
		find: "const known = 1 - ",
		replace: "const known = 0 * ",
		tests: ["test/mail/outbox.test.ts -t leaves half"],
	},
	{
		promise: "mail: who is known goes first",
		file: "src/mail/outbox.ts",
		find: "(isNear ? 0 : isKnown ? 1 : 2)",
		replace: "(isNear || isKnown ? 2 : 2)",
		tests: ["test/mail/outbox.test.ts -t leaves"],
	},
	{
		promise: "mail: a wide network is bounded, however many it is made of",
		file: "src/mail/allowance.ts",
		find: "isKnown ? counted.slice(0, 1) : counted",
		replace: "isKnown ? counted : counted.slice(0, 1)",
		tests: ["test/mail/allowance.test.ts"],
	},
	{
		promise: "mail: an address is bounded for all networks together",
		file: "src/mail/allowance.ts",
		find: "[pair, everywhere]",
		replace: "[pair]",
		tests: ["test/mail/allowance.test.ts", "test/faults.test.ts -t botnet"],
	},
	{
		promise: "mail: nobody can keep its owner out where they logged in",
		file: "src/mail/allowance.ts",
		find: "if (isHome) return { addresses: [pair], networks: [] };",
		replace: "",
		tests: ["test/mail/allowance.test.ts"],
	},
	{
		promise: "login: guesses at whose a name is are bounded",
		file: "src/engine/admission.ts",
		find: "if (this.#guesses.waitMs(bounds) > 0) return true;",
		replace: "",
		tests: ["test/faults.test.ts -t a thousand guesses"],
	},
	{
		promise: "login: five names for one mailbox, whatever its tags",
		file: "src/engine/decide/auth.ts",
		find: "const holder = person ?? identity;",
		replace: "const holder = identity;",
		tests: ["test/faults.test.ts -t sixty names"],
	},
	{
		promise: "room: who made it is known after a restart",
		file: "machines/room.ts",
		find: "...(event.maker && { maker: event.maker }),",
		replace: "",
		tests: ["test/rooms.test.ts -t twenty rooms"],
	},
	{
		promise: "login: a name that is read as the bot's is not claimed anew",
		file: "src/engine/decide/decision.ts",
		find: "if (!isTheirs && looksReserved(claim.name))",
		replace: "if (isTheirs && looksReserved(claim.name))",
		tests: ["test/faults.test.ts -t read as"],
	},
	{
		promise: "login: what cannot be a code costs no try",
		file: "src/engine/decide/auth.ts",
		find: "const typed = readCode(code);",
		replace: 'const typed: string | undefined = readCode(code) ?? "";',
		tests: ["test/faults.test.ts -t full width"],
	},
	{
		promise: "room: a text that shows nothing is not said",
		file: "src/engine/decide/text.ts",
		find: 'if (trimUnseen(text) === "")',
		replace: 'if (text.trim() === "")',
		tests: ["test/faults.test.ts -t show nothing"],
	},
	{
		promise: "login: names that differ by a joiner alone are one",
		file: "src/chat/name.ts",
		find: "const nameKey = keyOf(bare);",
		replace: 'const nameKey = keyOf(raw.trim().normalize("NFKC"));',
		tests: ["test/chat/name.test.ts"],
	},
	{
		promise: "login: no email in the operational log",
		file: "src/engine/admission.ts",
		find: "this.#pipeline.append(...entries);",
		replace: `this.#pipeline.append(...entries);
		this.#parts.report.info({ email: login.user.email }, "a login begins");`,
		tests: ["test/program/canary.test.ts"],
	},
	{
		promise: "login: no code in the operational log",
		file: "src/engine/admission.ts",
		find: "this.#pipeline.append(...entries);",
		replace: `this.#pipeline.append(...entries);
		this.#parts.report.info({ code: fresh.code }, "a login begins");`,
		tests: ["test/program/canary.test.ts"],
	},
	{
		promise: "login: no email in the operational log when a mail fails",
		file: "src/engine/admission.ts",
		find: 'report.warn({ error: error.message }, "a login code was not mailed");',
		replace: `report.warn(
				{ error: error.message, to: login.user.email },
				"a login code was not mailed",
			);`,
		tests: ["test/program/canary.test.ts"],
	},
	{
		promise: "login: no email in the event log",
		file: "src/engine/decide/hello.ts",
		find: "room,\n\t\tcode: codeMac",
		replace: "room, email,\n\t\tcode: codeMac",
		tests: ["test/program/canary.test.ts"],
	},
];

/** @type {readonly Mutant[]} */
const session = [
	{
		promise: "session: a tab that is open keeps it alive",
		file: "src/engine/decide/open.ts",
		find: "return [...sessionsRenewed(now, limits), ...sessionsExpired(now)];",
		replace: "return limits.sessionDays > 0 ? sessionsExpired(now) : [];",
		tests: ["test/session.test.ts -t a tab that is open keeps"],
	},
	{
		promise: "session: a place that is kept is no use of it",
		file: "src/engine/decide/open.ts",
		find: "if (member.session && member.deadline === undefined)",
		replace: "if (member.session)",
		tests: ["test/session.test.ts -t a place that is kept"],
	},
	{
		promise: "login: a full disk is no news for who waits with a code",
		file: "src/engine/engine.ts",
		find: 'if (this.standing(visit) === "inRoom")',
		replace: "if (visit.login)",
		tests: ["test/disk.test.ts -t is no news"],
	},
	{
		promise: "session: a line sent again is said once",
		file: "src/engine/decide/text.ts",
		find: "n <= last",
		replace: "n < 0",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: numbers have no gaps",
		file: "machines/room.ts",
		find: "event.n === context.last.get(event.client, 0) + 1",
		replace: "event.n > context.last.get(event.client, 0)",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: numbers outlive the visit",
		file: "machines/room.ts",
		find: "last: member.session ? context.last : context.last.delete(event.client)",
		replace: "last: context.last.delete(event.client)",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: it expires",
		file: "machines/server.ts",
		find: "session !== undefined && event.time < session.expires",
		replace: "session !== undefined",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: one that expired is closed",
		file: "src/engine/decide/open.ts",
		find: "expires <= now",
		replace: "expires <= 0",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: another's client id opens nothing",
		file: "src/engine/decide/open.ts",
		find: "inside?.known.get(session)?.includes(open.client)",
		replace: "inside?.members.has(open.client)",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: logging out closes it",
		file: "src/engine/decide/open.ts",
		find: '{ event: { type: "session.closed", time, session, why } },',
		replace: "",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: one that was closed opens nothing",
		file: "machines/server.ts",
		find: "? { sessions: context.sessions.delete(event.session) }",
		replace: "? { sessions: context.sessions }",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: logging out everywhere takes all of them",
		file: "src/engine/decide/open.ts",
		find: "all ? kept.identity === identity : session === own",
		replace: "session === own",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: a tab that was taken over is closed",
		file: "src/engine/presence.ts",
		find: 'before.carrier.onEnd("replaced");',
		replace: "",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: a place is kept for the whole grace",
		file: "src/engine/presence.ts",
		find: "if (time < (member?.deadline ?? 0)) return;",
		replace: "",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: nothing is shown twice to who comes back",
		file: "src/chat/room.ts",
		find: "slice(offset + 1 - first)",
		replace: "slice(offset - first)",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: nothing is missing for who comes back",
		file: "src/chat/room.ts",
		find: "slice(offset + 1 - first)",
		replace: "slice(offset + 2 - first)",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: one line more than is remembered is a gap",
		file: "src/chat/room.ts",
		find: "offset < first - 1",
		replace: "offset < first - 2",
		tests: ["test/history.test.ts"],
	},
	{
		promise: "session: another epoch is a gap",
		file: "src/engine/catch-up.ts",
		find: "place?.epoch === epoch",
		replace: "place",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: too much to be caught up with is a gap",
		file: "src/chat/room.ts",
		find: "missed <= this.#memory.catchUpItems",
		replace: "missed < Infinity",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: a gap is told",
		file: "src/engine/catch-up.ts",
		find: "this.#tellLatest(behind, place !== undefined)",
		replace: "this.#tellLatest(behind, false)",
		tests: ["test/session.test.ts"],
	},
	{
		promise: "session: a piece waits until the one before is taken",
		file: "src/engine/catch-up.ts",
		find: "carrier.whenDrained(() =>",
		replace: "setImmediate(() =>",
		tests: ["test/catch-up.test.ts"],
	},
	{
		promise: "session: who catches up is not told what is live before",
		file: "src/chat/mailbox.ts",
		find: "const shared = this.#stream && stream;",
		replace: "const shared = stream;",
		tests: ["test/catch-up.test.ts"],
	},
	{
		promise:
			"session: who went on to another room is told no more of the first",
		file: "src/engine/catch-up.ts",
		find: "room.members.get(client.id) !== client || this",
		replace: "this",
		tests: ["test/catch-up.test.ts"],
	},
	{
		promise: "session: who takes nothing is too slow",
		file: "src/edge/connection.ts",
		find: 'if (!this.#visit.gone) this.close("tooSlow", "tooSlow");',
		replace: "",
		tests: ["test/catch-up.test.ts"],
	},
];

/** @type {readonly Mutant[]} */
const room = [
	{
		promise: "room: a client leaves once",
		file: "src/engine/presence.ts",
		find: "this.#left(event.client, event.why);",
		replace: "this.#left(event.client, event.why); room.broadcast(item);",
		tests: ["test/classic.test.ts"],
	},
	{
		promise: "room: offsets have no gaps",
		file: "machines/room.ts",
		find: "offset: offset + 1,",
		replace: "offset: offset + 2,",
		tests: ["test/machines/machines.model.test.ts"],
	},
	{
		promise: "room: no two lines have one offset",
		file: "machines/room.ts",
		find: 'actions: ["removeMember", "takeOffset"]',
		replace: 'actions: ["removeMember"]',
		tests: ["test/machines/machines.model.test.ts"],
	},
	{
		promise: "room: the bot speaks before `entered chat`",
		file: "src/chat/room.ts",
		find: `		this.tellHost(item);
		this.#stream.push(new Envelope(item));`,
		replace: `		this.#stream.push(new Envelope(item));
		this.tellHost(item);`,
		tests: ["test/classic.test.ts"],
	},
	{
		promise: "room: one that is forgotten is forgotten whole",
		file: "src/engine/presence.ts",
		find: 'if (event.type === "room.forgotten") this.#server.forget(event.room);',
		replace: "",
		tests: ["test/rooms.test.ts"],
	},
	{
		promise: "room: nobody's is forgotten while they are in it",
		file: "machines/room.ts",
		find: "context.members.isEmpty()",
		replace: "context.offset > 0",
		tests: ["test/machines/machines.model.test.ts"],
	},
	{
		promise: "room: so many and no more",
		file: "src/engine/decide/rooms.ts",
		find: "[...state.roomNames].length < limits.rooms",
		replace: "limits.rooms > 0",
		tests: ["test/rooms.test.ts"],
	},
	{
		promise: "room: what is said is said where it was meant",
		file: "src/engine/decide/text.ts",
		find: "(meant ?? room) !== room",
		replace: 'meant === ""',
		tests: ["test/rooms.test.ts"],
	},
	{
		promise: "room: a client's numbers in one are not those in another",
		file: "src/engine/decide/open.ts",
		find: "const taken = inside?.last.get(client) ?? 0;",
		replace: `const taken =
		inside?.last.get(client) ??
		state
			.room(asker?.context.room ?? "")
			?.context.last.get(asker?.context.id ?? "") ??
		0;`,
		tests: ["test/rooms.test.ts"],
	},
	{
		promise: "room: whoever goes on keeps their place",
		file: "src/engine/decide/open.ts",
		find: 'decideLost(view, "closed", limits)',
		replace: 'decideLost({ ...view, client: undefined }, "closed", limits)',
		tests: ["test/rooms.test.ts"],
	},
	{
		promise: "room: what is never logged is told at a pace",
		file: "src/pace.ts",
		find: "this.#clock.after(this.#everyMs,",
		replace: "this.#clock.after(this.#everyMs / 100,",
		tests: ["test/signals.test.ts"],
	},
	{
		promise: "room: who stopped typing is not typing",
		file: "src/chat/roster.ts",
		find: "if (until <= now) this.#typing.delete(client);",
		replace: "if (until < 0) this.#typing.delete(client);",
		tests: ["test/signals.test.ts"],
	},
	{
		promise: "room: whoever asks how far a room is makes none",
		file: "src/chat/server.ts",
		find: "this.find(room)?.head ?? nowhere",
		replace: "this.room(room).head ?? nowhere",
		tests: ["test/chat/server.test.ts"],
	},
	{
		promise: "room: whoever is gone watches no room",
		file: "src/engine/engine.ts",
		find: "this.#signals.forget(visit);",
		replace: "",
		tests: ["test/signals.test.ts"],
	},
	{
		promise: "room: a mailbox is bounded",
		file: "src/edge/connection.ts",
		find: "unsent + bytes.length > limits.mailboxBytes",
		replace: "unsent + bytes.length < 0",
		tests: ["test/faults.test.ts -t a client that never reads"],
	},
];

/** @type {readonly Mutant[]} */
const edge = [
	{
		promise: "edge: a page that made its name mean this machine can't connect",
		file: "src/edge/gate.ts",
		find: "(isProxied || isOwnHost(headers.host))",
		replace: "isProxied !== undefined",
		tests: ["test/program/edge.test.ts -t another site's name"],
	},
	{
		promise: "edge: nothing is exported under another site's name",
		file: "src/edge/export.ts",
		find: 'if (!isOwnHost(request.get("Host"))) {',
		replace: "if (!isOwnHost) {",
		tests: ["test/program/plain-http.test.ts -t nothing is exported"],
	},
	{
		promise: "edge: a connection is answered once at a time",
		file: "src/edge/plain-connections.ts",
		find: "if (turn.isLast) socket.destroySoon();",
		replace: "if (!turn) socket.destroySoon();",
		tests: ["test/program/plain-http.test.ts -t more than two"],
	},
	{
		promise: "edge: plain connections of one peer are bounded",
		file: "src/edge/plain-connections.ts",
		find: "if (open.isFull(networks)) {",
		replace: "if (open.isFull([])) {",
		tests: ["test/program/plain-http.test.ts -t two hundred idle"],
	},
	{
		promise: "edge: a frame that is not understood is refused as what it is",
		file: "src/edge/parse.ts",
		find: "re: isNumber(type, 0) ? type : undefined,",
		replace: "re: 1,",
		tests: ["test/requests.test.ts"],
	},
	{
		promise: "edge: the answer to a request brings back its id",
		file: "src/edge/parse.ts",
		find: "{ ...command, id }",
		replace: "command",
		tests: ["test/requests.test.ts"],
	},
	{
		promise: "edge: what is far too long is never normalised",
		file: "src/edge/parse.ts",
		find: "text.length <= most ? text",
		replace: "text ? text",
		tests: ["test/edge/raw-length.test.ts"],
	},
	{
		promise: "edge: the names of rooms to hear of are bounded, too",
		file: "src/chat/room-name.ts",
		find: "if (raw.length > LONGEST_RAW) return undefined;",
		replace: "",
		tests: ["test/edge/raw-length.test.ts"],
	},
	{
		promise: "edge: what is not understood is not passed on",
		file: "src/edge/parse.ts",
		find: `		default:
			return undefined;`,
		replace: `		default:
			return fields as never;`,
		tests: ["test/faults.test.ts -t wire noise"],
	},
	{
		promise: "edge: a classic client is sent no type above 5",
		file: "src/edge/classic.ts",
		find: `		case "latest":
		case "welcome":`,
		replace: `		case "latest":
			return [];
		case "welcome":
			return [message(MessageType.welcome, "", "")];
		case "history" as never:`,
		tests: ["test/classic.test.ts"],
	},
	{
		promise: "edge: nothing more is read while too much is untold",
		file: "src/edge/intake.ts",
		find: "for (const source of paused) source.pause();",
		replace: "",
		tests: ["test/edge/intake.test.ts"],
	},
	{
		promise: "edge: who was not heard is read from first",
		file: "src/edge/intake.ts",
		find: "const next = all.indexOf(from) + 1;",
		replace: "const next = 0;",
		tests: ["test/edge/intake.test.ts"],
	},
	{
		promise: "edge: what is not told for long stops nobody for good",
		file: "src/edge/intake.ts",
		find: "const cancel = this.#clock.after(LONGEST_MS, resume);",
		replace: "const cancel = () => {};",
		tests: ["test/edge/intake.test.ts"],
	},
	{
		promise: "edge: a hanging disk is no reason to pause again and again",
		file: "src/edge/intake.ts",
		find: "this.#isWaiting = true;",
		replace: "",
		tests: ["test/edge/intake.test.ts"],
	},
	{
		promise: "edge: every socket counts for how much is taken in",
		file: "src/edge/sockets.ts",
		find: "this.#intake.taken(webSocket);",
		replace: "",
		tests: ["test/edge/sockets.test.ts"],
	},
	{
		promise: "edge: who come at once are not pinged at once",
		file: "src/edge/sockets.ts",
		find: "phase: (this.#accepted++ * STEP) % 1",
		replace: "phase: 0",
		tests: ["test/edge/sockets.test.ts"],
	},
	{
		promise: "edge: a last word is heard though the connection is gone",
		file: "src/edge/sockets.ts",
		find: "if (connection.isOver) return;",
		replace: "if (webSocket.readyState !== webSocket.OPEN) return;",
		tests: ["test/edge/sockets.test.ts"],
	},
	{
		promise: "edge: a foreign origin is turned away",
		file: "src/edge/gate.ts",
		find: "if (!this.#mayCome(request.headers.origin, request.headers.host))",
		replace: "if (this.#all < 0)",
		tests: ["test/program/edge.test.ts -t an Origin"],
	},
	{
		promise: "edge: an origin that only looks alike is turned away",
		file: "src/edge/gate.ts",
		find: "new URL(origin).host === host?.toLowerCase()",
		replace: 'origin.includes(host?.toLowerCase() ?? "")',
		tests: ["test/program/edge.test.ts -t an Origin"],
	},
	{
		promise: "edge: X-Forwarded-For is believed from nobody but our proxy",
		file: "src/edge/network.ts",
		find: "while (isTrusted(peer, trusted)) {",
		replace: "while (hops.length > 0) {",
		tests: ["test/edge/network.test.ts"],
	},
	{
		promise: "edge: strangers of one network are counted",
		file: "src/edge/gate.ts",
		find: "return isFull || this.#strangers.isFull(networks)",
		replace: "return isFull",
		tests: ["test/program/edge.test.ts -t sixteen strangers"],
	},
	{
		promise: "edge: a wide network is counted, too",
		file: "src/edge/crowding.ts",
		find: "this.#most * 2 ** index,",
		replace: "this.#most * 999 ** index,",
		tests: ["test/edge/network.test.ts -t in each"],
	},
	{
		promise: "edge: what is never logged uses up no message",
		file: "src/engine/request-limits.ts",
		find: 'isSignal ? "signals"',
		replace: 'isSignal ? "messages"',
		tests: ["test/signals.test.ts"],
	},
	{
		promise: "edge: haste is refused",
		file: "src/engine/request-limits.ts",
		find: "if (!haste) return false;",
		replace: "if (!haste?.isAbuse) return false;",
		tests: ["test/faults.test.ts -t thirty messages"],
	},
	{
		promise: "edge: haste is a person's, not a connection's",
		file: "src/engine/request-limits.ts",
		find: 'client?.matches("inRoom") ? client.context.identity : undefined',
		replace: "client && undefined",
		tests: ["test/request-limits.test.ts"],
	},
	{
		promise: "edge: nobody is counted under an email that they only claim",
		file: "src/engine/request-limits.ts",
		find: 'client?.matches("inRoom") ? client.context.identity : undefined',
		replace: "client?.context.identity",
		tests: ["test/request-limits.test.ts"],
	},
	{
		promise: "edge: coming back is counted for a person",
		file: "src/engine/request-limits.ts",
		find: "isEntry ? this.#ownerOf(session) : undefined",
		replace: "undefined",
		tests: ["test/request-limits.test.ts"],
	},
	{
		promise: "edge: abuse is ended",
		file: "src/engine/request-limits.ts",
		find: 'visit.carrier.onEnd("policy");',
		replace: "{}",
		tests: ["test/request-limits.test.ts"],
	},
];

/** @type {readonly Mutant[]} */
const erasing = [
	{
		promise: "erasing: exactly the line of that event is overwritten",
		file: "src/log/segment-files.ts",
		find: "if (!isOneLine || seqOf(line) !== seq)",
		replace: "if (!line)",
		tests: ["test/log/file-log.test.ts -t overwrites exactly one line"],
	},
	{
		promise: "erase: it is seen when the text is gone, not before",
		file: "src/engine/pipeline.ts",
		find: "this.#outputs.push({ at, release, first });",
		replace: "this.#outputs.push({ at, release }); void first();",
		tests: ["test/erase.test.ts -t is gone from the disk"],
	},
	{
		promise: "erase: it is committed before anything is overwritten",
		file: "src/engine/pipeline.ts",
		find: "if (next?.first && next.at <= committed) this.#hold(next);",
		replace: "if (next?.first) this.#hold(next);",
		tests: ["test/erase.test.ts -t until that it is erased"],
	},
	{
		promise: "erase: what was overwritten is synced before that is seen",
		file: "src/log/segment-files.ts",
		find: "await file.sync();",
		replace: "",
		tests: ["test/erase.test.ts", "test/simulation/simulation.model.test.ts"],
	},
	{
		promise: "erase: what a crash left to do is done at the next start",
		file: "src/engine/engine.ts",
		find: "this.#erasures.redo(this.#parts.erased);",
		replace: "",
		tests: ["test/erase.test.ts -t a crash at any call"],
	},
	{
		promise: "erase: nothing is read at a start before that is done",
		file: "src/engine/erasures.ts",
		find: `const done = archive.inTurn(async () => {
			await this.#overwrite(await log.segments.find(seqs));
		});`,
		replace: `const done = archive.inTurn(async () => {}).then(async () => {
			await this.#overwrite(await log.segments.find(seqs));
		});`,
		tests: ["test/erase.test.ts", "test/simulation/simulation.model.test.ts"],
	},
	{
		promise: "erase: no snapshot is taken while text is overwritten",
		file: "src/engine/pipeline.ts",
		find: "if (!erases && this.#waiting.size === 0)",
		replace: "if (this.#waiting.size < 99)",
		tests: ["test/erase.test.ts -t however much"],
	},
	{
		promise: "erase: no page shows what is erased while it is read",
		file: "src/engine/pages.ts",
		find: "if (this.#erasures !== before)",
		replace: "if (this.#erasures < 0)",
		tests: ["test/erase.test.ts -t in no page"],
	},
	{
		promise: "erase: whoever enters is not shown it",
		file: "src/chat/room.ts",
		find: 'if (item.kind === "erased")',
		replace: 'if (item.kind === "erased" && item.offset < 0)',
		tests: ["test/erase.test.ts -t is a placeholder"],
	},
	{
		promise: "erase: it is one's own",
		file: "src/engine/decide/erase.ts",
		find: "if (found.author.identity !== by)",
		replace: 'if (by === "")',
		tests: ["test/erase.test.ts -t someone else"],
	},
	{
		promise: "erase: once",
		file: "src/engine/erasures.ts",
		find: "if (this.#looking > 0) return;",
		replace: "",
		tests: ["test/erase.test.ts -t is erased once"],
	},
	{
		promise: "erase: all of someone's is all of it",
		file: "src/archive/archive.ts",
		find: "if (!people.some((person) => person.identity === identity)) continue;",
		replace: "if (nth > 0 || people.length === 0) continue;",
		tests: ["test/erase.test.ts -t all of someone"],
	},
	{
		promise: "erase: all of someone's, even if their room is gone by then",
		file: "src/engine/erasures.ts",
		find: "...this.#reopened(asker, erased),",
		replace: "",
		tests: ["test/erase.test.ts -t they and their room are gone"],
	},
	{
		promise: "erase: whoever erases all says nothing meanwhile",
		file: "src/engine/engine.ts",
		find: "if (this.#erasures.isSilent(client)) {",
		replace: "if (this.#erasures.isSilent(undefined)) {",
		tests: ["test/erase.test.ts -t all of someone"],
	},
	{
		promise: "erase: text that is gone without an event for it is refused",
		file: "src/log/verifier.ts",
		find: "for (const damage of this.#unproven.values()) throw damage;",
		replace: "",
		tests: ["test/erase.test.ts -t without a committed erasure"],
	},
	{
		promise: "erase: what lies in torn/ goes with it",
		file: "src/log/segment-files.ts",
		find: "await this.#forgetTorn();",
		replace: "",
		tests: ["test/erase.test.ts"],
	},
];

/** @type {readonly Mutant[]} */
const travel = [
	{
		promise: "travel: a log that is opened answers nobody without the token",
		file: "src/travel/theatre.ts",
		find: "!keeper.isToken(authorization.slice(BEARER.length))",
		replace: "false",
		tests: ["test/program/travel.test.ts -t a wrong token"],
	},
	{
		promise: "travel: a moment that is sought is the one the fold comes to",
		file: "src/travel/recording.ts",
		find: "this.#checkpoints.push({ seq: this.last, standing });",
		replace: "this.#checkpoints.push({ seq: this.last + 1, standing });",
		tests: ["test/travel/footage.model.test.ts"],
	},
	{
		promise: "travel: who left and came back was not away for good",
		file: "src/travel/register.ts",
		find: "if (from <= seq && seq < to)",
		replace: "if (from <= seq)",
		tests: ["test/travel/footage.model.test.ts"],
	},
];

/** @type {readonly Mutant[]} */
const page = [
	{
		promise: "page: a line that is taken is in sight until it is shown",
		file: "static/outbox.ts",
		find: "if (!this.#live) this.#change(this.#lines);",
		replace: "if (this.#last < 0) this.#change(this.#lines);",
		tests: ["test/page/outbox.model.test.ts -t out of sight"],
	},
	{
		promise: "page: what was taken is not said again",
		file: "static/outbox.ts",
		find: "if (isTaken(line, client, last)) return line;",
		replace: "",
		tests: ["test/page/outbox.model.test.ts -t out of sight"],
	},
	{
		promise: "page: what was taken waits no longer once all is told",
		file: "static/outbox.ts",
		find: "this.shown(this.#last);",
		replace: "",
		tests: ["test/page/outbox.model.test.ts -t out of sight"],
	},
	{
		promise: "page: what the last login was to say is asked about",
		file: "static/outbox.ts",
		find: "return { ...line, why: line.why || TOO_LATE };",
		replace: "return { ...line, n: 0 };",
		tests: ["test/page/outbox.model.test.ts -t after a new login"],
	},
	{
		promise: "page: a link shows all of the address that it opens",
		file: "machines/text.ts",
		find: "[\\p{DI}\\p{C}\\u2800]|",
		replace: "",
		tests: ["test/machines/text.test.ts"],
	},
	{
		promise: "page: a tab beside another does not come in",
		file: "static/comings.ts",
		find: 'return tabs?.size === (kind === "left" ? 0 : 1);',
		replace: "return tabs !== undefined;",
		tests: ["test/page/comings.test.ts"],
	},
	{
		promise: "page: who was in before the first line does not come in",
		file: "static/comings.ts",
		find: "if (!known.has(one.client) && !isNew) tabs.add(one.client);",
		replace: "",
		tests: ["test/page/comings.test.ts"],
	},
	{
		promise: "page: an email address mentions nobody",
		file: "machines/text.ts",
		find: "(?<!",
		replace: "(?:|",
		tests: ["test/machines/text.test.ts"],
	},
];

export const mutants = [
	...page,
	...log,
	...answers,
	...commit,
	...login,
	...session,
	...room,
	...edge,
	...erasing,
	...travel,
];
