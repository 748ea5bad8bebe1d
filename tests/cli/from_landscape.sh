#!/usr/bin/env bash
# A landscape stands for what it is of: surface goes on with it or makes another one of it, eval and
# curvature take its network and images. What has moved is named.
. "$(dirname "$0")/common.bash"
make_data data
points() { sqlite3 "$1" "select * from points order by split, iy, ix" | sed 's/|[^|]*$//' | md5sum; }
loss() { python3 -c 'import json, sys; print(json.load(sys.stdin)["loss"])'; }
centre() { sqlite3 "$1" "select loss from surface where x = 0 and y = 0"; }
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 2 --lr 0.05 --quiet --out run
mkdir elsewhere
grid=(--x=-1:1:5 --y=-1:1:3)

# Half of the points, then the rest without saying of what.
"$LOSSGRID" surface run --limit 40 --sample --seed 3 "${grid[@]}" --quiet --out whole.landscape >log 2>&1
cp whole.landscape half.landscape
sqlite3 half.landscape "delete from points where iy > 0"
check "the rest of a surface" sh -c 'cd elsewhere && "$LOSSGRID" surface ../half.landscape --quiet'
check "has the same points" test "$(points half.landscape)" = "$(points whole.landscape)"
check "eigenvalues" "$LOSSGRID" surface half.landscape --curvature --quiet
check "are at all points" test "$(sqlite3 half.landscape 'select count(*) from curvature')" = 15
check "and change none" test "$(points half.landscape)" = "$(points whole.landscape)"
check "a closer look" "$LOSSGRID" surface whole.landscape --x=-0.1:0.1:3 --y=-0.1:0.1:3 --quiet --out closer.landscape
check "has the same centre" test "$(centre closer.landscape)" = "$(centre whole.landscape)"
check "and the same directions" test "$(sqlite3 closer.landscape "select value from metadata where key = 'plane_digest'")" = \
    "$(sqlite3 whole.landscape "select value from metadata where key = 'plane_digest'")"
check "the landscape is as it was" test "$(sqlite3 whole.landscape 'select count(*) from points')" = 15
refuse "another grid of the same file" 1 "its grid is x -1:1:5" "$LOSSGRID" surface whole.landscape --x=-1:1:9 --y=-1:1:9
check "other directions" "$LOSSGRID" surface whole.landscape --directions random --seed 4 "${grid[@]}" --quiet --out other.landscape
check "have the same centre" test "$(centre other.landscape)" = "$(centre whole.landscape)"
refuse "a seed of directions that are there" 2 "the directions are those of the landscape: --seed is without effect" \
    "$LOSSGRID" surface whole.landscape --seed 5

# The grid's points have the bits of eval.
"$LOSSGRID" eval whole.landscape --quiet --json >eval.json
check "eval of its network and images" test "$(loss <eval.json)" = "$(loss < <("$LOSSGRID" eval run --limit 40 --sample --quiet --json))"
check "curvature of its network and images" test "$("$LOSSGRID" curvature whole.landscape --top 1 --smallest 0 --quiet)" = \
    "$("$LOSSGRID" curvature run --limit 40 --sample --top 1 --smallest 0 --quiet)"

# Other kinds: both splits, principal components, a line to a solution with its statistics, repeated lines.
for kind in "--split both" "--directions pca --split train" "--to run/epoch-001.safetensors --bn states" "--bn recalibrate --bn-images 30" "--repeat 3"; do
    at=("${grid[@]}")
    case $kind in --to* | --repeat*) at=(--x=0:1:3) ;; esac
    rm -f kind.landscape
    # shellcheck disable=SC2086  # words
    "$LOSSGRID" surface run --limit 40 $kind "${at[@]}" --quiet --out kind.landscape >log 2>&1
    before=$(points kind.landscape)
    sqlite3 kind.landscape "delete from points where ix > 0"
    again=()
    case $kind in --to*) again=(--to run/epoch-001.safetensors) ;; esac # the other solution is not in the file
    check "the rest of $kind" "$LOSSGRID" surface kind.landscape "${again[@]}" --quiet
    check "has its points" test "$(points kind.landscape)" = "$before"
done

# Weights that are named, and what has moved.
cp run/epoch-001.safetensors named.safetensors
"$LOSSGRID" surface --model resnet20:width=0.25 --weights named.safetensors --data data --limit 40 "${grid[@]}" --quiet --out named.landscape >log 2>&1
before=$(points named.landscape)
sqlite3 named.landscape "delete from points where iy = 1"
mv named.safetensors moved.safetensors
refuse "weights that have moved" 1 "its weights are no more where they were, $tmp/named.safetensors: --weights says where they are" \
    "$LOSSGRID" surface named.landscape
check "said where" "$LOSSGRID" surface named.landscape --weights moved.safetensors --quiet
check "they give its points" test "$(points named.landscape)" = "$before"
refuse "other weights" 1 "named.landscape: it is of other weights" "$LOSSGRID" eval named.landscape --weights run/epoch-002.safetensors
mv data moved-data
refuse "data that have moved" 1 "its data are no more where they were, $tmp/data: --data says where they are" "$LOSSGRID" eval whole.landscape
check "said where" "$LOSSGRID" eval whole.landscape --data moved-data
sqlite3 whole.landscape "delete from metadata where key = 'weights'"
refuse "a file that does not say" 1 "it does not say where its weights are: give --weights" "$LOSSGRID" eval whole.landscape --data moved-data
