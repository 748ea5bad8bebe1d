# Shared by the tests of lossgrid: sourced. Speaks TAP.
# shellcheck shell=bash
set -u
: "${LOSSGRID:?path of the lossgrid to test}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

# pass NAME / fail NAME: one result; fail shows the file "log" too.
pass() { echo "ok - $1"; }
fail() {
    echo "not ok - $1"
    [ -f log ] && sed 's/^/#   /' log
}
# check NAME COMMAND...: it must succeed.
check() {
    local name=$1
    shift
    if "$@" >log 2>&1; then pass "$name"; else fail "$name"; fi
}
# refuse NAME CODE PATTERN COMMAND...: it must fail with that exit code and say PATTERN (fixed text) on standard error.
refuse() {
    local name=$1 code=$2 pattern=$3 got
    shift 3
    "$@" >out 2>log
    got=$?
    if [ "$got" -eq "$code" ] && grep -qF -- "$pattern" log; then pass "$name"; else
        echo "exit code $got, expected $code; expected to read: $pattern" >>log
        fail "$name"
    fi
}
# make_data FOLDER [SIDE]: 300 training and 100 test images as IDX; the class is where the bright square is.
make_data() {
    python3 - "$1" "${2:-12}" <<'PY'
import os, struct, sys
folder, side = sys.argv[1], int(sys.argv[2])
os.makedirs(folder, exist_ok=True)
for name, n in (("train", 300), ("t10k", 100)):
    pixels = bytearray()
    for i in range(n):
        c = i % 10
        for r in range(side):
            for k in range(side):
                bright = r * 3 // side == c // 4 and k * 4 // side == c % 4
                pixels.append(250 - i % 40 if bright else (r * 7 + k * 5 + i * 13) % 60)
    open(f"{folder}/{name}-images-idx3-ubyte", "wb").write(struct.pack(">IIII", 0x803, n, side, side) + pixels)
    open(f"{folder}/{name}-labels-idx1-ubyte", "wb").write(struct.pack(">II", 0x801, n) + bytes(i % 10 for i in range(n)))
PY
}
# make_floats FILE.npz N [SIDE]: N images of 3 x SIDE x SIDE normal numbers, and labels 0 to 9 in turn.
make_floats() {
    python3 - "$1" "$2" "${3:-16}" <<'PY'
import random, struct, sys, zipfile
path, n, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(1)
x = [random.gauss(0, 1) for _ in range(n * 3 * side * side)]
with zipfile.ZipFile(path, "w") as npz:
    for name, shape, kind, values in ("x", (n, 3, side, side), "f", x), ("y", (n,), "q", [i % 10 for i in range(n)]):
        header = f"{{'descr': '<{'f4' if kind == 'f' else 'i8'}', 'fortran_order': False, 'shape': {shape}}}".encode()
        header += b" " * (117 - len(header)) + b"\n"
        npz.writestr(name + ".npy", b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header + struct.pack(f"<{len(values)}{kind}", *values))
PY
}
# points FILE: its points without the seconds, for comparing.
points() {
    "$LOSSGRID" export "$1" --quiet --out points.csv && cut -d, -f1-8 points.csv
}
