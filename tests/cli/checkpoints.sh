#!/usr/bin/env bash
# --checkpoints: files of another training loop are what a run's are.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
"$LOSSGRID" train --model $model --data data --epochs 11 --batch 20 --limit 60 --quiet --no-test --out run
mkdir ckpt
for e in $(seq 0 11); do cp "run/epoch-$(printf %03d "$e").safetensors" "ckpt/model_$e.pth"; done
surface() { "$LOSSGRID" surface "$@" --x=-0.2:1:3 --y=-0.2:0.2:2 --data data --limit 20 --quiet; }
own=(--model $model --weights ckpt/model_11.pth)
check "principal components of a run" surface run --directions pca --out a.landscape
check "and of the same checkpoints by another name" surface "${own[@]}" --directions pca --checkpoints 'ckpt/*.pth' --out b.landscape
points a.landscape >a.csv
points b.landscape >b.csv
check "give the same points" cmp a.csv b.csv
"$LOSSGRID" export b.landscape --quiet --out b.csv >/dev/null 2>&1
cut -d, -f1,2,4 b-path.csv 2>/dev/null | sed 1d >names
for e in $(seq 0 11); do echo "ckpt,model_$e.pth,$e"; done >expected
check "the path has their names, by number" cmp expected names
check "a landscape of random directions" surface "${own[@]}" --out c.landscape
check "takes their path" "$LOSSGRID" path c.landscape "${own[@]}" --data data --checkpoints mine='ckpt/model_{0,9,11}.pth' --quiet
"$LOSSGRID" info c.landscape >said
check "and the validity report tells of it" grep -q mine said
check "automatic axes" "$LOSSGRID" surface "${own[@]}" --x auto:3 --y auto:3 --checkpoints 'ckpt/*.pth' --data data --limit 20 --quiet --out d.landscape
refuse "no such files" 1 "none/*.pth: no such files" surface "${own[@]}" --directions pca --checkpoints 'none/*.pth' --out e.landscape
mkdir other
cp ckpt/model_1.pth other
refuse "two files of one name" 1 "told apart by the names" surface "${own[@]}" --directions pca --checkpoints '{ckpt,other}/model_1.pth' --out e.landscape
refuse "principal components of nothing" 2 "or --checkpoints PATTERN" surface "${own[@]}" --directions pca --out e.landscape
