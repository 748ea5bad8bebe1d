#!/usr/bin/env bash
# --json of every command, and of failures, is what docs/lossgrid.schema.json says.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.bash"
python=/usr/bin/python3 # Debian's, which sees python3-jsonschema
$python -c "import jsonschema" 2>/dev/null || python=python3
$python -c "import jsonschema" 2>/dev/null || {
    echo "ok - documents are as the schema says # SKIP no python3-jsonschema"
    exit 0
}
schema=$here/../../docs/lossgrid.schema.json
holds() { $python -W ignore "$here/check_json.py" "$schema" "$@"; }
mkdir said
# says NAME KIND CODE ARGUMENT...: what lossgrid ARGUMENT... --json says is a document of that kind.
says() {
    local name=$1 kind=$2 code=$3 got file
    shift 3
    file=said/$(printf '%s' "$name" | tr -c 'a-z0-9\n' -).json
    "$LOSSGRID" "$@" --json >"$file" 2>log
    got=$?
    holds "$kind" "$file" >>log 2>&1
    # shellcheck disable=SC2181  # of the line before
    if [ $? -eq 0 ] && [ $got -eq "$code" ]; then pass "$name"; else
        echo "exit code $got, expected $code" >>log
        fail "$name"
    fi
}
make_data data
make_data broken && truncate -s 5000 broken/t10k-images-idx3-ubyte

says "version" version 0 version
says "help" commands 0 help
for name in $("$LOSSGRID" help --json | $python -c 'import json, sys; print(*(c["name"] for c in json.load(sys.stdin)["commands"]))'); do
    says "help of $name" help 0 help "$name"
    says "$name --help" help 0 "$name" --help
    says "$name, wrongly used" failure 2 "$name" --no-such-option
    check "its help has --json" grep -q '"json"' "said/help-of-$name.json"
done
says "no such command" failure 2 evaluate
check "the command is named" grep -q '"command":.*"evaluate"' said/no-such-command.json

says "train" run 0 train --model resnet20:width=0.25 --data data --epochs 2 --lr 0.05 --out run --json-progress steps.jsonl
says "train to targets" run 0 train --model mlp:hidden=1,size=8 --data data --limit 40 --no-test --epochs 1 --loss mse:onehot=1 --l2 0.001 --lr 0.01 --out mse
says "eval" evaluation 0 eval run
says "eval of another loss" evaluation 0 eval mse --split train
says "eval of nothing" failure 1 eval nowhere
check "the error is the message" sh -c "grep -q 'nowhere/run.json: cannot open' said/eval-of-nothing.json && grep -q LOSS_ERR_IO said/eval-of-nothing.json"
says "eval of weights that others made" evaluation 0 eval --weights run/epoch-002.safetensors --model resnet20:width=0.25 --data data
says "surface" landscape 0 surface run --limit 40 --x=-1:1:5 --y=-1:1:3 --split both --run run --out a.landscape --json-progress points.jsonl
says "surface of principal components" landscape 0 surface run --directions pca --limit 20 --x=-1:1:3 --y=-1:1:3 --out p.landscape --json-progress pca.jsonl
says "surface with eigenvalues" landscape 0 surface run --directions hessian --curvature --limit 16 --x=-1:1:3 --y=-1:1:3 --out h.landscape --json-progress hessian.jsonl
says "estimated surface" landscape 0 surface run --estimate 0.6 --x=-1:1:11 --y=-1:1:11 --out e.landscape --json-progress estimate.jsonl
says "line between solutions" landscape 0 surface run --to run/epoch-001.safetensors --bn recalibrate --bn-images 20 --x=0:1:3 --limit 20 --out line.landscape
says "repeated lines" landscape 0 surface run --x=-1:1:3 --repeat 2 --limit 20 --out lines.landscape
says "layers" landscape 0 surface run --layers linear.weight --limit 20 --x=-1:1:3 --y=-1:1:3 --out layers.landscape
says "surface without --out" failure 2 surface run
says "path" landscape 0 path --run run h.landscape --json-progress path.jsonl
says "half a surface" landscape 0 surface run --limit 20 --x=-1:1:3 --y=-1:1:3 --part 1/2 --out half.landscape
says "merge" merge 0 merge half.landscape --out whole.landscape
says "merge of different things" failure 1 merge a.landscape h.landscape --out different.landscape
says "curvature" curvature 0 curvature run --limit 20 --trace 3 --batches 2 --batch 8 --density d.csv --json-progress curvature.jsonl
says "curvature of too few steps" curvature 0 curvature run --limit 20 --top 1 --smallest 1 --steps 2
says "plot" plot 0 plot a.landscape --out a.png --out a.svg
says "plot into no folder" failure 1 plot a.landscape --out no/a.png
says "export" export 0 export a.landscape --out a.csv --out a.ply --out a.vti --out a.vtp --out a.obj --out a.stl --out a.npz --out a.glb --out a.html --out a.json \
    --contours lines.csv --critical points.csv
