#!/usr/bin/env bash
# Lines and planes through solutions, BatchNorm's modes, repeated random lines.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
for seed in 1 2 3; do
    check "training, seed $seed" "$LOSSGRID" train --model $model --data data --epochs 2 --lr 0.05 --batch 32 --seed $seed --quiet --out run$seed
done

# loss_at FILE X Y: of the test split.
loss_at() {
    "$LOSSGRID" export "$1" --quiet --out at.csv && awk -F, -v x="$2" -v y="$3" '$1 == "test" && $4 == x && $5 == y {print $6}' at.csv
}
# loss_of RUN: of its last weights.
loss_of() {
    "$LOSSGRID" eval "$1" --split test --json | python3 -c 'import json, sys; print("%.17g" % json.load(sys.stdin)["loss"])'
}
# same A B: two numbers, both there.
same() {
    python3 -c 'import sys; sys.exit(not abs(float(sys.argv[1]) - float(sys.argv[2])) <= 1e-12 * abs(float(sys.argv[1])))' "$1" "$2"
}

w2=run2/epoch-002.safetensors w3=run3/epoch-002.safetensors
check "a line, default axis" "$LOSSGRID" surface run1 --to $w2 --bn states --split both --quiet --out line.landscape
"$LOSSGRID" info line.landscape --json >info.json
check "41 points from -0.5 to 1.5" python3 -c 'import json; x = json.load(open("info.json"))["x"]; assert x == {"min": -0.5, "max": 1.5, "n": 41}'
check "it starts at the origin's loss" same "$(loss_at line.landscape 0 0)" "$(loss_of run1)"
check "and ends at the other solution's" same "$(loss_at line.landscape 1 0)" "$(loss_of run2)"
cat >barrier.py <<'PY'
import csv, json
points = {float(r["x"]): float(r["loss"]) for r in csv.DictReader(open("at.csv")) if r["split"] == "test"}
barrier = max(v for a, v in points.items() if 0 <= a <= 1) - (points[0] + points[1]) / 2
assert abs(json.load(open("info.json"))["splits"]["test"]["barrier"] - barrier) < 1e-9, barrier
PY
check "the barrier is what the points say" python3 barrier.py
check "metadata: mode and solutions" python3 -c 'import json; m = json.load(open("info.json"))["metadata"]; assert m["bn"] == "states" and m["solutions"] == 2 and "run2" in m["directions"]'

check "a plane through three" "$LOSSGRID" surface run1 --to $w2 --and $w3 --bn states --x=0:1:3 --y=0:1:3 --quiet --out plane.landscape
check "its corner x is the second" same "$(loss_at plane.landscape 1 0)" "$(loss_of run2)"
check "its corner y is the third" same "$(loss_at plane.landscape 0 1)" "$(loss_of run3)"
check "mode weights" "$LOSSGRID" surface run1 --to $w2 --x=0:1:3 --quiet --out weights.landscape
check "keeps the origin's statistics" test "$(loss_at weights.landscape 1 0)" != "$(loss_at line.landscape 1 0)"

again=(surface run1 --to "$w2" --x=0:1:3 --bn recalibrate --bn-images 50 --quiet)
check "mode recalibrate" "$LOSSGRID" "${again[@]}" --threads 1 --out one.landscape
check "in two threads" "$LOSSGRID" "${again[@]}" --threads 2 --out two.landscape
points one.landscape >one.points
points two.landscape >two.points
check "the same points" cmp one.points two.points
cp one.landscape before
refuse "another mode does not go on" 1 "BatchNorm mode" "$LOSSGRID" surface run1 --to $w2 --x=0:1:3 --quiet --out one.landscape
refuse "nor do other images" 1 "BatchNorm's statistics" "$LOSSGRID" surface run1 --to $w2 --x=0:1:3 --bn recalibrate --bn-images 40 \
    --quiet --out one.landscape
check "the file is left as it is" cmp before one.landscape
check "info says the mode" grep -q "BatchNorm: recalibrate, images: 50" <("$LOSSGRID" info one.landscape)

check "repeated lines" "$LOSSGRID" surface run1 --x=-1:1:5 --repeat 3 --seed 4 --quiet --out lines.landscape
check "a line by itself" "$LOSSGRID" surface run1 --x=-1:1:5 --seed 6 --quiet --out line6.landscape
check "is row 2" same "$(loss_at lines.landscape -0.5 2)" "$(loss_at line6.landscape -0.5 0)"

for file in line plane one lines line6; do
    check "a picture of $file" "$LOSSGRID" plot $file.landscape --log --out $file.svg
    check "it is one" grep -q "<svg" $file.svg
done

refuse "--and alone" 2 "--and goes with --to" "$LOSSGRID" surface run1 --and $w3 --out no.landscape
refuse "--to with --norm" 2 "--norm is without effect" "$LOSSGRID" surface run1 --to $w2 --norm layer --out no.landscape
refuse "--to with --y" 2 "--to alone is a line" "$LOSSGRID" surface run1 --to $w2 --x=0:1:3 --y=0:1:3 --out no.landscape
refuse "states without --to" 2 "it goes with --to" "$LOSSGRID" surface run1 --bn states --out no.landscape
refuse "--bn-images without recalibrate" 2 "goes with --bn recalibrate" "$LOSSGRID" surface run1 --bn-images 9 --out no.landscape
refuse "--repeat with --y" 2 "goes without --y" "$LOSSGRID" surface run1 --x=0:1:3 --y=0:1:3 --repeat 2 --out no.landscape
check "weights of another network" "$LOSSGRID" train --model resnet20:width=0.5 --data data --epochs 1 --quiet --out wider
refuse "are refused" 1 "wider/epoch-001.safetensors" "$LOSSGRID" surface run1 --to wider/epoch-001.safetensors --quiet --out no.landscape
check "and nothing is left" test ! -e no.landscape
