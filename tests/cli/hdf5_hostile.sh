#!/usr/bin/env bash
# HDF5 files that would take much more than their size, or other files: refused within bounded
# memory and time. Files of h5py with all filters are read. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's modules
[ -x $python ] || python=python3
if ! $python -c 'import h5py' 2>/dev/null; then
    echo "ok - files of h5py # SKIP no h5py"
    exit 0
fi
printf 'x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n' >a.csv
if ! "$LOSSGRID" export a.csv --out a.h5 --quiet; then
    echo "ok - files of h5py # SKIP built without libhdf5"
    exit 0
fi
$python - <<'PY'
import zlib

import h5py
import numpy as np

MANY = 7_000_000
BOMB = zlib.compress(bytes(400_000_000), 9)


def file(name, **options):
    return h5py.File(name + ".h5", "w", **options)


# As many chunks as a shape of this size has, one of them there.
for name, version in (("chunks", "earliest"), ("fixed", "latest")):
    with file(name, libver=version) as f:
        f.create_dataset("loss", shape=(MANY if name == "chunks" else 100_000,), dtype="f8",
                         chunks=(1,))[5] = 1
# A chunk that is far larger than it should be, packed once and twice; and one that is smaller.
for name, stream in (("bomb", BOMB), ("short", zlib.compress(bytes(100)))):
    with file(name) as f:
        d = f.create_dataset("loss", shape=(64, 64), dtype="f8", chunks=(64, 64),
                             compression="gzip")
        d.id.write_direct_chunk((0, 0), stream)
with file("twice") as f:
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    p.set_chunk((64, 64))
    p.set_deflate(9)
    p.set_deflate(9)
    d = h5py.h5d.create(f.id, b"loss", h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((64, 64)), p)
    d.write_direct_chunk((0, 0), zlib.compress(BOMB, 9))
# Chunks that are larger than the shape.
with file("wide") as f:
    d = f.create_dataset("loss", shape=(60, 1), maxshape=(60, None), dtype="f8",
                         chunks=(1, 7_000_000), compression="gzip")
    d[0] = 1
# Groups that hold themselves, one data set under many names.
with file("cycle") as f:
    g = f.create_group("g")
    for i in range(20):
        g[f"g{i}"] = g
with file("names") as f:
    d = f.create_dataset("l", shape=(MANY,), dtype="f8", chunks=(1 << 20,))
    for i in range(200):
        f[f"l{i}"] = d
# Values in other files.
open("secret", "wb").write(bytes(range(100)))
with file("external") as f:
    f.create_dataset("loss", shape=(100,), dtype="u1", external=[("secret", 0, 100)])
with file("virtual") as f:
    layout = h5py.VirtualLayout(shape=(2, 2), dtype="f8")
    layout[:] = h5py.VirtualSource("a.h5", "loss", shape=(2, 2))
    f.create_virtual_dataset("loss", layout)
with file("links") as f:
    f["loss"] = h5py.ExternalLink("a.h5", "/loss")
    f["x"] = h5py.SoftLink("/x")
# What is honest: each filter, chunks that reach over the edge, chunks that are not there.
loss = np.arange(20.).reshape(4, 5)
for name, version in (("plain", "earliest"), ("latest", "latest")):
    for i, filters in enumerate(({}, {"compression": "gzip"}, {"shuffle": True},
                                 {"fletcher32": True},
                                 {"compression": "gzip", "shuffle": True, "fletcher32": True})):
        with file(f"{name}-{i}", libver=version) as f:
            f.create_dataset("loss", data=loss, chunks=(3, 2), maxshape=(None, 5), **filters)
            f["x"], f["y"] = np.arange(5, dtype="<f4"), np.arange(4, dtype=">i2")
with file("sparse") as f:
    d = f.create_dataset("loss", shape=(4, 5), dtype="f8", chunks=(2, 5), fillvalue=-1,
                         compression="gzip")
    d[:2] = loss[:2]
PY
kind="damaged, or of a kind of HDF5 that is not read"
bounded() { (ulimit -v 400000 && timeout 20 "$@"); }
for file in chunks fixed bomb short twice wide external virtual; do
    refuse "$file" 1 "$file.h5: loss: $kind" bounded "$LOSSGRID" info "$file.h5"
done
refuse "cycle" 1 "groups more than 8 deep" bounded "$LOSSGRID" info cycle.h5
refuse "names" 1 "names.h5: l" bounded "$LOSSGRID" info names.h5
refuse "links are not followed" 1 "none of its 0 arrays is a loss" bounded "$LOSSGRID" import links.h5 --out l.landscape

"$LOSSGRID" export plain-0.h5 --out plain.csv --quiet
check "values of h5py" grep -q '^3,4,4,3,19,' plain.csv
for file in plain-[1-4].h5 latest-*.h5; do
    check "$file" sh -c "\"$LOSSGRID\" export $file --out b.csv --quiet && cmp plain.csv b.csv"
done
check "chunks that were never written" sh -c '"$LOSSGRID" export sparse.h5 --out s.csv --quiet && grep -q "^1,4,4,1,9," s.csv && grep -q "^2,0,0,2,-1," s.csv'
# libhdf5 1.10.8 crashes on this one, in a process of its own.
"$LOSSGRID" info "$SRC/tests/fuzz/corpus/import_hdf5/crashes-libhdf5.h5" >log 2>&1
check "what crashes libhdf5 harms nothing here" test $? -le 1
