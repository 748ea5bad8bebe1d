#!/usr/bin/env bash
# A run's folder: from any working directory, moved with its data, with names that are no UTF-8, and what is refused.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
train() { "$LOSSGRID" train --model $model --data "$1" --epochs 2 --limit 60 --batch 16 --quiet --out "$2"; }
loss_of() { "$LOSSGRID" eval "$1" --limit 50 --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["loss"])'; }

mkdir a
mv data a/
check "train with a relative path" train a/data a/run
loss=$(loss_of a/run)
mkdir elsewhere
cd elsewhere || exit 1
check "eval from another folder" test "$(loss_of ../a/run)" = "$loss"
check "training again from there has nothing to do" train ../a/data ../a/run
cd ..
mv a b
check "eval of a run that was moved with its data" test "$(loss_of b/run)" = "$loss"
check "a note of the newest checkpoint without epochs" sh -c \
    'sed -i "/\"epochs\"/d" b/run/run.json && "$LOSSGRID" eval b/run --limit 50 2>&1 | grep -q "newest checkpoint is of epoch 2"'
check "and it is the one that is taken" test "$(loss_of b/run 2>/dev/null)" = "$loss"

latin=$(printf 'B\344ume')
mkdir "$latin"
cp -r b/data "$latin/data"
check "train in a folder in Latin-1" train "$latin/data" "$latin/run"
check "its run.json is UTF-8" python3 -c 'import json, glob; json.load(open(glob.glob(b"B*/run/run.json")[0], encoding="utf-8"))'
check "eval of it" test "$(loss_of "$latin/run")" = "$loss"
"$LOSSGRID" eval "$latin/none" 2>said
check "its name is escaped in a message" grep -qF 'B\xe4ume' said

: >b/run/.loss-tmp-0123456789abcdef-0123456789abcdef
: >b/run/epoch-002.safetensors.tmp-1
"$LOSSGRID" info b/run --json >info.json 2>log
check "info lists checkpoints only" python3 -c '
import json
assert json.load(open("info.json"))["checkpoints"] == ["epoch-%03d.safetensors" % e for e in range(3)]'

cp -r b/data shut
rm shut/t10k-labels-idx1-ubyte
ln -s t10k-labels-idx1-ubyte shut/t10k-labels-idx1-ubyte
refuse "a test set that cannot be opened" 1 t10k-labels "$LOSSGRID" train --model $model --data shut --epochs 1 --limit 60 --out shut-run
printf 'flatten\nfc = linear outputs=classes\n' >tiny.net
check "train a .net" "$LOSSGRID" train --model tiny.net --data b/data --epochs 1 --limit 60 --quiet --out text
check "its copy has no temporary beside it" sh -c '! ls -A text | grep loss-tmp'
