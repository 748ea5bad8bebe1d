#!/usr/bin/env bash
# What was begun with one kernel set is not gone on with by another: the bits would be of both.
. "$(dirname "$0")/common.bash"
make_data data
export LOSS_ISA=ref
check "training begins with ref" "$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --lr 0.01 --limit 60 --quiet --out run
surface=("$LOSSGRID" surface run --x=-1:1:3 --y=0:0:1 --limit 20 --quiet --out a.landscape)
check "a surface begins with ref" "${surface[@]}"
cp a.landscape before.landscape
cp -r run before

export LOSS_ISA=blas
refuse "training does not go on with blas" 1 'isa is "ref"; now asked for: "blas"' \
    "$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --lr 0.01 --limit 60 --quiet --out run
check "the run is as it was" diff -r before run
refuse "the surface does not go on with blas" 1 "its kernel set: ref; asked for: blas" "${surface[@]}"
check "the landscape is as it was" cmp before.landscape a.landscape

export LOSS_ISA=ref
check "with ref it goes on" "${surface[@]}"
