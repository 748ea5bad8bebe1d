#!/usr/bin/env bash
# Every command that prints fails where standard output is full.
. "$(dirname "$0")/common.bash"
if [ ! -c /dev/full ]; then
    echo "ok - a full standard output # SKIP no /dev/full"
    exit
fi
full() {
    local name=$1
    shift
    check "$name, printed" "$@"
    refuse "$name, to a full disk" 1 "standard output: cannot write" sh -c '"$@" >/dev/full' sh "$@"
}
make_data data 28
"$LOSSGRID" train --model lenet5 --data data --limit 32 --epochs 1 --no-test --quiet --out run >log 2>&1 || fail "a run"
full "--help" "$LOSSGRID" --help
full "--version" "$LOSSGRID" --version
for command in train eval surface path curvature export plot convert info; do
    full "$command --help" "$LOSSGRID" $command --help
done
for json in "" --json; do
    # shellcheck disable=SC2086  # one word or none
    for line in "eval run --limit 8 --quiet" "surface run --limit 8 --x=-1:1:3 --quiet --out f.landscape" \
        "path --run run f.landscape --quiet" "curvature run --limit 8 --top 1 --smallest 0 --steps 3 --quiet" \
        "info f.landscape" "info run" "info run/run.json" "info run/epoch-001.safetensors" "info data"; do
        full "$line $json" "$LOSSGRID" $line $json
    done
done
refuse "more bytes than are allowed" 1 "max_bytes" "$LOSSGRID" eval run --max-bytes 1000
check "as many as are there" "$LOSSGRID" eval run --max-bytes 10000000
