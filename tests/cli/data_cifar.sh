#!/usr/bin/env bash
# CIFAR-10 and CIFAR-100 in their binary and Python versions, folder and archive: all give the same images.
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy
if ! $python -c "import numpy" 2>/dev/null; then
    echo "ok - CIFAR's pickles # SKIP no numpy"
    exit 0
fi
$python - <<'PY'
import os, pickle, struct, numpy as np
r = np.random.default_rng(1)
N = 300  # more than a byte counts
def python2(data, key, labels, order=b"\x89"):
    """What cPickle of Python 2 writes in protocol 2."""
    n = len(data)
    raw = np.asfortranarray(data).tobytes("A") if order == b"\x88" else data.tobytes()
    array = (b"cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85q\x05U\x01bq\x06\x87q\x07Rq\x08(K\x01M"
             + struct.pack("<H", n) + b"M\x00\x0c\x86q\x09cnumpy\ndtype\nq\x0aU\x02u1q\x0bK\x00K\x01\x87q\x0cRq\x0d(K\x03U\x01|q\x0e"
             + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0fb" + order + b"T" + struct.pack("<I", len(raw)) + raw + b"q\x10tq\x11b")
    numbers = b"".join(b"K" + bytes([y]) for y in labels)
    k = key.encode()
    return b"\x80\x02}q\x01(U\x04dataq\x02" + array + b"U" + bytes([len(k)]) + k + b"q\x12]q\x13(" + numbers + b"eu."
def write(folder, name, bytes_):
    os.makedirs(folder, exist_ok=True)
    open(f"{folder}/{name}", "wb").write(bytes_)
for i in range(6):
    x = r.integers(0, 256, (N, 3072), dtype=np.uint8)
    y = r.integers(0, 10, N).tolist()
    name = f"data_batch_{i + 1}" if i < 5 else "test_batch"
    write("c10-bin", name + ".bin", b"".join(bytes([b]) + a.tobytes() for a, b in zip(x, y)))
    write("cifar-10-batches-py", name, python2(x, "labels", y, b"\x88" if i == 2 else b"\x89"))
    write("c10-py3", name, pickle.dumps({"data": x, "labels": y}, protocol=4))
    write("c10-bytes", name, pickle.dumps({b"data": x, b"labels": y}, protocol=3))
    if i < 4:
        continue
    y = r.integers(0, 100, N).tolist()
    name = "train" if i == 4 else "test"
    write("c100-bin", name + ".bin", b"".join(bytes([b // 5, b]) + a.tobytes() for a, b in zip(x, y)))
    write("cifar-100-python", name, python2(x, "fine_labels", y))
write("cifar-100-python", "meta", pickle.dumps({}, protocol=2))
x = r.integers(0, 256, (2, 3072), dtype=np.uint8)
bad = {"label": pickle.dumps({"data": x, "labels": [1, 10]}, protocol=3),
       "count": pickle.dumps({"data": x, "labels": [1]}, protocol=3),
       "width": pickle.dumps({"data": x[:, :-1], "labels": [1, 2]}, protocol=3),
       "type": pickle.dumps({"data": x.astype(np.int8), "labels": [1, 2]}, protocol=3),
       "none": pickle.dumps([1, 2], protocol=3),
       "text": b"data and labels",
       "short": pickle.dumps({"data": x, "labels": [1, 2]}, protocol=3)[:-100],
       "call": b"\x80\x02cos\nsystem\nU\x0ctouch hackedR."}
for name, bytes_ in bad.items():
    write("bad-" + name, "test_batch", bytes_)
PY
tar -czf cifar-100-python.tar.gz cifar-100-python
tar -cf cifar-100-binary.tar c100-bin
tar -czf cifar-10-python.tar.gz cifar-10-batches-py
facts() { "$LOSSGRID" info "$1" --json | grep -vE '"(size|path|file|kind)"'; }
facts c10-bin >expected
check "1500 training images" grep -qE '"images":.*1500' expected
for other in cifar-10-batches-py c10-py3 c10-bytes cifar-10-python.tar.gz; do
    facts $other >got
    check "$other is the binary version's" cmp expected got
done
facts c100-bin >expected
check "100 classes" grep -q '"classes":.*100' expected
check "cifar-100" grep -q '"cifar-100"' expected
for other in cifar-100-python cifar-100-python.tar.gz cifar-100-binary.tar; do
    facts $other >got
    check "$other is the binary version's" cmp expected got
done
eval_bad() { "$LOSSGRID" info "bad-$1"; }
refuse "a label out of range" 1 "labels 1 is no whole number from 0 to 9" eval_bad label
refuse "too few labels" 1 "no list of 2 numbers under the key labels" eval_bad count
refuse "other sizes" 1 "no array of bytes [n][3072] under the key data" eval_bad width
refuse "other types" 1 "no array of bytes [n][3072] under the key data" eval_bad type
refuse "no dictionary" 1 "no array of bytes [n][3072] under the key data" eval_bad none
refuse "no pickle" 1 "no pickle of protocol 2 to 5" eval_bad text
refuse "truncated" 1 "a damaged pickle" eval_bad short
refuse "a call" 1 "no array of bytes" eval_bad call
check "which was not made" test ! -e hacked
