#!/usr/bin/env bash
# OpenBLAS takes this processor for one of its cores, and its bits depend on which. The vector sets
# train without it; where it computes, the core is recorded, and another one is refused.
. "$(dirname "$0")/common.bash"
make_data data
train() { # train SET CORE FOLDER
    LOSS_ISA=$1 OPENBLAS_CORETYPE=$2 "$LOSSGRID" train --model resnet20:width=0.25 --data data \
        --epochs 1 --lr 0.01 --limit 60 --quiet --out "$3"
}
sets=" $("$LOSSGRID" --version | sed -n 's/^kernel sets of this processor: //p') "
for set in avx512 avx2; do
    name="$set trains to the same bits whatever core OpenBLAS sees"
    if [[ $sets != *" $set "* ]]; then
        echo "ok - $name # SKIP this processor does not run $set"
        continue
    fi
    train $set Prescott $set-a
    train $set Nehalem $set-b
    check "$name" cmp $set-a/epoch-001.safetensors $set-b/epoch-001.safetensors
    check "and $set does not record it" sh -c "! grep -q '\"blas\"' $set-a/run.json"
done
check "blas begins with one core" train blas Prescott run
check "and records it" grep -qi prescott run/run.json
refuse "blas does not go on with another core" 1 "blas is" train blas Nehalem run
surface=("$LOSSGRID" surface run --x=-1:1:2 --y=0:0:1 --limit 20 --quiet --out a.landscape)
export LOSS_ISA=blas OPENBLAS_CORETYPE=Prescott
check "a surface begins with one core" "${surface[@]}"
check "and goes on with it" "${surface[@]}"
OPENBLAS_CORETYPE=Nehalem
refuse "but not with another" 1 "its OpenBLAS and its core: " "${surface[@]}"
