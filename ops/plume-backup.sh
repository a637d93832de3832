#!/bin/sh
# Makes a backup of PLUME_DATA whose name has the date, in the folder BACKUPS,
# and then removes those that are older than KEEP_DAYS. It removes nothing if
# the backup fails.
set -eu
: "${BACKUPS:?name the folder of the backups}" "${KEEP_DAYS:=14}"
plume="${NODE:-/usr/bin/node} $(dirname "$0")/../dist/src/main.js"

$plume backup "$BACKUPS/plume-$(date +%F-%H%M%S)"
oldest="plume-$(date -d "$KEEP_DAYS days ago" +%F)"
for each in "$BACKUPS"/plume-????-??-??-??????; do
	if expr "${each##*/}" \< "$oldest" >/dev/null; then rm -r -- "$each"; fi
done
# Power cuts leave these. Those of a backup by hand have other names.
rm -rf -- "$BACKUPS"/plume-????-??-??-??????.unfinished
