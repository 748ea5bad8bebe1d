#!/usr/bin/env bash
# Training of a network from outside: what it starts from, and a run that needs nothing beside its folder.
. "$(dirname "$0")/common.bash"
mkdir theirs
make_floats data.npz 24
python3 - "$SRC/tests/fuzz/corpus/onnx/torch-2-script.onnx" <<'PY'
import os, sys

# The same file with the initializers' bytes in another one, below its folder.
def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])

def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload

def read_varint(b, at):
    value = shift = 0
    while True:
        value |= (b[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if b[at - 1] < 128:
            return value, at

def fields(b):
    at = 0
    while at < len(b):
        start = at
        key, at = read_varint(b, at)
        value, after = read_varint(b, at) if key & 7 in (0, 2) else (None, at + {1: 8, 5: 4}[key & 7])
        end = after + (value if key & 7 == 2 else 0)
        yield key >> 3, b[after:end], b[start:end]
        at = end

data = b""
def outside(tensor):
    global data
    out = b""
    for number, value, raw in fields(tensor):
        if number == 9:
            for key, text in ("location", "deep/net.data"), ("offset", str(len(data))), ("length", str(len(value))):
                out += field(13, field(1, key.encode()) + field(2, text.encode()))
            data, raw = data + value, varint(14 << 3) + varint(1)
        out += raw
    return out

graph = lambda g: b"".join(field(5, outside(v)) if n == 5 else raw for n, v, raw in fields(g))
model = open(sys.argv[1], "rb").read()
model = b"".join(field(7, graph(v)) if n == 7 else raw for n, v, raw in fields(model))
os.mkdir("theirs/deep")
open("theirs/net.onnx", "wb").write(model)
open("theirs/deep/net.data", "wb").write(data)
PY
train() { "$LOSSGRID" train --model "$1" --data data.npz --epochs "$2" --batch 8 --lr 0.01 --out "$3" "${@:4}"; }
loss() { "$LOSSGRID" eval "$@" --split train --quiet --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["loss"])'; }

train theirs/net.onnx 2 run >out 2>said
check "what training starts from is said" grep -qF "starts from He initialisation with seed 0, and not from the weights in theirs/net.onnx (--weights theirs/net.onnx)" said
check "data beside the file are in the run" cmp theirs/deep/net.data run/deep/net.data
train theirs/net.onnx 2 fine --weights theirs/net.onnx >out 2>said
check "its own weights" grep -qF "starts from the weights in theirs/net.onnx" said
check "they are the first checkpoint" test "$(loss --model theirs/net.onnx --data data.npz)" = \
    "$(loss --model theirs/net.onnx --data data.npz --weights fine/epoch-000.safetensors)"
check "He initialisation is not" test "$(loss --model theirs/net.onnx --data data.npz)" != \
    "$(loss --model theirs/net.onnx --data data.npz --weights run/epoch-000.safetensors)"
check "from another checkpoint" train theirs/net.onnx 2 more --weights fine/epoch-002.safetensors
check "that is its first one" cmp more/epoch-000.safetensors fine/epoch-002.safetensors
refuse "other weights into the same run" 1 "start_weights" train theirs/net.onnx 2 fine --weights run/epoch-002.safetensors
refuse "none into the same run" 1 "start_weights" train theirs/net.onnx 2 fine
refuse "weights into a run that had none" 1 "start_weights" train theirs/net.onnx 2 run --weights theirs/net.onnx

# Without the files that it was trained from.
rm -rf theirs
loss=$(loss fine)
check "the run alone: eval" test "$loss" = "$(loss --model fine/net.onnx --data data.npz --weights fine/epoch-002.safetensors)"
check "a surface" "$LOSSGRID" surface fine --split train --x=-1:1:3 --y=0:0:1 --quiet --out a.landscape
check "its path" "$LOSSGRID" path --run fine a.landscape --quiet
train run/net.onnx 2 run >out 2>said
check "training goes on with the run's own copy" grep -qF "goes on from the last checkpoint of run" said
printf x >>run/deep/net.data
refuse "another file beside it" 1 "net.data: another network than fine/net.onnx" train fine/net.onnx 2 run
