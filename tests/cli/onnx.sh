#!/usr/bin/env bash
# A network from an ONNX file: four exports of one network, by both of PyTorch's exporters.
. "$(dirname "$0")/common.bash"
files=$SRC/tests/fuzz/corpus/onnx
make_floats data.npz 40
# loss FILE: of the network that is in it.
loss() { "$LOSSGRID" eval --model "$1" --data data.npz --split train --quiet --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["loss"])'; }
# close A B: to 1e-5 of each other, and numbers.
close() { python3 -c 'import sys; a, b = map(float, sys.argv[1:]); sys.exit(not abs(a - b) < 1e-5 * abs(a))' "$1" "$2"; }

# What onnx's reference evaluator gives for these images.
expected=2.338966
for file in script script-folded dynamo dynamo-folded; do
    check "the loss of $file" close $expected "$(loss "$files/torch-2-$file.onnx" 2>&1)"
done
check "a landscape of it" "$LOSSGRID" surface --model "$files/torch-2-script.onnx" --data data.npz --split train \
    --x=-1:1:3 --y=-1:1:3 --quiet --out a.landscape
check "all of it" test "$(points a.landscape | wc -l)" -eq 10
head -c 9000 "$files/torch-2-script.onnx" >cut.onnx
refuse "a file that was cut off" 1 "cut.onnx: " "$LOSSGRID" eval --model cut.onnx --data data.npz --split train
# An operator's name replaced by one of the same length that no version has.
sed 's/MaxPool/MaxPuul/g' "$files/torch-2-script.onnx" >odd.onnx
refuse "an operator that is not known" 1 "this operator is not known; known are" \
    "$LOSSGRID" eval --model odd.onnx --data data.npz --split train
