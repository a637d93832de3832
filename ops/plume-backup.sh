#!/bin/sh
# Makes a backup of PLUME_DATA whose name has the date, in the folder BACKUPS,
# and then removes those that are older than KEEP_DAYS. It removes nothing if
# the backup fails, and none of another log: that one may be gone, and a server
# may have begun anew. One without backup.json was broken off, and goes. It
# leaves them for the next time if all others are too old: the clock may have
# leapt.
set -eu
: "${BACKUPS:?name the folder of the backups}" "${KEEP_DAYS:=14}"
case "$KEEP_DAYS" in 0* | *[!0-9]*)
	echo "KEEP_DAYS is \"$KEEP_DAYS\": say how many days a backup is kept, a whole number from 1 on." >&2
	exit 2
	;;
esac
main="$(dirname "$0")/../dist/src/main.js"

log_of() { sed -n 's/.*"log":"\([^"]*\)".*/\1/p' "$1/backup.json" 2>/dev/null; }

made="$BACKUPS/plume-$(date +%F-%H%M%S)"
"${NODE:-/usr/bin/node}" "$main" backup "$made"
log=$(log_of "$made")
oldest="plume-$(date -d "$KEEP_DAYS days ago" +%F)"
before=
for each in "$BACKUPS"/plume-????-??-??-??????; do
	if expr "$each" \< "$made" >/dev/null; then before=${each##*/}; fi
done
if [ -n "$before" ] && expr "$before" \< "$oldest" >/dev/null; then
	echo "The backup before this one is $before: see whether the clock is right. The next one removes what is older than $KEEP_DAYS days."
	oldest=plume-
fi
for each in "$BACKUPS"/plume-????-??-??-??????; do
	expr "${each##*/}" \< "$oldest" >/dev/null || continue
	case $(log_of "$each") in "$log" | "") rm -r -- "$each" ;; esac
done
# Power cuts leave these. Those of a backup by hand have other names.
rm -rf -- "$BACKUPS"/plume-????-??-??-??????.unfinished
