#!/usr/bin/env bash
# The directions of a landscape as a file: read again, they make the same landscape. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's modules
[ -x $python ] || python=python3
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --quiet --out run
points() { sqlite3 "$1" "select split, iy, ix, loss from points order by 1, 2, 3"; }
digest() { sqlite3 "$1" "select value from metadata where key = 'plane_digest'"; }
for kind in "random --y=-1:1:2" "pca --y=-1:1:2" "line"; do
    way=${kind%% *}
    chosen=(--directions "$way") rest=${kind#"$way"}
    [ "$way" != line ] || chosen=()
    # shellcheck disable=SC2086  # words
    "$LOSSGRID" surface run --limit 20 "${chosen[@]}" --x=-1:1:3 $rest --quiet --out "$way.landscape" 2>log
    check "$way as .safetensors" "$LOSSGRID" export "$way.landscape" --directions "$way.safetensors" --quiet
    # shellcheck disable=SC2086  # words
    check "are directions" "$LOSSGRID" surface run --limit 20 --directions "$way.safetensors" --x=-1:1:3 $rest --quiet --out again.landscape
    check "of the same plane" test "$(digest again.landscape)" = "$(digest "$way.landscape")"
    check "with the same losses" test "$(points again.landscape)" = "$(points "$way.landscape")"
    rm -f again.landscape
done
check "it says what it wrote" sh -c '"$LOSSGRID" export random.landscape --directions d.safetensors --out d.csv --json | grep -q "\"written\":.*\[\"d.csv\", \"d.safetensors\"\]"'
refuse "another format" 1 "d.csv: its ending names no format of directions" "$LOSSGRID" export random.landscape --directions d.csv
printf 'x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n' >theirs.csv
"$LOSSGRID" import theirs.csv --out theirs.landscape --quiet
for file in theirs.csv theirs.landscape; do
    refuse "$file has none" 1 "$file: has no directions: imported from theirs.csv" "$LOSSGRID" export $file --directions d.safetensors
done
mv run moved
refuse "a network that has moved" 1 "--weights says where" "$LOSSGRID" export random.landscape --directions d.safetensors
check "and where it is" sh -c 'rm -f d.safetensors && "$LOSSGRID" export random.landscape --directions d.safetensors --weights moved/epoch-003.safetensors --quiet && cmp d.safetensors random.safetensors'
mv moved run

if ! "$LOSSGRID" export random.landscape --directions random.h5 --quiet 2>log; then
    grep -q "built without libhdf5" log && echo "ok - .h5 # SKIP built without libhdf5" || fail "directions as .h5"
    exit 0
fi
"$LOSSGRID" surface run --limit 20 --directions random.h5 --x=-1:1:3 --y=-1:1:2 --quiet --out h5.landscape
check ".h5 is of the same plane" test "$(digest h5.landscape)" = "$(digest random.landscape)"
if ! $python -c 'import h5py' 2>/dev/null; then
    echo "ok - read by h5py # SKIP no h5py"
    exit 0
fi
check "h5py sees them as the scripts number them" $python -c '
import json, struct
import h5py
import numpy as np
raw = open("random.safetensors", "rb").read()
n = struct.unpack("<Q", raw[:8])[0]
with h5py.File("random.h5") as f:
    assert sorted(f) == ["xdirection", "ydirection"]
    for axis in "xy":
        names = [k for k in json.loads(raw[8:8 + n]) if k.startswith(axis + "/")]
        entries = [json.loads(raw[8:8 + n])[k] for k in names]
        entries.sort(key=lambda e: e["data_offsets"])
        group = f[axis + "direction"]
        assert sorted(group, key=int) == [str(i) for i in range(len(entries))]
        for i, e in enumerate(entries):
            values = np.frombuffer(raw[8 + n:][slice(*e["data_offsets"])], "<f4").reshape(e["shape"])
            assert np.array_equal(group[str(i)][()], values), (axis, i)'
