#!/usr/bin/env bash
# Principal components of real runs against numpy, --x auto, the path command, its interruption, the validity report.
checker=$(cd "$(dirname "$0")" && pwd)/check_pca.py
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy
$python -c "import numpy" 2>/dev/null || python=

# against_numpy NAME ARGUMENTS...: a run of 16 epochs of that network and data, and its plane with and without biases and BatchNorm.
against_numpy() {
    local name=$1
    shift
    check "$name: training" "$LOSSGRID" train "$@" --epochs 16 --quiet --out "$name"
    for ignore in biasbn none; do
        check "$name: surface, ignore=$ignore" "$LOSSGRID" surface "$name" --directions pca --ignore $ignore --limit 20 --x=auto:5 --quiet \
            --out "$name-$ignore.landscape"
        if [ -n "$python" ]; then
            check "$name: as numpy's SVD has it, ignore=$ignore" $python "$checker" "$name" "$name-$ignore.landscape"
        else
            echo "ok - $name: as numpy's SVD has it, ignore=$ignore # SKIP no python3-numpy"
        fi
    done
}
if [ -d /usr/share/datasets/fashion-mnist ]; then
    against_numpy lenet --model lenet5 --data fashion-mnist --limit 500 --lr 0.02
else
    echo "ok - principal components of a LeNet-5 # SKIP no dataset-fashion-mnist"
fi
if [ -n "${SHARED:-}" ]; then
    against_numpy resnet --model resnet20 --data "$SHARED/data/cifar-10-batches-bin" --limit 96 --batch 32 --augment --nesterov
else
    echo "ok - principal components of a ResNet-20 # SKIP no shared data"
fi

make_data data
for seed in 1 2; do
    check "training, seed $seed" "$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 15 --lr 0.05 --batch 32 --limit 100 \
        --seed $seed --quiet --out run$seed
done
check "a plane of two runs" "$LOSSGRID" surface run1 --directions pca --run other=run2/ --split both --x=auto:9 --out two.landscape
cp log said
cat >auto.py <<'PY'
import sqlite3, sys
db = sqlite3.connect("two.landscape")
assert db.execute("select distinct run from path order by run").fetchall() == [("other",), ("run1",)]
assert db.execute("select count(*) from path").fetchone() == (2 * 2 * 16,)
for axis in "xy":
    low, high, n = db.execute(f"select min, max, n from axes where axis = '{axis}'").fetchone()
    first, last = db.execute(f"select min(min({axis}), 0), max(max({axis}), 0) from path").fetchone()
    step, margin = (high - low) / (n - 1), 0.2 * (last - first)
    assert n == 9 and low <= first - margin and high >= last + margin, (axis, low, first, last, high)
    assert (high - low) < 1.4 * (last - first) + 2.5 * step
assert db.execute("select count(*) from surface where x = 0 and y = 0").fetchone() == (2,)
PY
check "auto holds both paths and the centre with a margin" python3 auto.py
check "the centre is the model's own loss" grep -q "test: the model's own loss, to the bit" said
check "explained variance is printed" grep -qE "x explains [0-9.]+ % and y [0-9.]+ %" said
check "given again, it is all there" "$LOSSGRID" surface run1 --directions pca --run other=run2/ --split both --x=auto:9 --quiet --out two.landscape

# loss_of FILE: of a checkpoint, on the test images.
loss_of() {
    "$LOSSGRID" eval run1 --weights "$1" --split test --json | python3 -c 'import json, sys; print("%.17g" % json.load(sys.stdin)["loss"])'
}
cat >true.py <<'PY'
import sqlite3, sys
row = sqlite3.connect("two.landscape").execute("select true_loss from path where run = 'run1' and split = 'test' and epoch = 4").fetchone()
assert row[0] == float(sys.argv[1]), (row, sys.argv)
PY
check "a checkpoint's own loss is that of lossgrid eval" python3 true.py "$(loss_of run1/epoch-004.safetensors)"

