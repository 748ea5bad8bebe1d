#!/usr/bin/env bash
# Surfaces as arrays: numpy's layouts give one surface, whichever way they are written; and the
# reference's HDF5 files, as its scripts lay them out. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's modules
[ -x $python ] || python=python3

# same FILE: it holds the surface of first.csv.
same() {
    "$LOSSGRID" export "$1" --out "$1.csv" --quiet && cut -d, -f 4-6 "$1.csv" | cmp - first
}

$python - <<'PY'
import numpy as np
x, y = np.linspace(-1, 1, 9), np.linspace(0, 1, 5)
X, Y = np.meshgrid(x, y)
Z = X * X + 2 * Y + 0.25
with open("first.csv", "w") as out:
    out.write("x,y,test_loss\n")
    for j in range(5):
        for i in range(9):
            out.write(f"{x[i]!r},{y[j]!r},{Z[j, i]!r}\n".replace("np.float64(", "").replace(")", ""))
np.savez("rows.npz", x=x, y=y, test_loss=Z)
np.savez_compressed("columns.npz", alpha=x, beta=y, loss_test=np.asfortranarray(Z.T))
np.savez("meshgrid.npz", X=X[:, ::-1], Y=Y[:, ::-1], val_losses=Z[:, ::-1])
np.savez("list.npz", x=X.ravel(), y=Y.ravel(), test_loss=Z.ravel(), idle=np.zeros(3))
np.save("bare.npy", Z)
np.savez("shape.npz", x=x, y=y, loss=Z[:, :-1])
np.savez("none.npz", x=x, y=y)
np.savez("both.npz", x=x, train_loss=x * x, test_loss=x * x + 1, test_acc=90 - x)
PY
"$LOSSGRID" export first.csv --out again.csv --quiet && cut -d, -f 4-6 again.csv >first
for file in rows.npz columns.npz meshgrid.npz list.npz; do check "$file is that surface" same $file; done
check "an array alone counts columns and rows" sh -c '"$LOSSGRID" import bare.npy --out bare.landscape | grep -q "x 0:8:9, y 0:4:5"'
refuse "of another shape" 1 "loss has the shape [5, 8]; expected [ny][nx]" "$LOSSGRID" plot shape.npz --out a.png
refuse "without a loss" 1 "none of its 2 arrays is a loss" "$LOSSGRID" plot none.npz --out a.png
check "a line of two splits" "$LOSSGRID" plot both.npz --out line.svg
check "has its curves" sh -c 'grep -q "training loss" line.svg && grep -q "test accuracy" line.svg'
"$LOSSGRID" export first.csv --out own.npz --quiet
check "our own .npz comes back" same own.npz

if ! $python -c 'import h5py' 2>/dev/null; then
    echo "ok - HDF5 # SKIP no h5py"
    exit 0
fi
if ! "$LOSSGRID" export first.csv --out own.h5 --quiet 2>log; then
    grep -q "built without libhdf5" log && echo "ok - HDF5 # SKIP built without libhdf5" || fail "export of .h5"
    exit 0
fi
check "our own .h5 comes back" same own.h5
# The scripts' order: point (ix, iy) at iy * nx + ix of an array declared [nx][ny]; -1 is not done yet.
$python - <<'PY'
import h5py, numpy as np
x, y = np.linspace(-1, 1, 9), np.linspace(0, 1, 5)
X, Y = np.meshgrid(x, y)
with h5py.File("reference.h5", "w") as f:
    f["dir_file"] = "model_weights.h5"
    f["xcoordinates"], f["ycoordinates"] = x, y
    loss, acc = -np.ones((9, 5)), -np.ones((9, 5))
    for i in range(loss.size):
        loss.ravel()[i] = X.ravel()[i] ** 2 + 2 * Y.ravel()[i] + 0.25
        acc.ravel()[i] = 90
    f["test_loss"], f["test_acc"] = loss, acc
    loss.ravel()[-7:] = -1
    f["train_loss"], f["train_acc"] = loss, acc
with h5py.File("links.h5", "w") as f:
    f["elsewhere"] = h5py.ExternalLink("reference.h5", "/test_loss")
    f["xcoordinates"], f["ycoordinates"] = x, y
with h5py.File("packed.h5", "w") as f:
    f["x"], f["y"] = x, y
    f.create_dataset("test_loss", data=X * X + 2 * Y + 0.25, compression="gzip", chunks=(2, 3), shuffle=True, fletcher32=True)
with h5py.File("bomb.h5", "w") as f:
    f["x"], f["y"] = x, y
    f.create_dataset("test_loss", shape=(1 << 20, 1 << 16), dtype="f8", chunks=(64, 64), compression="gzip")
with h5py.File("own.h5") as f, open("read", "w") as out:
    print(f["test_loss"].shape, float(abs(f["test_loss"][:].ravel() - (X * X + 2 * Y + 0.25).ravel()).max()), file=out)
PY
check "a file of the scripts" bash -c '"$LOSSGRID" export reference.h5 --out r.csv --quiet && grep ^test r.csv | cut -d, -f 4-6 | cmp - <(tail -n +2 first)'
check "what is not done is missing" sh -c '"$LOSSGRID" import reference.h5 --out r.landscape | grep -q "train  38 of 45 points"'
check "compressed" same packed.h5
check "h5py reads ours" grep -q '^(5, 9) 0.0$' read
refuse "links to other files are not followed" 1 "none of its 2 arrays is a loss" "$LOSSGRID" plot links.h5 --out a.png
refuse "more than the file explains" 1 "more values than a file of this size explains" "$LOSSGRID" plot bomb.h5 --out a.png
