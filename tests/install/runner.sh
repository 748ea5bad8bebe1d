#!/usr/bin/env bash
# tests/run counts and reports every test, whatever becomes of it: several at a time, ended by a
# signal, silent, too slow. Speaks TAP.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
make_test() { printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod +x "$1"; }
make_test fine 'echo "ok - one"; echo "ok - two # SKIP no"'
make_test killed 'echo "ok - one"; kill -SEGV $$'
make_test slow 'sleep 1; echo "ok - one"'
make_test endless 'sleep 60; echo "ok - one"'
make_test silent 'exit 0'
make_test short 'echo 1..3; echo "ok - one"'
make_test set 'echo "ok - $LOSS_ISA"; [ "$LOSS_ISA" = second ]'
make_test sets 'echo "kernel sets of this processor: first second"'

# expect NAME LAST CODE [VARIABLE=VALUE...] TEST...: the last line and the exit code.
expect() {
    local name=$1 last=$2 code=$3 said
    shift 3
    env TEST_TIMEOUT=5 LOSSGRID="$tmp/sets" "$@" >log 2>/dev/null
    said=$?
    if [ "$(tail -n 1 log)" = "$last" ] && [ $said -eq "$code" ]; then echo "ok - $name"; else
        echo "not ok - $name"
        sed 's/^/#   /' log
    fi
}
run=$SRC/tests/run
for jobs in 1 3; do
    expect "passed and skipped, $jobs at a time" "2 passed, 0 failed, 2 skipped" 0 \
        TEST_JOBS=$jobs "$run" "$tmp/fine" "$tmp/fine"
    expect "ended by a signal, $jobs at a time" "5 passed, 3 failed, 0 skipped" 1 \
        TEST_JOBS=$jobs "$run" "$tmp/killed" "$tmp/killed" "$tmp/slow" "$tmp/killed" "$tmp/slow"
    expect "too slow, silent, fewer than planned, $jobs at a time" \
        "1 passed, 4 failed, 0 skipped" 1 \
        TEST_JOBS=$jobs "$run" "$tmp/endless" "$tmp/silent" "$tmp/short"
    expect "again with each other set, $jobs at a time" "2 passed, 0 failed, 1 skipped" 0 \
        TEST_JOBS=$jobs "$run" "$tmp/fine" --each-set "$tmp/set"
done
# Ctrl-C ends the tests, too.
TEST_JOBS=2 setsid "$run" "$tmp/endless" "$tmp/endless" >log 2>&1 &
job=$!
for _ in $(seq 600); do [ "$(pgrep -fc "^/bin/sh $tmp/endless")" -eq 2 ] && break; sleep 0.1; done
kill -TERM $job
wait $job
if ! pgrep -f "^/bin/sh $tmp/endless" >/dev/null; then echo "ok - a signal ends the tests"; else
    echo "not ok - a signal ends the tests"
fi
