#!/usr/bin/env bash
# ImageNet's number of classes, from arrays and from folders: training, evaluation, a surface, and
# the networks of the zoo that have a thousand outputs.
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy
if ! $python -c "import numpy" 2>/dev/null; then
    echo "ok - a thousand classes # SKIP no numpy"
    exit 0
fi
# A class is one of 1000 pairs of lit pixels: a linear layer can learn it.
$python - <<'PY'
import numpy as np
y = np.arange(2000, dtype=np.uint16) % 1000
x = np.zeros((2000, 1, 8, 8), np.uint8)
for i, c in enumerate(y):
    x[i, 0, c // 32 // 8, c // 32 % 8] = x[i, 0, 4 + c % 32 // 8, c % 8] = 255
np.savez("data.npz", x_train=x, y_train=y, x_test=x[:1000], y_test=y[:1000].astype(np.int64))
PY
cat >net.net <<'NET'
flatten
fc = linear outputs=classes
NET
check "training" "$LOSSGRID" train --model net.net --data data.npz --epochs 20 --lr 5 \
    --mean 0 --std 1 --quiet --out run
"$LOSSGRID" eval run --split test --json >said 2>log
check "the loss is below guessing's ln 1000" \
    $python -c 'import json; r = json.load(open("said")); assert r["loss"] < 5 and r["accuracy"] > 90, r'
cat said >>log
check "a surface" "$LOSSGRID" surface run --x -1:1:3 --y -1:1:3 --quiet --out run.landscape
check "whose centre has the model's loss" \
    sh -c '"$LOSSGRID" eval run --json >centre && "$LOSSGRID" export run.landscape --quiet --out points.csv &&
    '$python' -c "
import csv, json
rows = [r for r in csv.DictReader(open(\"points.csv\")) if float(r[\"x\"]) == 0 and float(r[\"y\"]) == 0]
assert abs(float(rows[0][\"loss\"]) - json.load(open(\"centre\"))[\"loss\"]) < 1e-6, rows"'
for model in mobilenetv2:width=0.25 vit-tiny:width=0.125,patch=2 densenet40:width=0.25; do
    check "$model has 1000 outputs" "$LOSSGRID" train --model $model --data data.npz --epochs 1 \
        --limit 100 --batch 50 --quiet --no-test --out "${model%%:*}"
done
check "weights of a thousand classes are told by their tensors" \
    sh -c '"$LOSSGRID" eval --model auto --weights mobilenetv2/epoch-001.safetensors --data data.npz >said 2>&1;
    cat said; grep -q "mobilenetv2:width=0.25" said'
