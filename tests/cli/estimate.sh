#!/usr/bin/env bash
# The surface of all images from some of them: right, the same bits however it was interrupted, and gone on with.
. "$(dirname "$0")/common.bash"
make_data data
"$LOSSGRID" train --model mlp --data data --epochs 3 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
surface=(surface run --x=-1:1:13 --y=-1:1:13 --split train --quiet)
estimate=("${surface[@]}" --estimate 0.3)
check "a surface is estimated" "$LOSSGRID" "${estimate[@]}" --threads 2 --out whole.landscape
check "and evaluated, to compare" "$LOSSGRID" "${surface[@]}" --out exact.landscape
points whole.landscape >whole.points
points exact.landscape >exact.points

check "coarse points are exact, the others near" python3 - <<'PY'
import csv, sqlite3
rows = [list(csv.DictReader(open(f))) for f in ("whole.points", "exact.points")]
assert len(rows[0]) == len(rows[1]) == 169
same = sum(a == b for a, b in zip(*rows))
assert same == 13, same
errors = sorted(abs(float(a["loss"]) / float(b["loss"]) - 1) for a, b in zip(*rows))
assert errors[len(errors) // 2] < 0.05 and errors[-1] < 0.5, errors[-5:]
truth = {(int(b["iy"]), int(b["ix"])): float(b["loss"]) for b in rows[1]}
estimates = sqlite3.connect("whole.landscape").execute("select iy, ix, low, high, images from estimates").fetchall()
held = sum(low <= truth[iy, ix] <= high for iy, ix, low, high, _ in estimates)
assert len(estimates) == 156 and held > 0.85 * 156, (len(estimates), held)
images = [n for *_, n in estimates]
# Half of what is left for the samples is shared out evenly.
assert min(images) >= (0.3 * 169 - 13) * 300 // 156 // 2 and max(images) > 58, (min(images), max(images))
assert 13 * 300 + sum(images) <= 0.3 * 169 * 300
PY

check "in one thread" "$LOSSGRID" "${estimate[@]}" --threads 1 --out one.landscape
points one.landscape >one.points
check "one thread gives the same bits" cmp whole.points one.points

for seconds in 0.1 0.2 0.3 0.4; do
    "$LOSSGRID" "${estimate[@]}" --out killed.landscape >log 2>&1 &
    child=$!
    sleep $seconds
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
done
check "an estimate goes on after kill -9" "$LOSSGRID" "${estimate[@]}" --out killed.landscape
points killed.landscape >killed.points
check "it ends with the same bits" cmp whole.points killed.points

for i in 1 2; do "$LOSSGRID" "${estimate[@]}" --out shared.landscape >log.$i 2>&1 & done
wait
points shared.landscape >shared.points
check "so it does where two processes are at it" cmp whole.points shared.points

cp whole.landscape more.landscape
check "a larger share goes on" "$LOSSGRID" "${surface[@]}" --estimate 0.6 --out more.landscape
check "with smaller errors at all points" python3 - <<'PY'
import sqlite3
of = [dict(((iy, ix), (e, n)) for iy, ix, e, n in sqlite3.connect(f).execute("select iy, ix, error, images from estimates"))
      for f in ("whole.landscape", "more.landscape")]
assert all(of[1][p][1] >= of[0][p][1] for p in of[0])
rms = [sum(e * e for e, _ in o.values()) for o in of]
assert rms[1] < 0.6 * rms[0], rms
PY
points more.landscape >before.points
check "a smaller share has nothing to do" "$LOSSGRID" "${estimate[@]}" --out more.landscape
points more.landscape >after.points
check "and leaves what is there" cmp before.points after.points

check "what was estimated is evaluated without --estimate" "$LOSSGRID" "${surface[@]}" --out more.landscape
points more.landscape >all.points
check "and is exact then" cmp exact.points all.points

cp whole.landscape wanted.landscape
check "an error is asked for" "$LOSSGRID" "${surface[@]}" --estimate-error 0.02 --out wanted.landscape
check "and is had at all points" python3 - <<'PY'
import sqlite3
rows = sqlite3.connect("wanted.landscape").execute("select error / loss, images from estimates").fetchall()
assert len(rows) == 156 and max(e for e, _ in rows) <= 0.02, max(rows)
assert max(n for _, n in rows) > min(n for _, n in rows)
PY
for seconds in 0.1 0.2 0.3; do
    "$LOSSGRID" "${surface[@]}" --estimate-error 0.02 --out error.landscape >log 2>&1 &
    child=$!
    sleep $seconds
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
done
check "killed, it goes on" "$LOSSGRID" "${surface[@]}" --estimate-error 0.02 --out error.landscape
check "without a kill" "$LOSSGRID" "${surface[@]}" --estimate-error 0.02 --out error2.landscape
points error.landscape >error.points
points error2.landscape >error2.points
check "it is the same to the bit" cmp error.points error2.points

cp whole.landscape copy.landscape
check "a merge takes what is exact" "$LOSSGRID" merge copy.landscape --out merged.landscape
check "and nothing else" sh -c '"$LOSSGRID" info merged.landscape --json >json && grep -q "\"evaluated\":[^0-9]*13,$" json && ! grep -q "\"estimate" json'

refuse "a share that is too small" 1 "a share of 0.05 is too small for a grid of 169 points and 300 images" \
    "$LOSSGRID" "${surface[@]}" --estimate 0.05 --out small.landscape
refuse "another seed" 1 "whole.landscape: its estimates: coarse=13 samples=own seed=0; asked for: coarse=13 samples=own seed=1" \
    "$LOSSGRID" "${estimate[@]}" --estimate-seed 1 --out whole.landscape
refuse "both a share and an error" 2 "one of them" \
    "$LOSSGRID" "${estimate[@]}" --estimate-error 0.02 --out both.landscape
refuse "a seed without an estimate" 2 "--estimate-seed goes with --estimate" \
    "$LOSSGRID" "${surface[@]}" --estimate-seed 1 --out seed.landscape
refuse "eigenvalues" 2 "--estimate goes without --curvature" \
    "$LOSSGRID" "${estimate[@]}" --curvature --out c.landscape
refuse "a share of 2" 2 "--estimate" "$LOSSGRID" "${surface[@]}" --estimate 2 --out two.landscape
points whole.landscape >last.points
check "what was refused changed nothing" cmp whole.points last.points

# damage STATEMENT: a copy of the file in which it was run.
damage() {
    cp whole.landscape damaged.landscape
    python3 -c 'import sqlite3, sys; c = sqlite3.connect("damaged.landscape"); c.execute(sys.argv[1]); c.commit()' "$1"
}
damage "update image_losses set first = 5 where first = 0"
refuse "pieces that do not follow each other" 1 "expected them to follow the 0 before" "$LOSSGRID" "${estimate[@]}" --out damaged.landscape
damage "update image_losses set losses = x'0000' where first = -1"
refuse "losses of no whole number of images" 1 "expected four bytes and a mark each" "$LOSSGRID" "${estimate[@]}" --out damaged.landscape
damage "update image_losses set losses = zeroblob(8), correct = zeroblob(2) where first = -1"
refuse "a coarse point of two images" 1 "2 losses of images from place -1" "$LOSSGRID" "${estimate[@]}" --out damaged.landscape
damage "update estimates set loss = 'much'"
refuse "an estimate that is text" 1 "a value of loss is text; expected a number" "$LOSSGRID" info damaged.landscape
damage "update estimates set ix = 13 where ix = 12"
refuse "an estimate beyond the grid" 1 "an estimate at iy" "$LOSSGRID" info damaged.landscape

"$LOSSGRID" info whole.landscape >told 2>log
check "what was estimated is told" grep -qE "^train  169 of 169 points, 156 of them estimated" told
check "and how well it went" grep -qE "coarse points, each from the others: .* of 13 within their intervals" told
check "of accuracies too" grep -qE "their accuracies: [0-9.]+ points off, [0-9.]+ predicted; [0-9]+ of 13 within" told
check "in JSON, in tables and in arrays too" python3 - <<'PY'
import csv, json, os, subprocess
lossgrid = os.environ["LOSSGRID"]
for ending in "csv", "npz", "vti", "ply":
    subprocess.run([lossgrid, "export", "whole.landscape", "--quiet", "--out", "all." + ending], check=True)
told = json.loads(subprocess.run([lossgrid, "info", "whole.landscape", "--json"], check=True, capture_output=True).stdout)
e = told["splits"]["train"]["estimate"]
assert (e["exact"], e["estimated"], e["images"], e["checked"]) == (13, 156, 300, 13), e
assert 0.25 < e["share_of_work"] <= 0.3 and e["median_relative_error"] < e["largest_relative_error"], e
rows = list(csv.DictReader(open("all.csv")))
assert sum(r["estimated"] == "1" for r in rows) == 156
for r in rows:
    low, loss, high = (float(r[k]) for k in ("low", "loss", "high"))
    assert low <= loss <= high and (low == high) == (r["images"] == "300"), r
    assert 0 <= float(r["accuracy_low"]) <= float(r["accuracy_high"]) <= 100
assert b"estimated from" in open("all.ply", "rb").read(2000) and b'Name="low"' in open("all.vti", "rb").read()
import zipfile
assert {"low_train.npy", "high_train.npy", "estimated_train.npy"} < set(zipfile.ZipFile("all.npz").namelist())
PY
check "it is drawn" "$LOSSGRID" plot whole.landscape --log --out whole.png
