#!/usr/bin/env bash
# `make bench` without peers: its tables are there, and what they say of one thing agrees. How fast
# anything is, is not tested. Speaks TAP.
set -u
. "$(dirname "$0")/common.bash"
bench() {
    python3 "$SRC/tests/bench/bench.py" "$BUILD/tests/bench/bench" --lossgrid "$LOSSGRID" \
        --peer-python /bin/false --threads 1 --rounds 1 --models resnet20 "$@" >said 2>told
}
# cell ROW COLUMN: of the table that was printed, from 2 on.
cell() { grep "^| $1 |" said | cut -d'|' -f"$2" | tr -d ' %'; }

check "layers are measured" bench --only layers
check "convolutions of one shape are one row" test "$(cell 'conv 16x32x32 to 16x32x32' 3)" = 6
check "the parts of the time are the whole" awk -F'|' '
    /^\| (conv|others)/ { sum += $4 } /^\| all/ { all = $4 }
    END { exit !(all > 0 && sum > 0.99 * all && sum < 1.01 * all) }' said
set=$(sed -n 's/.*, kernels \([a-z0-9]*\),.*/\1/p' said)
case $set in blas | ref) times=1 ;; *) times=4 ;; esac
check "Winograd's bound is $times times that of a product for each tap" awk -F'|' -v times=$times '
    /conv 16x32x32 to 16x32x32/ { tiles = $7 } /conv 3x32x32 to 16x32x32/ { taps = $7 }
    END { exit !(tiles > 0.97 * times * taps && tiles < 1.03 * times * taps) }' said

check "two sets are compared" bench --only forward --sets "$set,blas"
check "each has a row" test -n "$(cell "ResNet-20, $set" 3)" -a -n "$(cell 'ResNet-20, blas' 3)"

check "a landscape is measured" bench --only landscape --grid 3 --images 8
check "its seconds are there" test "$(cell ResNet-20 3 | tr -d .)" -gt 0
check "two landscapes that differ have no ratio" python3 - "$SRC" <<'E2'
import sys
sys.path.insert(0, sys.argv[1] + "/tests/bench")
import landscape
ours = {(0, 0): 2.0, (1, 0): 0.5}
assert landscape.largest_difference("t", ours, {(0, 0): (1, 2.0001), (1, 0): (1, 0.5)}) > 4e-5
for wrong in 2.001, float("nan"):
    try:
        landscape.largest_difference("t", ours, {(0, 0): (1, wrong)})
    except SystemExit as end:
        assert "differ" in end.code and "2" in end.code
    else:
        sys.exit("%g was taken" % wrong)
E2
