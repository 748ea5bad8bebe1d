#!/usr/bin/env bash
# The README's two commands on a bare Debian 12: `make check-bare`. Makes a system with nothing but its
# essential packages (debootstrap; needs root), unpacks the committed sources in it, installs git and
# make as the README asks for, and types the README's commands. Speaks TAP; its last lines are those
# of `make check` within.
#
#   tests/bare.sh [FOLDER]    FOLDER: keep the system there (a temporary folder, removed afterwards)
set -eu
cd "$(dirname "$0")/.."
command -v debootstrap >/dev/null || { echo "ok - bare system # SKIP debootstrap is not installed"; exit 0; }
[ "$(id -u)" -eq 0 ] || { echo "ok - bare system # SKIP debootstrap needs root"; exit 0; }

root=${1:-}
# /dev brings what is mounted below it.
unmount() { umount -R "$root/proc" "$root/dev" 2>/dev/null || true; }
if [ -z "$root" ]; then
    root=$(mktemp -d)
    trap 'unmount; rm -rf --one-file-system "$root"' EXIT
else
    trap unmount EXIT
fi

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 ||
    { tail "$root.log"; echo "not ok - debootstrap"; exit 1; }
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"

inside() { env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" bash -ec "$1"; }
check() { # check NAME COMMANDS; the last one's output is /before
    [ ! -e "$root/log" ] || mv "$root/log" "$root/before"
    if inside "$2" >"$root/log" 2>&1; then echo "ok - $1"; else
        tail -n 40 "$root/log" | sed 's/^/# /'
        echo "not ok - $1"
        failed=1
    fi
}
failed=0
rm -rf "$root/libloss" && mkdir "$root/libloss"
git archive HEAD | tar -x -C "$root/libloss"

check "git and make" "apt-get update && apt-get install -y --no-install-recommends git make"
check "make demo" "cd libloss && make demo"
check "no missing program on the way" "! grep -iE 'not found|no such file' /before"
check "README: the programs are in build/release" 'cd libloss && export PATH="$PWD/build/release:$PATH" &&
    lossgrid info demo/resnet20.landscape && lossview demo/resnet20.landscape --screenshot=demo/window.png &&
    sqlite3 demo/resnet20.landscape "select x, y, loss from surface" | grep -q "|"'
check "make install, and the installed programs" "cd libloss && make install && cd / &&
    lossgrid --version && lossview --version && pkg-config --libs loss &&
    cc libloss/examples/01-evaluate.c \$(pkg-config --cflags --libs loss) -o /tmp/evaluate &&
    ldd /tmp/evaluate | grep 'libloss.so.0 => /'"
check "make check" "cd libloss && make check"
tail -n 1 "$root/log"
exit $failed