check "with all files" sh -c "grep -q 'a-path.csv' said/export.json && grep -q 'points.csv' said/export.json"
says "export as nothing known" failure 1 export a.landscape --out a.xyz
printf 'x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n' >theirs.csv
says "import" landscape 0 import theirs.csv --out theirs.landscape
says "import of nothing" failure 1 import nowhere.csv --out none.landscape
says "info of what another program made" landscape 0 info theirs.csv
says "convert weights" conversion 0 convert run/epoch-002.safetensors w.safetensors
says "convert a network" conversion 0 convert resnet20:width=0.25 net.net --input-shape 3,16,16 --classes 10 --weights-out net.safetensors
says "convert nothing" failure 1 convert nowhere.pt w.safetensors

says "info of a landscape" landscape 0 info a.landscape
says "the command that made it" command 0 info a.landscape --command
says "info of two landscapes" comparison 0 info a.landscape a.csv
says "info of a run" run 0 info run
says "info of its options" run.json 0 info run/run.json
says "info of data" "data set" 0 info data
says "info of damaged data" "data set" 1 info broken
check "has the error, and what is whole" sh -c "grep -q LOSS_ERR_ said/info-of-damaged-data.json && grep -q '\"images\":.*300' said/info-of-damaged-data.json"
says "info of a network" network 0 info net.net --input-shape 3,16,16 --classes 10
says "info of a network by name" network 0 info --model lenet5 --input-shape 1,28,28 --classes 10
says "info of weights" safetensors 0 info run/epoch-002.safetensors
says "info of arrays" npz 0 info a.npz
check "and of the surface that they are" sh -c '"$LOSSGRID" info a.npz --json | python3 -c "
import json, sys
s = json.load(sys.stdin)[\"surface\"]
assert s[\"kind\"] == \"landscape\" and s[\"splits\"], s"'
if "$LOSSGRID" export a.landscape --out a.h5 --quiet 2>log; then says "info of HDF5" HDF5 0 info a.h5; else echo '{"kind": "HDF5"}' >said/HDF5.json; fi
python3 -c 'import zipfile; open("a.npy", "wb").write(zipfile.ZipFile("a.npz").read("x.npy"))'
says "info of one array" npy 0 info a.npy
says "info of a log" "training log" 0 info run/log.csv
says "info of paths" "training paths" 0 info a-path.csv
says "info of contour lines" "contour lines" 0 info lines.csv
says "info of critical points" "critical points" 0 info points.csv
says "info of what was measured" facts 0 info a.json
for ending in ply vti vtp glb html obj stl csv png svg; do says "info of .$ending" "$ending" 0 info a.$ending; done
"$LOSSGRID" plot a.landscape --out a.pdf
says "info of .pdf" pdf 0 info a.pdf
weights=$here/../data/weights
says "info of a checkpoint" "PyTorch checkpoint (zip)" 0 info "$weights/zip.pt"
says "info of an old checkpoint" "PyTorch checkpoint (before 1.6)" 0 info "$weights/old.pt"
says "info of nothing" failure 1 info nowhere
says "info of what" failure 2 info

for lines in steps points pca hessian estimate path curvature; do
    check "lines of progress: $lines" holds --progress $lines.jsonl
done
"$LOSSGRID" eval nowhere --json-progress none.jsonl >log 2>&1
"$LOSSGRID" surface nowhere --out x.landscape --json-progress failed.jsonl >log 2>&1
check "lines of progress: a failure" holds --progress failed.jsonl

# Interrupted, curvature has what was finished.
mkfifo slow
"$LOSSGRID" curvature run --trace 1000000 --json --json-progress slow >said/interrupted.json 2>log &
grep -qm1 '"kind":"trace"' slow
kill -INT $!
wait $!
check "interrupted" test $? -eq 130
check "its document" holds curvature said/interrupted.json
check "has eigenvalues and the error" sh -c "grep -q '\"top\"' said/interrupted.json && grep -q LOSS_ERR_CANCELLED said/interrupted.json"

# The document is all that is on standard output, once.
check "one document" sh -c "'$LOSSGRID' eval run --json --quiet 2>/dev/null | $python -c 'import json, sys; json.load(sys.stdin)'"
check "a value is no option" sh -c "'$LOSSGRID' plot a.landscape --title --json --out b.png >none 2>log && [ ! -s none ]"
check "every kind was seen" holds --all-kinds said/*.json
check "all facts are in the schema" holds --keys "$here/../../include/loss/keys.h"
# The check itself must be able to fail.
for name in eval surface curvature train; do
    check "a changed document of $name is none" holds --fails said/$name.json
done
