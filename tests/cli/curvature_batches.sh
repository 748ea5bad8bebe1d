#!/usr/bin/env bash
# curvature --batches: eigenvalues of mini-batches beside those of all images.
. "$(dirname "$0")/common.bash"
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --quiet --no-test --out run
"$LOSSGRID" curvature run --split train --batches 4 --batch 75 --top 2 --smallest 1 --json --quiet >out 2>log
check "of 300 images in four mini-batches" python3 - <<'PY'
import json
r = json.load(open("out"))
b = r["batches"]
assert (b["count"], b["images"], len(b["top"]), len(b["smallest"])) == (4, 75, 2, 1), b
top = b["top"][0]
assert len(top["values"]) == 4 and top["least"] == min(top["values"]) and top["most"] == max(top["values"])
mean = sum(top["values"]) / 4
assert abs(top["mean"] - mean) < 1e-6 * mean
deviation = (sum((v - mean) ** 2 for v in top["values"]) / 3) ** 0.5
assert abs(top["standard_deviation"] - deviation) < 1e-6 * mean
# The largest eigenvalue is a convex function of the matrix, the smallest a concave one.
assert top["mean"] > r["top"][0]["value"] and b["smallest"][0]["mean"] < r["smallest"][0]["value"]
PY
"$LOSSGRID" curvature run --split train --batches 4 --batch 75 --smallest 0 --quiet >said 2>log
check "in words" grep -q "^largest .* deviation .* to .*; of all images" said
"$LOSSGRID" curvature run --split train --batches 4 --batch 75 --top 2 --smallest 1 --json --quiet --threads 1 >one 2>log
check "the same bits with one thread" cmp <(grep -v seconds out) <(grep -v seconds one)
refuse "more than there are" 1 "mini-batch 4 of 75 images; there are 300" "$LOSSGRID" curvature run --split train --batches 5 --batch 75 --smallest 0 --quiet
refuse "a size without a number" 2 "--batch goes with --batches" "$LOSSGRID" curvature run --batch 75
