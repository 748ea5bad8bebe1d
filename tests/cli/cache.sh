#!/usr/bin/env bash
# --cache: images that memory has no room for come from a temporary file, with the same bits, and
# the process stays small.
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy and PIL
if ! $python -c "import numpy, PIL" 2>/dev/null; then
    echo "ok - a cache of images # SKIP no numpy or PIL"
    exit 0
fi
cat >net.net <<'NET'
conv = conv channels=4 kernel=3 stride=4
relu
global_average_pool
fc = linear outputs=classes
NET
# Arrays of 58 MiB, of which opening them whole takes two copies, a folder of images that are 19 MB when they are decoded, the first ones grey.
$python - <<'PY'
import json, os, struct
import numpy as np
from PIL import Image
r = np.random.default_rng(1)
x = r.normal(size=(5000, 3, 32, 32)).astype(np.float32)
y = r.integers(0, 4, 5000)
np.savez("floats.npz", x=x, y=y)
y = y.astype(np.int64)
header = json.dumps({"x": {"dtype": "F32", "shape": x.shape, "data_offsets": [0, x.nbytes]},
                     "y": {"dtype": "I64", "shape": y.shape, "data_offsets": [x.nbytes, x.nbytes + y.nbytes]}}).encode()
with open("floats.safetensors", "wb") as f:
    f.write(struct.pack("<Q", len(header)) + header + x.tobytes() + y.tobytes())
small = np.ascontiguousarray(r.integers(0, 255, (60, 3, 36, 36), dtype=np.uint8))
np.savez("bytes.npz", x=small, y=y[:60])
for i in range(400):
    folder = "folder/train/%d" % (i // 100)
    os.makedirs(folder, exist_ok=True)
    pixels = r.integers(0, 255, (128, 128), dtype=np.uint8) // 64 * 64
    image = Image.fromarray(pixels, "L")
    image.convert("L" if i < 150 else "RGB").save("%s/%03d.png" % (folder, i))
PY
cat >peak.py <<'PY'
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "w")).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.exit(code)
PY
train() { # DATA OUT [OPTION...]
    local data=$1 out=$2
    shift 2
    $python peak.py out "$LOSSGRID" train --model net.net --data "$data" --epochs 2 --augment --batch 50 --lr 0.01 \
        --threads 2 --quiet --no-test --out "$out" "$@" 2>log
}
result() { "$LOSSGRID" eval "$1" --split train --threads 2 --json "${@:2}" | grep -E '"(loss|accuracy|images)"'; }
for data in floats.safetensors floats.npz folder bytes.npz; do
    size=3M
    [ $data = bytes.npz ] && size=100K
    [ $data = folder ] && size=2M
    options=()
    [ $data = bytes.npz ] && options=(--resize 34 --crop 32)
    whole=$(train $data "whole-$data" "${options[@]}")
    small=$(train $data "small-$data" --cache $size "${options[@]}")
    echo "# $data: peak $whole MiB, with --cache $size $small MiB"
    check "$data: training has the same bits" cmp "whole-$data/epoch-002.safetensors" "small-$data/epoch-002.safetensors"
    check "and so has the loss" cmp <(result "whole-$data") <(result "whole-$data" --cache $size)
    eval "whole_$(echo $data | tr -c 'a-z\n' _)=$whole small_$(echo $data | tr -c 'a-z\n' _)=$small"
done
check "arrays of 58 MiB take at least 95 MiB less" test $((whole_floats_safetensors - small_floats_safetensors)) -ge 95
check "images of 19 MB at least 12 MiB less" test $((whole_folder - small_folder)) -ge 12
"$LOSSGRID" eval whole-floats.npz --split train --limit 700 --sample --json | grep '"loss"' >want
"$LOSSGRID" eval whole-floats.npz --split train --limit 700 --sample --cache 1M --json | grep '"loss"' >got
check "a sample has the same images" cmp want got
make_data idx
"$LOSSGRID" train --model net.net --data idx --epochs 1 --quiet --no-test --out idx-run
check "kinds that are read whole have a cache, too" cmp <(result idx-run) <(result idx-run --cache 2000)
refuse "no room for the temporary file" 1 "/nothing: cannot make a temporary file: No such file" \
    env TMPDIR=/nothing "$LOSSGRID" eval whole-folder --split train --cache 1M
refuse "a size that is none" 2 "expected a number of bytes, such as 512M or 2G" "$LOSSGRID" eval whole-folder --cache 5X
mkdir spill
TMPDIR=$PWD/spill "$LOSSGRID" eval whole-folder --split train --cache 1M --quiet >/dev/null 2>&1
check "no file is left" test -z "$(ls spill)"
