#!/usr/bin/env bash
# Little address space (ulimit -v): lossview ends too, though a library that it never uses would ask for memory for ever.
. "$(dirname "$0")/common.bash"
if [ ! -x "${LOSSVIEW:-}" ]; then
    echo "ok - lossview in little memory # SKIP there is no lossview"
    exit 0
fi
for megabytes in 150 195 250 400; do
    (ulimit -v $((megabytes * 1024)) && exec timeout 60 "$LOSSVIEW" --version) >log 2>&1
    code=$?
    if [ $code -ne 124 ]; then pass "lossview ends in $megabytes MiB"; else fail "lossview ends in $megabytes MiB"; fi
done
