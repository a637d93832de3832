#!/bin/sh
# Makes plume_VERSION_all.deb in the folder that is named, or here: npm run deb [FOLDER]
# It holds the files that `npm pack` takes, the packages they need, and the units.
set -eu

to=$(realpath "${1:-.}")
cd "$(dirname "$0")/../.."
version=$(node -p 'require("./package.json").version')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
root=$work/root
lib=$root/usr/lib/plume

mkdir -p "$lib" "$root/usr/bin" "$root/etc/plume" "$root/usr/lib/systemd/system" "$root/DEBIAN" "$root/usr/share/doc/plume"
npm pack --silent --pack-destination "$work" >/dev/null
tar -xzf "$work/plume-$version.tgz" -C "$lib" --strip-components=1
cp package-lock.json "$lib"
(cd "$lib" && npm ci --silent --omit=dev --ignore-scripts --no-audit --no-fund)
rm -f "$lib/package-lock.json" "$lib/node_modules/.package-lock.json"
find "$lib/node_modules" \( -name ".eslint*" -o -name ".npmignore" -o -name ".git*" \) -prune -exec rm -rf {} +

for unit in "$lib"/*.service "$lib"/*.socket "$lib"/ops/*.service "$lib"/ops/*.timer; do
	[ -e "$unit" ] || continue
	sed -f ops/deb/units.sed "$unit" >"$root/usr/lib/systemd/system/$(basename "$unit")"
	rm "$unit"
done
grep -q '^Environment=PLUME_CONFIG=/etc/plume/plume.conf$' "$root/usr/lib/systemd/system/plume.service" || {
	echo "ops/deb/units.sed does not fit plume.service any more" >&2
	exit 1
}

install -m 755 ops/deb/plume "$root/usr/bin/plume"
install -m 644 ops/deb/plume.conf "$root/etc/plume/plume.conf"
# Secrets are credentials of the unit; an empty file counts as none.
install -m 600 /dev/null "$root/etc/plume/mailgun-apikey"
install -m 600 /dev/null "$root/etc/plume/smtp-url"
install -m 644 LICENSE "$root/usr/share/doc/plume/copyright"
gzip -9n <CHANGELOG.md >"$root/usr/share/doc/plume/changelog.gz"

for script in postinst prerm postrm; do
	install -m 755 "ops/deb/$script" "$root/DEBIAN/$script"
done
(cd "$root" && find etc -type f | sed 's|^|/|') >"$root/DEBIAN/conffiles"
size=$(du -sk "$root" | cut -f 1)
sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$size/" \
	-e "s/@MAINTAINER@/${DEBFULLNAME:-Plume} <${DEBEMAIL:-root@localhost}>/" \
	ops/deb/control >"$root/DEBIAN/control"
# What the builder's umask would hide.
find "$root" -type d -exec chmod 755 {} +
chmod -R a+rX "$root/usr"
dpkg-deb --build --root-owner-group "$root" "$to/plume_${version}_all.deb" >/dev/null
echo "$to/plume_${version}_all.deb"
