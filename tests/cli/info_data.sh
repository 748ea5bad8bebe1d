#!/usr/bin/env bash
# lossgrid info and path of data: images made fit, and which split is damaged.
. "$(dirname "$0")/common.bash"
make_data data 16
"$LOSSGRID" info data --crop 8 --json >json
check "info --crop" grep -qE '"height":\s*8' json
refuse "a crop that is larger than the images" 1 "data" "$LOSSGRID" info data --crop 99

# Of two damaged or missing splits the damaged one is told.
mkdir half
cp data/train-* half
head -c 1000 data/train-images-idx3-ubyte >half/train-images-idx3-ubyte
refuse "a damaged training split without a test split" 1 "train-images-idx3-ubyte" "$LOSSGRID" info half
cp data/t10k-labels* half
head -c 1000 data/t10k-images-idx3-ubyte >half/t10k-images-idx3-ubyte
refuse "two damaged splits: the first" 1 "train-images-idx3-ubyte" "$LOSSGRID" info half
cp data/train-* half
refuse "a damaged test split" 1 "t10k-images-idx3-ubyte" "$LOSSGRID" info half
rm half/t10k-*
check "none is no damage" "$LOSSGRID" info half

# A path on a landscape of images that were cut.
"$LOSSGRID" train --model mlp:size=4 --data data --crop 8 --epochs 2 --limit 60 --batch 16 --quiet --out run
check "a landscape of them" "$LOSSGRID" surface run --limit 20 --x=-1:1:3 --y=0:0:1 --quiet --out a.landscape
refuse "a path without the cut" 1 "run/epoch-002.safetensors: not weights of mlp:size=4" "$LOSSGRID" path --checkpoints 'run/epoch-*' --model mlp:size=4 --data data --weights run/epoch-002.safetensors a.landscape --quiet
check "with it" "$LOSSGRID" path --checkpoints 'run/epoch-*' --model mlp:size=4 --data data --weights run/epoch-002.safetensors --crop 8 a.landscape --quiet