check "a random plane" "$LOSSGRID" surface run1 --x=-1:1:3 --y=-1:1:3 --seed 5 --quiet --out random.landscape
cp random.landscape whole.landscape
check "a path on it" "$LOSSGRID" path --run run1 random.landscape
cp log said
check "says how little of it the plane holds" grep -qE "the plane holds 0\.[0-9]+ % of their variance" said
check "another run, its own origin found by --weights" "$LOSSGRID" path run2 random.landscape --weights run1/epoch-015.safetensors --quiet
check "a second time does nothing" "$LOSSGRID" path --run run1 --run run2 random.landscape
cp log said
check "and says nothing is left" sh -c '! grep -q "epoch 0 at" said'

# Interrupted as soon as a checkpoint is done; then gone on with: the same rows.
rows() { python3 -c 'import sqlite3, sys; [print(*r) for r in sqlite3.connect(sys.argv[1]).execute("select * from path where run = ? order by epoch", ("run1",))]' "$1"; }
"$LOSSGRID" path --run run1 whole.landscape --threads 1 >log 2>&1 &
child=$!
for _ in $(seq 2000); do
    [ -n "$(rows whole.landscape)" ] && break
    sleep 0.01
done
kill -INT $child 2>/dev/null
wait $child
code=$?
if [ $code -eq 130 ] || [ $code -eq 0 ]; then pass "Ctrl-C is taken"; else fail "Ctrl-C is taken"; fi
check "what was finished is kept" test -n "$(rows whole.landscape)"
check "the same command goes on" "$LOSSGRID" path --run run1 whole.landscape --quiet
rows random.landscape >random.rows
rows whole.landscape >whole.rows
check "and ends with the same rows" cmp random.rows whole.rows
check "which are 16" test "$(wc -l <whole.rows)" -eq 16

check "a picture" "$LOSSGRID" plot two.landscape --log --out two.svg
check "it is one" grep -q "<svg" two.svg
check "export" "$LOSSGRID" export two.landscape --quiet --out two.csv --out two.ply
check "the path is beside them" test "$(wc -l <two-path.csv)" -eq 65
check "as lines too" grep -q "^element edge 30$" two-path.ply
check "info prints the table" sh -c "'$LOSSGRID' info two.landscape | grep -q '^path of other (train)'"
check "and as JSON" python3 -c '
import json, subprocess, sys
o = json.loads(subprocess.run([sys.argv[1], "info", "two.landscape", "--json"], capture_output=True, check=True).stdout)
assert len(o["path"]) == 64 and o["validity"]["centre_minus_model"] == {"train": 0, "test": 0}
assert {r["run"] for r in o["validity"]["paths"]} == {"other", "run1"}' "$LOSSGRID"

check "a line of principal components, recalibrated" "$LOSSGRID" surface run1 --directions pca --x=-1:1:3 --bn recalibrate --bn-images 40 --quiet \
    --out line.landscape
check "its origin is found again, and its images" "$LOSSGRID" path --run again=run1 line.landscape --quiet
check "a path on a line to another solution" "$LOSSGRID" surface run1 --to run2/epoch-015.safetensors --bn states --x=0:1:3 --run run1 --quiet \
    --out to.landscape

refuse "auto without a path" 2 "auto is the range of a path" "$LOSSGRID" surface run1 --x auto --out no.landscape
refuse "auto of two points" 2 "auto:N with N from 3" "$LOSSGRID" surface run1 --directions pca --x auto:2 --out no.landscape
refuse "pca without a run" 2 "wants checkpoints" "$LOSSGRID" surface --model lenet5 --weights w --data data --directions pca --out no.landscape
refuse "pca with a seed" 2 "--seed is about random directions" "$LOSSGRID" surface run1 --directions pca --seed 3 --out no.landscape
refuse "two runs of a name" 2 "say NAME=run1" "$LOSSGRID" surface run1 --directions pca --run run1 --out no.landscape
refuse "a folder without checkpoints" 1 "data: no checkpoints" "$LOSSGRID" surface run1 --run data --out no.landscape
refuse "path without a run" 2 "whose path?" "$LOSSGRID" path random.landscape
refuse "path without a landscape" 2 "on which landscape?" "$LOSSGRID" path run1
refuse "path of another origin" 1 "its origin is resnet20:width=0.25" "$LOSSGRID" path --run run2 two.landscape
refuse "path on a plane between solutions" 1 "the other solutions are not in the file" "$LOSSGRID" path --run again=run1 to.landscape
check "nothing was left" test ! -e no.landscape
