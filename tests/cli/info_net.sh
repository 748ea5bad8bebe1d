#!/usr/bin/env bash
# lossgrid info of networks: the list of layers, and what the exporter did to BatchNorm.
. "$(dirname "$0")/common.bash"
files=$SRC/tests/fuzz/corpus/onnx
make_data data 16
# prints FILE TEXT: the table has the line, whatever blanks it has.
prints() { tr -s ' ' <"$1" | grep -qF -- "$2"; }

"$LOSSGRID" info "$files/torch-2-script.onnx" >table 2>said
check "images and classes of the file" prints table "images 3x16x16, 10 classes"
check "a convolution" prints table " 1 conv conv1 4x16x16 108 27648 channels=4 kernel=3 padding=1"
check "inputs that are not the line before" prints table " 6 add 5,3 4x16x16"
check "the sums" prints table "parameters: 2838 in 8 tensors"
check "BatchNorm" prints table "BatchNorm layers: 2"
check "nothing to say" test ! -s said

"$LOSSGRID" info "$files/torch-2-script-folded.onnx" >table 2>said
check "BatchNorm in convolutions is counted" prints table "BatchNorm layers that seem to be in convolutions: 2"
check "with the call that keeps it" grep -q "do_constant_folding=False" said
"$LOSSGRID" info "$files/torch-2-script-folded.onnx" --json >json 2>said
check "as JSON" python3 - <<'PY'
import json
net = json.load(open("json"))
assert net["kind"] == "network" and net["folded_batchnorm_layers"] == 2
assert net["parameters"] == sum(layer["parameters"] for layer in net["layers"]) == 2830
assert net["multiply_adds"] == sum(layer["multiply_adds"] for layer in net["layers"]) == 67072
assert net["layers"][0]["layer"] == "input" and net["layers"][0]["output"] == [3, 16, 16]
PY

"$LOSSGRID" info --model resnet20 --input-shape 3,32,32 --classes 10 >table
check "a network of the zoo" prints table "parameters: 269722 in 59 tensors"
"$LOSSGRID" info "$SRC/examples/vgg11.net" --input-shape 3,32,32 --classes 7 >table
check "one written as text" prints table "23 linear classifier 7 3591 3584 outputs=7"
refuse "images that nothing says" 2 "of which images? Give --input-shape C,H,W" "$LOSSGRID" info --model resnet20
refuse "classes that nothing says" 2 "of how many classes? Give --classes N" "$LOSSGRID" info --model resnet20 --input-shape 3,32,32
refuse "images of two sizes" 2 "--input-shape=3,32: expected CHANNELS,HEIGHT,WIDTH" "$LOSSGRID" info --model resnet20 --input-shape 3,32
refuse "other images than the file's" 1 "the images are 3x8x8" "$LOSSGRID" info "$files/torch-2-script.onnx" --input-shape 3,8,8
refuse "a shape without a network" 2 "go with a network" "$LOSSGRID" info data --classes 10
refuse "both" 2 "Give a path, or --model NAME" "$LOSSGRID" info data --model resnet20

# Every command that opens such a network says it, once.
make_floats data.npz 20
"$LOSSGRID" eval --model "$files/torch-2-script-folded.onnx" --data data.npz --split train --json >json 2>said
check "eval says it once" test "$(grep -c "seem to have their BatchNorm in them" said)" -eq 1
check "and in JSON" grep -q '"folded_batchnorm_layers":.*2' json
"$LOSSGRID" surface --model "$files/torch-2-script-folded.onnx" --data data.npz --split train --x=-1:1:3 --y=0:0:1 \
    --out folded.landscape >out 2>said
check "surface says it once" test "$(grep -c "seem to have their BatchNorm in them" said)" -eq 1
"$LOSSGRID" info folded.landscape >out
check "the landscape keeps it" grep -qE "folded_batchnorm_layers +2" out
"$LOSSGRID" eval --model "$files/torch-2-script.onnx" --data data.npz --split train --json >json 2>said
check "nothing of a network with BatchNorm" test ! -s said -a "$(grep -c folded json)" -eq 0
