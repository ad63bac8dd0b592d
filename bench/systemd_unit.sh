#!/usr/bin/env bash
# Boot systemd in a container, and start, query and stop the unit of docs/deployment.md there.
#
#     sudo bench/systemd_unit.sh [UNDERTONE]
#
# Needs root, debootstrap and systemd-nspawn (Debian packages debootstrap and systemd-container).
# Prints the state of the service, its response, its exit status and its log.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
undertone=${1:-$here/target/release/undertone}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root

debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,curl bookworm "$root" >"$scratch/log" ||
    { cat "$scratch/log" >&2; exit 1; }
install -m755 "$undertone" "$root/usr/local/bin/undertone"
cp "$here/samples/neutral.flac" "$root/neutral.flac"
units=$root/etc/systemd/system
sed -n '/^```ini/,/^```$/p' "$here/docs/deployment.md" | sed '/^```/d' >"$units/undertone.service"
cat >"$units/probe.service" <<'END'
[Unit]
After=undertone.service
[Service]
Type=oneshot
ExecStart=/bin/bash /probe
StandardOutput=file:/said
StandardError=inherit
END
cat >"$root/probe" <<'END'
curl --silent --fail --retry 50 --retry-delay 1 --retry-connrefused --output /dev/null http://127.0.0.1:7860/readyz
systemctl show undertone --property=ActiveState,User,DynamicUser
curl --silent --data-binary @/neutral.flac http://127.0.0.1:7860/api/predict
echo
systemctl stop undertone
systemctl show undertone --property=ActiveState,Result,ExecMainStatus
journalctl --unit=undertone --no-pager --output=cat
systemctl poweroff
END
mkdir -p "$units/multi-user.target.wants"
ln -s ../undertone.service ../probe.service "$units/multi-user.target.wants/"
timeout 120 systemd-nspawn --quiet --register=no --keep-unit --private-network --boot \
    --directory="$root" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
cat "$root/said"
grep -q '^Result=success$' "$root/said"
grep -q '^ActiveState=active$' "$root/said"
