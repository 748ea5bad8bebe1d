#!/usr/bin/env bash
# Little address space (ulimit -v): commands end, with their result or with "out of memory".
. "$(dirname "$0")/common.bash"
make_data data
check "train" "$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --limit 60 --batch 16 --quiet --out run

# Just enough for the program and its libraries: found without the threads of OpenBLAS.
limit=
for megabytes in 100 125 150 175 200 225 250 300 400; do
    if (ulimit -v $((megabytes * 1024)) && OPENBLAS_NUM_THREADS=1 "$LOSSGRID" --version) >/dev/null 2>&1; then
        limit=$((megabytes * 1024))
        break
    fi
done
if [ -z "$limit" ]; then
    echo "ok - commands without BLAS # SKIP the program does not start under ulimit -v"
    exit 0
fi
(ulimit -v $limit && exec timeout 30 "$LOSSGRID" info run/epoch-001.safetensors) >log 2>&1
code=$?
if [ $code -ne 124 ]; then pass "info ends"; else fail "info ends"; fi
(ulimit -v $limit && LOSS_ISA=blas exec timeout 30 "$LOSSGRID" eval run --limit 20) >log 2>&1
code=$?
# Where not even its threads find room, OpenBLAS ends the program while it is loaded, with SIGINT.
if { [ $code -eq 1 ] && grep -qi "memory" log; } || { [ $code -eq 130 ] && grep -q "pthread_create failed" log; }; then pass "BLAS without its buffer is refused"; else
    echo "exit code $code" >>log
    fail "BLAS without its buffer is refused"
fi
