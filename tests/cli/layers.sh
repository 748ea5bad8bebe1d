#!/usr/bin/env bash
# Directions restricted to layers: what comes before them is computed once, and the points have the same bits.
. "$(dirname "$0")/common.bash"
make_data data 28
"$LOSSGRID" train --model lenet5 --data data --epochs 2 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
surface=(surface run --layers 'fc2.*,fc3.*' --x=-1:1:5 --y=-1:1:5 --split both)
kept='layers are computed once: [0-9.]* % of the work; [0-9.]* MB'

# lenet5 has no BatchNorm: to estimate its statistics again changes nothing, but nothing is kept then.
check "whole at each point" "$LOSSGRID" "${surface[@]}" --bn recalibrate --out whole.landscape
cp log said
check "which is not told to be computed once" test "$(grep -c "computed once" said)" -eq 0
points whole.landscape >whole.points
check "50 points of both splits" test "$(wc -l <whole.points)" -eq 51
check "with what is computed once" "$LOSSGRID" "${surface[@]}" --out kept.landscape
cp log said
check "which is told" grep -q "$kept$" said
points kept.landscape >kept.points
check "has the same bits" cmp whole.points kept.points
for threads in 1 2; do
    check "on disk, $threads threads" "$LOSSGRID" "${surface[@]}" --keep 1 --threads $threads --out disk-$threads.landscape
    cp log said
    check "which is told" grep -q "$kept, of them [0-9.]* MB in a temporary file" said
    points disk-$threads.landscape >disk.points
    check "has the same bits, too" cmp whole.points disk.points
done
for i in 1 2; do "$LOSSGRID" "${surface[@]}" --quiet --threads 1 --out shared.landscape >log.$i 2>&1 & done
wait
points shared.landscape >shared.points
check "by two processes" cmp whole.points shared.points
for k in 1 2; do "$LOSSGRID" "${surface[@]}" --quiet --part $k/2 --out part-$k.landscape >log 2>&1; done
"$LOSSGRID" merge part-1.landscape part-2.landscape --out merged.landscape >log 2>&1
points merged.landscape >merged.points
check "in two parts" cmp whole.points merged.points
check "there is no room for a temporary file" sh -c "! TMPDIR=$PWD/nowhere $LOSSGRID surface run --layers 'fc2.*,fc3.*' --limit 8 --keep 1 --out nowhere.landscape"
cp log said
check "which is told" grep -q "nowhere: cannot make a temporary file" said

# What the file says.
"$LOSSGRID" info kept.landscape >told 2>log
check "info tells the layers" grep -q '^  layers     only parameters named fc2\.\*,fc3\.\* move$' told
check "and what was computed once" grep -q '^  once       [0-9]* of [0-9]* layers, [0-9.]* % of the multiply-adds gave the same at all points$' told
check "in JSON, too" sh -c "$LOSSGRID info kept.landscape --json | python3 -c '
import json, sys
j = json.load(sys.stdin)
assert j[\"validity\"][\"layers\"] == j[\"metadata\"][\"layers\"] == \"fc2.*,fc3.*\", j
assert j[\"validity\"][\"computed_once\"] == j[\"metadata\"][\"computed_once\"], j
assert j[\"metadata\"][\"directions\"].endswith(\" layers=fc2.*,fc3.*\"), j'"
check "captions tell it" sh -c "$LOSSGRID plot kept.landscape --out kept.svg && test -s kept.svg"
refuse "other layers are another landscape" 1 'layers=fc2.*,fc3.*; asked for: random norm=filter ignore=biasbn seed=0 layers=fc3.*' \
    "$LOSSGRID" surface run --layers 'fc3.*' --x=-1:1:5 --y=-1:1:5 --split both --out kept.landscape
refuse "no such layer" 1 'fc9.*: no parameter of lenet5 that moves has such a name' "$LOSSGRID" surface run --layers 'fc9.*' --out a.landscape
for directions in pca hessian; do
    check "directions $directions" "$LOSSGRID" surface run --directions $directions --layers 'fc3.*' --limit 16 --x=-1:1:3 --y=-1:1:3 --out $directions.landscape
    check "of these layers" sh -c "$LOSSGRID info $directions.landscape | grep -q '^directions: .*layers=fc3'"
done
refuse "not between solutions" 2 "--to gives the directions: --layers is without effect" "$LOSSGRID" surface run --to x --layers 'fc3.*' --out a.landscape
refuse "not of a file" 2 "--layers restricts directions that are made here; d.safetensors says itself what moves" \
    "$LOSSGRID" surface run --directions d.safetensors --layers 'fc3.*' --out a.landscape
