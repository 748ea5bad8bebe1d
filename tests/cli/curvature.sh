#!/usr/bin/env bash
# Eigenvalues, trace and density; eigenvectors as directions; eigenvalues at each point and their map.
. "$(dirname "$0")/common.bash"
make_data data
check "training" "$LOSSGRID" train --model resnet20:width=0.125 --data data --epochs 2 --lr 0.05 --batch 32 --quiet --out run
ours=(curvature run --limit 40 --quiet)

"$LOSSGRID" "${ours[@]}" --threads 1 --top 3 --smallest 2 --trace 4 --density d.csv --density d.svg --nodes 20 --json >one.json 2>log
"$LOSSGRID" "${ours[@]}" --threads 2 --top 3 --smallest 2 --trace 4 --density d2.csv --nodes 20 --json >two.json 2>>log
cat >figures.py <<'PY'
import csv, json
one, two = json.load(open("one.json")), json.load(open("two.json"))
loss = json.load(open("eval.json"))["loss"]
assert abs(one["loss"] - loss) < 1e-5 * loss, loss
assert one["images"] == 40 and "error" not in one and one["ignore"] == "biasbn" and one["trace"]["vectors"] == 4
top, smallest = [e["value"] for e in one["top"]], [e["value"] for e in one["smallest"]]
assert len(top) == 3 and top == sorted(top, reverse=True) and len(smallest) == 2 and smallest == sorted(smallest)
assert all(e["converged"] and e["residual"] < 0.01 * top[0] for e in one["top"] + one["smallest"])
for key in ("top", "smallest", "trace", "loss", "gradient_norm"):
    assert one[key] == two[key], key
rows = list(csv.DictReader(open("d.csv")))
assert open("d.csv").read() == open("d2.csv").read()
assert len(rows) == 40 and abs(sum(float(r["weight"]) for r in rows) - 2) < 1e-9
assert abs(max(float(r["eigenvalue"]) for r in rows) - top[0]) < 0.01 * top[0]
PY
"$LOSSGRID" eval run --limit 40 --json >eval.json
check "figures, the same in any number of threads" python3 figures.py
check "the density's picture" grep -q "<svg" d.svg
check "as text" "$LOSSGRID" "${ours[@]}"
cp log text
check "the largest, with its residual" grep -qE "^largest +[0-9.]+ +residual" text
check "a set that does not converge is told" grep -q "not converged" <("$LOSSGRID" "${ours[@]}" --steps 3)
check "all parameters" grep -q "ignore=none" <("$LOSSGRID" "${ours[@]}" --ignore none)

check "eigenvectors as directions" "$LOSSGRID" surface run --directions hessian --limit 40 --x=-1:1:3 --y=-1:1:3 --quiet --out h.landscape
"$LOSSGRID" info h.landscape --json >info.json
check "their eigenvalues are kept" python3 -c 'import json
m, top = json.load(open("info.json"))["metadata"], json.load(open("one.json"))["top"]
assert all(abs(float(m["eigenvalue_" + a]) - top[i]["value"]) < 1e-4 * top[0]["value"] for i, a in enumerate("xy"))'
check "the same command goes on" "$LOSSGRID" surface run --directions hessian --limit 40 --x=-1:1:3 --y=-1:1:3 --quiet --out h.landscape

curvature=(surface run --limit 40 --x=-0.5:0.5:3 --y=-0.5:0.5:3 --quiet)
check "a surface" "$LOSSGRID" "${curvature[@]}" --out a.landscape
refuse "has no convexity" 1 "it holds no eigenvalues; lossgrid surface --curvature adds them" "$LOSSGRID" plot a.landscape --field convexity --out a.png
check "until it is added" "$LOSSGRID" "${curvature[@]}" --curvature --out a.landscape
check "a map of standard errors" "$LOSSGRID" plot a.landscape --field standard-error --out e.svg
check "its bar has the loss's unit" grep -q "standard error of the test loss (nats per image)" e.svg
check "a map of convexity" "$LOSSGRID" plot a.landscape --field convexity --out a.svg
check "nine rows" test "$(sqlite3 a.landscape 'select count(*) from surface natural join curvature where max_eigenvalue > min_eigenvalue')" = 9
check "info tells of it" grep -q "Hessian  at 9 of 9 points" <("$LOSSGRID" info a.landscape)
check "the centre is what curvature says" python3 - <<'PY'
import json, sqlite3
low, high = sqlite3.connect("a.landscape").execute("select min_eigenvalue, max_eigenvalue from curvature where ix = 1 and iy = 1").fetchone()
one = json.load(open("one.json"))
top, smallest = one["top"][0]["value"], one["smallest"][0]["value"]
assert abs(high / top - 1) < 0.001 and abs(low - smallest) < 0.01 * top, (low, high)
PY
check "a line" "$LOSSGRID" surface run --limit 40 --x=-0.5:0.5:3 --curvature --quiet --out line.landscape
check "its curve" "$LOSSGRID" plot line.landscape --field convexity --out line.svg

refuse "nothing to do" 2 "nothing to do" "$LOSSGRID" curvature run --top 0 --smallest 0
refuse "--vectors alone" 2 "--vectors goes with --density" "$LOSSGRID" curvature run --vectors 3
refuse "a density of no format" 2 "expected .csv, .png, .jpg, .jpeg, .svg or .pdf" "$LOSSGRID" curvature run --density d.txt
refuse "too few steps" 2 "--steps=2: expected at least as many as the 3 eigenvalues" "$LOSSGRID" curvature run --steps 2
refuse "a folder that is not there" 1 "nowhere/d.csv" "$LOSSGRID" "${ours[@]}" --top 1 --smallest 0 --nodes 2 --density nowhere/d.csv
refuse "--ignore with directions of a file" 2 "--ignore is about random directions" "$LOSSGRID" surface run --directions d.safetensors --ignore none --out b
python3 - <<'PY'
import json, struct
data = bytearray(open("run/epoch-002.safetensors", "rb").read())
n = struct.unpack("<Q", data[:8])[0]
at = 8 + n + json.loads(data[8:8 + n])["conv1.weight"]["data_offsets"][0]
data[at:at + 4] = struct.pack("<f", float("nan"))
open("nan.safetensors", "wb").write(data)
PY
refuse "weights of NaN" 1 "the loss of resnet20:width=0.125 over the 40 images is nan; derivatives need a finite one" \
    "$LOSSGRID" curvature --model resnet20:width=0.125 --weights nan.safetensors --data data --limit 40

# Stopped when a tenth of the trace is told: then a few of its products are done, and most are not.
"$LOSSGRID" curvature run --trace 20000 >out 2>log &
child=$!
for _ in $(seq 3000); do
    grep -q "^trace: product" log && break
    sleep 0.02
done
kill -INT $child
wait $child
code=$?
if [ "$code" -eq 130 ] && grep -q "^largest" out && grep -qE "^trace .*random vectors" out; then pass "Ctrl-C keeps what was found"; else
    echo "exit code $code" >>log
    cat out >>log
    fail "Ctrl-C keeps what was found"
fi
