#!/usr/bin/env bash
# Weights are held against images with the loss that was chosen, and pictures name it.
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy
if ! $python -c "import numpy" 2>/dev/null; then
    echo "ok - guessing of other losses # SKIP no numpy"
    exit 0
fi
$python - <<'PY'
import numpy as np
r = np.random.default_rng(1)
x = r.normal(size=(300, 1, 4, 4)).astype(np.float32)
t = x.reshape(300, 16)[:, :2] + 5
np.savez("targets.npz", x_train=x, y_train=t.astype(np.float32), x_test=x, y_test=t.astype(np.float32))
labels = (x[:, 0, 0, 0] > 0).astype(np.int64)
np.savez("labels.npz", x_train=x, y_train=labels, x_test=x, y_test=labels)
PY
cat >net.net <<'NET'
flatten
fc = linear outputs=classes
NET
cat >log.net <<'NET'
flatten
fc = linear outputs=classes
log_softmax
NET
# try LOSS DATA [NETWORK]: a trained network is in order, one with other weights is doubtful.
try() {
    local loss=$1 data=$2 net=${3:-net.net} name=
    name=$(echo "$1-$2" | tr -c "a-z\n" _)
    "$LOSSGRID" train --model "$net" --data "$data" --loss "$loss" --epochs 30 --lr 0.05 --quiet --no-test --out "$name" 2>log
    "$LOSSGRID" eval --model "$net" --weights "$name/epoch-030.safetensors" --data "$data" --loss "$loss" >out 2>said
    check "$loss: trained weights are in order" sh -c '! grep warning said'
    "$LOSSGRID" eval --model "$net" --weights other.npz --data "$data" --loss "$loss" >out 2>said
    check "$loss: others are not" grep -q "not below the .* of guessing" said
    cat said >>log
}
$python - <<'PY'
import numpy as np
r = np.random.default_rng(2)
np.savez("other.npz", **{"fc.weight": r.normal(size=(2, 16)).astype(np.float32) * 3, "fc.bias": np.float32([4, -4])})
PY
for loss in mse mae; do try $loss targets.npz; done
for loss in cross-entropy:smoothing=0.05 mse:onehot=1 bce:onehot=1; do try $loss labels.npz; done
try nll labels.npz log.net
# The variance of the targets is 1: guessing their means.
"$LOSSGRID" eval --model net.net --weights other.npz --data targets.npz --loss mse >out 2>said
$python - <<'PY' >want
import numpy as np
print("%.4g" % np.load("targets.npz")["y_train"].astype(float)[np.load("targets.npz")["y_train"].any(1)].var(0).mean())
PY
near=$(sed -n 's/.*not below the \([0-9.]*\) of guessing.*/\1/p' said)
check "guessing the means has about the variance of the targets" $python -c "assert abs($near - $(cat want)) < 0.1"
# An L2 term is no fault of the weights.
"$LOSSGRID" eval --model net.net --weights mse_onehot____labels_npz/epoch-030.safetensors --data labels.npz --loss mse:onehot=1 --l2 9 >out 2>said
check "the L2 term does not count" sh -c '! grep warning said'
