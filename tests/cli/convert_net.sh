#!/usr/bin/env bash
# lossgrid convert to FILE.net: the text and its weights are the network of the ONNX file, bit by bit.
. "$(dirname "$0")/common.bash"
files=$SRC/tests/fuzz/corpus/onnx
make_floats data.npz 20
# loss OPTIONS...: loss, standard error and accuracy with all their digits.
loss() {
    "$LOSSGRID" eval --data data.npz --split train --quiet --json "$@" |
        python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["loss"], r["standard_error"], r["accuracy"])'
}

for file in script script-folded dynamo dynamo-folded; do
    check "$file as text" "$LOSSGRID" convert "$files/torch-2-$file.onnx" $file.net --weights-out $file.safetensors
    expected=$(loss --model "$files/torch-2-$file.onnx" 2>log)
    check "the same bits: $expected" test "$expected" = "$(loss --model $file.net --weights $file.safetensors 2>>log)"
done
"$LOSSGRID" convert "$files/torch-2-script.onnx" a.net 2>said
check "weights that are left out are told" grep -qF -- "--weights-out FILE.safetensors keeps them" said
check "the text can be read" grep -qxF "conv1 = conv channels=4 kernel=3 padding=1" a.net
check "a network of the zoo" "$LOSSGRID" convert resnet20 resnet20.net --input-shape 3,16,16 --classes 10 --weights-out zoo.safetensors
check "and its bits" test "$(loss --model resnet20 --weights zoo.safetensors)" = "$(loss --model resnet20.net --weights zoo.safetensors)"
refuse "another ending" 2 "expected a name ending in .safetensors or .net" "$LOSSGRID" convert resnet20 resnet20.txt
refuse "weights of another ending" 2 "expected a name ending in .safetensors" "$LOSSGRID" convert resnet20 a.net --weights-out a.pth
refuse "weights of weights" 2 "go with OUT.net" "$LOSSGRID" convert zoo.safetensors b.safetensors --weights-out a.safetensors
refuse "images that nothing says" 2 "of which images?" "$LOSSGRID" convert resnet20 b.net
refuse "no such network" 1 "no such model; the nearest is resnet20" "$LOSSGRID" convert resnet21 b.net --input-shape 3,32,32 --classes 10
check "nothing is left of them" test ! -e b.net
