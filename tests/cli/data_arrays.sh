#!/usr/bin/env bash
# Arrays of a data loader: the same images, dumped as floats and as bytes by numpy, give the same
# loss as the data set that they are of.
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --quiet --no-test --out run
if ! $python -c "import numpy" 2>/dev/null; then
    echo "ok - arrays of numpy # SKIP no numpy"
    exit 0
fi
$python - <<'PY'
import gzip, numpy as np
def read(name, header):
    return np.frombuffer(open("data/" + name, "rb").read()[header:], np.uint8)
arrays = {}
for split, prefix in (("train", "train"), ("test", "t10k")):
    y = read(prefix + "-labels-idx1-ubyte", 8).astype(np.int64)
    x = read(prefix + "-images-idx3-ubyte", 16).reshape(len(y), 1, 12, 12)
    arrays["x_" + split], arrays["y_" + split] = x, y
np.savez("bytes.npz", **arrays)
mean, std = np.float32(0.2860), np.float32(0.3530)
floats = {k: (v.astype(np.float32) / np.float32(255) - mean) / std if k[0] == "x" else v for k, v in arrays.items()}
np.savez_compressed("floats.npz", **floats)
np.savez("test.npz", x=floats["x_test"], y=floats["y_test"].astype(np.int32)[:, None])
np.savez("fortran.npz", x=np.asfortranarray(floats["x_test"]), y=floats["y_test"])
np.savez("none.npz", z=floats["x_test"])
PY
loss() { "$LOSSGRID" eval run --data "$1" --json --quiet | grep -E '"(loss|accuracy|images)"'; }
loss data >expected
for file in bytes floats test fortran; do
    loss $file.npz >got 2>log
    check "$file.npz gives the loss of its data set" cmp expected got
done
mkdir folder
cp test.npz folder/val.npz
loss folder >got
check "a folder of val.npz" cmp expected got
"$LOSSGRID" eval run --data test.npz --json >out 2>said
check "a file of x and y is the training split" grep -q '"split":.*"train"' out
check "which is said" grep -q "there is no x_test; these are its training images" said
refuse "and is not the test split" 1 "no test images" "$LOSSGRID" eval run --data test.npz --split test
refuse "no x" 1 "no x among its 1 arrays; expected x and y, or x_train and y_train" "$LOSSGRID" eval run --data none.npz --split train
"$LOSSGRID" eval run --data floats.npz --mean 0.5 --std 0.5 --json >got 2>said
check "a mean does nothing to floats" cmp expected <(grep -E '"(loss|accuracy|images)"' got)
check "which is said" grep -q "images of floats are taken as they are" said
check "training on floats" "$LOSSGRID" train --model resnet20:width=0.25 --data floats.npz --epochs 1 --limit 100 --augment --out floats
check "and evaluating the run" sh -c '"$LOSSGRID" eval floats --json | grep -q "\"images\":.*100"'
check "info says what it is" sh -c '"$LOSSGRID" info floats.npz'
