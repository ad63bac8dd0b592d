#!/usr/bin/env bash
# Install a Debian package of `.ci/release/debian` into a fresh Debian, use it, and remove it.
#
#     sudo bench/debian_package.sh PACKAGE.deb [ROOT]
#
# Needs root and debootstrap. ROOT is a Debian that debootstrap made earlier. Prints the version, an
# answer, the head of a manual page and what the shell completes.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
package=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=${2:-$scratch/root}
[[ -d $root ]] || debootstrap --variant=minbase --include=man-db,bash-completion bookworm "$root" >"$scratch/log" ||
    { cat "$scratch/log" >&2; exit 1; }
cp "$package" "$root/root/undertone.deb"
cp "$here/samples/happy.flac" "$root/root/"
cat >"$root/root/try" <<'END'
set -euo pipefail
cd /root
apt-get install -y -qq ./undertone.deb >/dev/null
undertone --version
undertone predict --json happy.flac | grep -o '"label":"[a-z]*"'
man undertone-predict | head -4
set +u
source /usr/share/bash-completion/bash_completion
_completion_loader undertone || true
COMP_WORDS=(undertone pred) COMP_CWORD=1
"$(complete -p undertone | sed 's/.*-F \([^ ]*\).*/\1/')" undertone pred undertone
echo "pred<Tab>: ${COMPREPLY[*]}"
[[ ${COMPREPLY[*]} == predict ]]
apt-get remove -y -qq undertone >/dev/null
[[ ! -e /usr/bin/undertone && ! -e /usr/share/doc/undertone ]]
echo removed
END
DEBIAN_FRONTEND=noninteractive chroot "$root" bash /root/try
