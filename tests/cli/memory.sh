#!/usr/bin/env bash
# --memory of lossgrid surface: how many points are in work, and the same bits.
. "$(dirname "$0")/common.bash"
make_data data
check "a run" "$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --quiet --out run
surface=(surface run --limit 100 --x=-1:1:7 --y=-1:1:7 --threads 4)

check "as many points as threads" "$LOSSGRID" "${surface[@]}" --out all.landscape
cp log said
check "it is said" grep -qE '4 points in work, 1 thread each, [0-9]+ MB of weights$' said
points all.landscape >all.points

refuse "too little is refused" 1 "memory of 1024 bytes for weights; those of one point of" \
    "$LOSSGRID" "${surface[@]}" --memory 1K --out small.landscape
bytes=$(sed -nE 's/.* take ([0-9]+)$/\1/p' log)

check "memory for one point" "$LOSSGRID" "${surface[@]}" --memory "$bytes" --out one.landscape
cp log said
check "one is not said" test -z "$(grep "in work" said)"
points one.landscape >one.points
check "it gives the same points" cmp all.points one.points

check "memory for two points" "$LOSSGRID" "${surface[@]}" --memory $((2 * bytes + 1)) --out two.landscape
cp log said
check "two share the threads" grep -qE '2 points in work, 2 threads each' said
points two.landscape >two.points
check "they give the same points" cmp all.points two.points

for wrong in 0 12Q none; do
    refuse "--memory $wrong is refused" 2 "--memory" "$LOSSGRID" "${surface[@]}" --memory $wrong --out wrong.landscape
done
