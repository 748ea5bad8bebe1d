#!/usr/bin/env bash
# What is built in two folders has the same bytes: objects of the library and of both programs. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objects="libloss/base/status.o libloss/cpu/cpu.pic.o libloss/kernels/ref/pool.o cli/display.o viewer/colours.o"
for folder in one another/deeper; do
    mkdir -p "$work/$folder"
    cp -r Makefile include libloss cli viewer tests examples pkgconfig "$work/$folder/"
    # shellcheck disable=SC2086  # a list of words
    make -C "$work/$folder" --no-print-directory BUILD=build $(printf 'build/release/%s ' $objects) >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
done
same=0
for object in $objects; do
    cmp "$work/one/build/release/$object" "$work/another/deeper/build/release/$object" >>"$work/log" 2>&1 && same=$((same + 1))
done
if [ $same -eq "$(wc -w <<<"$objects")" ]; then echo "ok - two folders, the same bytes"; else
    echo "not ok - two folders, the same bytes"
    tail -n 10 "$work/log" | sed 's/^/# /'
fi
