#!/usr/bin/env bash
# Stopped by Ctrl-C, killed, run with other threads: always the same bits.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
train=(train --model $model --data data --epochs 4 --lr 0.05 --batch 16 --augment --nesterov --quiet)
surface=(surface whole --x=-1:1:9 --y=-1:1:9 --quiet)

check "uninterrupted training" "$LOSSGRID" "${train[@]}" --threads 2 --out whole
check "uninterrupted surface" "$LOSSGRID" "${surface[@]}" --threads 2 --out whole.landscape
points whole.landscape >whole.points

check "training in one thread" "$LOSSGRID" "${train[@]}" --threads 1 --out one
check "one thread gives the same weights" cmp whole/epoch-004.safetensors one/epoch-004.safetensors
check "surface in one thread" "$LOSSGRID" "${surface[@]}" --threads 1 --out one.landscape
points one.landscape >one.points
check "one thread gives the same points" cmp whole.points one.points

# kill_after SECONDS SIGNAL COMMAND...: starts, waits, sends; leaves the exit code in $code.
kill_after() {
    local seconds=$1 signal=$2
    shift 2
    "$@" >log 2>&1 &
    local child=$!
    sleep "$seconds"
    kill "-$signal" $child 2>/dev/null
    wait $child
    code=$?
}

for seconds in 0.1 0.2 0.3; do
    kill_after $seconds KILL "$LOSSGRID" "${train[@]}" --out killed 2>/dev/null
done
check "training goes on after kill -9" "$LOSSGRID" "${train[@]}" --out killed
check "it ends with the same weights" cmp whole/epoch-004.safetensors killed/epoch-004.safetensors
check "and the same momentum" cmp whole/state.safetensors killed/state.safetensors

for seconds in 0.05 0.1 0.15; do
    kill_after $seconds KILL "$LOSSGRID" "${surface[@]}" --threads 1 --out killed.landscape 2>/dev/null
done
check "a surface goes on after kill -9" "$LOSSGRID" "${surface[@]}" --out killed.landscape
points killed.landscape >killed.points
check "it ends with the same points" cmp whole.points killed.points

# evaluated FILE: how many points it holds.
evaluated() {
    "$LOSSGRID" info "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["splits"]["test"]["evaluated"])'
}

# signal_when SIGNAL CONDITION COMMAND...: starts, waits until the condition (shell) holds, for a minute at
# most, sends; leaves the exit code in $code.
signal_when() {
    local signal=$1 condition=$2
    shift 2
    "$@" >log 2>&1 &
    local child=$!
    for _ in $(seq 6000); do
        sh -c "$condition" >/dev/null 2>&1 && break
        sleep 0.01
    done
    kill "-$signal" $child 2>/dev/null
    wait $child
    code=$?
}

slow=(surface whole --limit 100 --x=-1:1:41 --y=-1:1:41 --out slow.landscape)
signal_when INT '"$LOSSGRID" info slow.landscape | grep -q "[1-9][0-9]* of 1681 points"' "$LOSSGRID" "${slow[@]}"
if [ "$code" -eq 130 ] && grep -q "everything finished is kept" log; then pass "Ctrl-C ends with 130"; else
    echo "exit code $code" >>log
    fail "Ctrl-C ends with 130"
fi
kept=$(evaluated slow.landscape)
check "and keeps its points" test "$kept" -gt 0 -a "$kept" -lt 1681
check "the same command goes on" "$LOSSGRID" "${slow[@]}"
cp log said
check "and says what was there" grep -q "$kept of 1681 points are there already" said
check "and completes" test "$(evaluated slow.landscape)" -eq 1681

signal_when TERM "test -e stopped/epoch-001.safetensors" "$LOSSGRID" train --model $model --data data --epochs 500 --quiet --out stopped
if [ "$code" -eq 130 ] && [ -e stopped/state.safetensors ]; then pass "SIGTERM ends training with 130 and a checkpoint"; else
    echo "exit code $code" >>log
    fail "SIGTERM ends training with 130 and a checkpoint"
fi
