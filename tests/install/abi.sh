#!/usr/bin/env bash
# Programs built against the last release still run: abidiff compares libloss.so with that of the last
# tag vMAJOR.MINOR.PATCH, within one MAJOR.MINOR. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
skip() {
    echo "ok - the ABI of the last release # SKIP $1"
    exit 0
}
command -v abidiff >/dev/null || skip "abidiff (abigail-tools) is not installed"
tag=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null) || skip "no release is tagged"
version=$(awk '/define LOSS_VERSION_(MAJOR|MINOR)/ {printf "%s%s", dot, $3; dot = "."}' include/loss/status.h)
[[ $tag == "v$version".* ]] || skip "$tag is of another version than $version"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/old"
git archive "$tag" | tar -x -C "$tmp/old"
if ! make -s -j2 -C "$tmp/old" BUILD=build CONFIG=release all >"$tmp/log" 2>&1; then
    tail -n 20 "$tmp/log" | sed 's/^/# /'
    echo "not ok - $tag builds"
    exit 1
fi
# Additions are welcome; what was there must stay as it was.
if abidiff --no-added-syms --headers-dir1 "$tmp/old/include" --headers-dir2 include \
    "$tmp/old/build/release/libloss.so" "$BUILD/libloss.so" >"$tmp/log" 2>&1; then
    echo "ok - the ABI of $tag"
else
    sed 's/^/# /' "$tmp/log"
    echo "not ok - the ABI of $tag"
fi
