#!/usr/bin/env bash
# Every command of README.md, docs/guide.md, docs/troubleshooting.md, docs/json.md and docs/scale.md works as it is written: they are extracted and run,
# one after the other, on a CIFAR-10 of a few noisy images. Grids and mini-batches are made smaller
# (--x, --y, --batch), windows become pictures. `make` and `sudo` are left to those who run the tests. Speaks TAP.
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
src=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
PATH=$(dirname "$LOSSGRID"):$PATH
export PATH

# Prints each command of a page as "FILE:LINE<tab>COMMAND"; a loop is one command.
commands_of() {
    python3 - "$1" <<'PY'
import re, sys

page = sys.argv[1]
lines = open(page, encoding="utf-8").read().split("\n")
fenced, command, start, depth = False, "", 0, 0
for number, line in enumerate(lines, 1):
    if line.startswith("```"):
        fenced = not fenced
    if fenced:
        continue
    if line.startswith("    ") and not re.match(r" *([-*]|\d+\.) ", line):
        text = line.strip()
        start = start or number
        depth += len(re.findall(r"\bdo$", text)) - len(re.findall(r"^done\b", text))
        command += text[:-1] if text.endswith("\\") else text + "\n"
        if not text.endswith("\\") and not depth:
            if not command.startswith("#"):
                print(f"{page}:{start}\t" + command.strip().replace("\n", "\x01"))
            command, start = "", 0

# Whole commands within the prose; those with dots or capitals for what the reader fills in are not.
prose = "\n".join("" if line.startswith("    ") else line for line in lines)
for match in re.finditer(r"`((?:lossgrid|sqlite3) [^`]*)`", prose):
    text = " ".join(match.group(1).split())
    if len(text.split()) > 2 and not re.search(r"\.\.\.|\b(F|RUN|COMMAND|NAME)\b", text):
        print(f"{page}:{prose[:match.start()].count(chr(10)) + 1}\t{text}")
PY
}

# 20 training and 8 test images of 32 x 32 x 3 whose class shows, as CIFAR-10's binary version.
make_cifar() {
    python3 - "$1" <<'PY'
import os, random, sys

os.makedirs(sys.argv[1])
random.seed(1)
for name, n in [(f"data_batch_{i}", 4) for i in range(1, 6)] + [("test_batch", 8)]:
    with open(f"{sys.argv[1]}/{name}.bin", "wb") as batch:
        for i in range(n):
            label = random.randrange(10)
            pixels = bytes(min(255, 20 * label + random.randrange(60)) for _ in range(3072))
            batch.write(bytes([label]) + pixels)
PY
}

# A network of two outputs, and 20 images with two targets each.
make_regression() {
    printf 'flatten\nfc = linear outputs=classes\n' >net.net &&
        python3 - <<'PY'
import random, struct, zipfile

random.seed(1)
with zipfile.ZipFile("regression.npz", "w") as npz:
    for name, shape in ("x", (20, 3, 4, 4)), ("y", (20, 2)):
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}".encode()
        header += b" " * (117 - len(header)) + b"\n"
        n = 960 if name == "x" else 40
        values = struct.pack(f"<{n}f", *(random.random() for _ in range(n)))
        npz.writestr(name + ".npy", b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header + values)
PY
}

# What the pages speak of but do not make themselves.
make_prerequisites() {
    local train="lossgrid train --model resnet20 --data cifar-10-batches-bin --quiet"
    make_cifar cifar-10-batches-bin &&
        tar -czf cifar-10-binary.tar.gz cifar-10-batches-bin &&
        mkdir demo &&
        $train --epochs 30 --augment --nesterov --out run &&
        $train --epochs 30 --seed 2 --out other &&
        $train --epochs 30 --seed 3 --out run3 &&
        cp -r other run2 &&
        cp other/epoch-030.safetensors b.safetensors &&
        cp run3/epoch-030.safetensors c.safetensors &&
        $train --epochs 30 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --out published &&
        mv published/epoch-030.safetensors resnet20.th && rm -r published &&
        cp run/epoch-030.safetensors theirs.pth &&
        make_regression &&
        cp "$src/tests/fuzz/corpus/onnx/torch-2-script.onnx" net.onnx &&
        mkdir ckpt &&
        for epoch in 10 20 30; do cp run/epoch-0$epoch.safetensors ckpt/model_$epoch.pth || return; done &&
        lossgrid surface run --x=-1:1:3 --y=-1:1:3 --quiet --out demo/resnet20.landscape
}

# What mpirun wants to be told as root, on few processors.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
cd "$tmp" || exit 1
if make_prerequisites >log 2>&1; then echo "ok - what the pages take for granted"; else
    sed 's/^/# /' log
    echo "not ok - what the pages take for granted"
    exit 1
fi

for page in README.md docs/guide.md docs/troubleshooting.md docs/json.md docs/scale.md; do
    (cd "$src" && commands_of "$page")
done >commands
while IFS=$'\t' read -r place command; do
    case $command in make\ * | sudo\ * | export\ * | srun\ *) continue ;; esac
    if [[ $command == mpirun* ]] && { ! command -v lossgrid-mpi || ! timeout 60 mpirun -n 2 true; } >log 2>&1; then
        echo "ok - $place # SKIP lossgrid-mpi is not built, or mpirun does not run here"
        continue
    fi
    command=$(tr '\001' '\n' <<<"$command" |
        sed -E 's/(--batch) 64/\1 1/; s/(--[xy]=?[ =][^ ]*):[0-9]+/\1:3/g; /^ *lossview/ { /--screenshot/! s/$/ --screenshot=window.png/ }')
    # lossview is built only where its libraries are.
    if [[ $command == lossview* ]] && ! command -v lossview >/dev/null; then
        echo "ok - $place # SKIP lossview is not built"
        continue
    fi
    if bash -euo pipefail -c "$command" >log 2>&1 </dev/null; then
        echo "ok - $place ${command%%$'\n'*}"
    else
        { echo "$command"; cat log; } | sed 's/^/# /'
        echo "not ok - $place ${command%%$'\n'*}"
    fi
done <commands
