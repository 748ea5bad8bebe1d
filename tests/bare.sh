#!/usr/bin/env bash
# The README's two commands on a bare Debian 12: `make check-bare`. Makes a system with nothing but its
# essential packages (debootstrap; needs root), unpacks the committed sources in it, installs git and
# make as the README asks for, and types the README's commands. Speaks TAP; its last lines are those
# of `make check` within.
#
#   tests/bare.sh [FOLDER]    FOLDER: keep the system there (a temporary folder, removed afterwards)
set -eu
cd "$(dirname "$0")/.."
. tests/bare.bash
bare_make "bare system" "${1:-}"
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
