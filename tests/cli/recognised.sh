#!/usr/bin/env bash
# Weights that may be of another network than they are taken for: what is said, refused, recorded.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
"$LOSSGRID" train --model $model --data data --epochs 12 --batch 20 --quiet --no-test --out run
w=run/epoch-012.safetensors
new=run/epoch-000.safetensors
surface() { "$LOSSGRID" surface "$@" --limit 20 --x=-1:1:3 --y=-1:1:3 --quiet --json; }

# ---- Recognised
check "a surface of recognised weights" surface --weights $w --data data --out auto.landscape
check "it says that they were" sh -c '"$LOSSGRID" info auto.landscape | grep -q "network_from *recognised"'
refuse "untrained weights" 1 "give --model" "$LOSSGRID" eval --weights $new --data data
cp log said
check "the candidates are listed with their losses" grep -q "fit 2 networks, .*resnet20:width=0.25: loss [0-9.]*, running means off by .*shortcut=none,width=0.25: loss" said
"$LOSSGRID" train --model resnet20:shortcut=none,width=0.25 --data data --epochs 12 --batch 20 --quiet --no-test --out plain
"$LOSSGRID" eval --weights plain/epoch-012.safetensors --data data --quiet --json >plain.json 2>said
check "a network without shortcuts" grep -q '"model":.*"resnet20:shortcut=none,width=0.25"' plain.json
check "--quiet is quiet" test ! -s said

check "info lists the networks that fit" sh -c '"$LOSSGRID" info '$w' | grep -q "networks_with_these_tensors.*resnet20:width=0.25.*shortcut=none"'

# ---- Named
"$LOSSGRID" eval --model $model --weights $new --data data --quiet --json >named.json 2>said
check "a named network of untrained weights: a warning, also with --quiet" grep -q "warning: $new: the loss on 256 train images is .*not below the 2.303 of guessing" said
check "and in JSON" sh -c 'grep -q "\"caveat\":.*not below" named.json && grep -q "\"network_from\":.*\"named\"" named.json'
surface --model $model --weights $new --data data --out named.landscape >/dev/null 2>said
check "a surface warns" grep -q "warning: $new" said
check "and keeps it" sh -c '"$LOSSGRID" info named.landscape | grep -q "caveat .*not below the 2.303 of guessing"'
"$LOSSGRID" curvature --model $model --weights $new --data data --limit 20 --steps 10 --quiet --json >curvature.json 2>said
check "curvature warns" sh -c 'grep -q warning said && grep -q "\"caveat\"" curvature.json'
"$LOSSGRID" eval --model $model --weights $w --data data --quiet --json >good.json 2>said
check "the right network has no caveat" sh -c '! grep -q caveat good.json && test ! -s said'
"$LOSSGRID" eval --model resnet20:shortcut=none,width=0.25 --weights $w --data data --quiet >out 2>said
check "a wrong one with these tensors has" grep -q warning said
"$LOSSGRID" eval --model $model --weights $w --data data --mean 0 --std 3 --quiet >out 2>said
check "images normalised otherwise are seen" grep -q "running means are .* off\|not below" said
surface run --out run.landscape >/dev/null 2>said
check "a run needs no check" sh -c 'test ! -s said && "$LOSSGRID" info run.landscape | grep -q "network_from *run"'

# ---- By order
refuse "by order without a name" 2 "goes with --model NAME" "$LOSSGRID" eval --weights $w --by-order --data data
"$LOSSGRID" eval --model $model --weights $w --by-order --data data --json >order.json 2>said
check "by order says what it assumed" grep -q "taken by order for $model: names were not compared; assumed: ReLU" said
check "and JSON has it" grep -q '"network_from":.*"order"' order.json
"$LOSSGRID" eval --model resnet20:shortcut=none,width=0.25 --weights $w --by-order --data data --quiet >out 2>said
check "the same warning by order" grep -q warning said
