#!/bin/sh
# The main job, end to end: train a ResNet-20 on Fashion-MNIST, compute the landscape around the trained weights, export it and
# draw it. `make demo` runs this; run it again after a stop and it goes on where it was.
#
#   LOSSGRID=build/release/lossgrid sh examples/demo.sh demo
set -eu
lossgrid=${LOSSGRID:-lossgrid}
out=${1:-demo}
mkdir -p "$out"

echo "1. Training a ResNet-20 on 8,000 images of Fashion-MNIST"
"$lossgrid" train --model resnet20 --data fashion-mnist --limit 8000 --epochs 3 --batch 32 --lr 0.05 --schedule cosine \
    --nesterov --seed 1 --test-limit 1000 --out "$out/run"

echo "2. Its loss and accuracy on the whole test set"
"$lossgrid" eval "$out/run" --split test

echo "3. The landscape: 25 x 25 points, 200 test images each"
"$lossgrid" surface "$out/run" --split test --limit 200 --sample --out "$out/resnet20.landscape"

echo "4. Files for other programs, and a picture"
"$lossgrid" export "$out/resnet20.landscape" --height log --out "$out/resnet20.ply"
"$lossgrid" plot "$out/resnet20.landscape" --out "$out/resnet20.png"

cat <<END

Done. Look at
  $out/resnet20.png         the picture
  $out/resnet20.ply         the same in 3-D: MeshLab, Blender, ParaView, f3d
  $out/resnet20.landscape   every point; sqlite3 $out/resnet20.landscape 'select x, y, loss from surface'

Next: $lossgrid info $out/resnet20.landscape
      $lossgrid surface $out/run --limit 256 --seed 2 --out $out/other.landscape      (other directions)
      $lossgrid train --model resnet20:shortcut=none --data fashion-mnist ...         (without shortcuts)
      $lossgrid --help
END
