#!/usr/bin/env bash
# Every bad input gets a clear message and a non-zero exit, and loses nothing.
. "$(dirname "$0")/common.bash"
make_data data
make_data data32 32
"$LOSSGRID" train --model lenet5 --data data32 --epochs 1 --lr 0.01 --quiet --out run 2>log || fail "train"
"$LOSSGRID" surface run --x=-1:1:3 --y=-1:1:3 --quiet --out a.landscape >/dev/null 2>log || fail "surface"
evaluate=("$LOSSGRID" eval --model lenet5 --weights run/epoch-001.safetensors)

# Data
refuse "a missing data set" 1 "missing: cannot open: No such file or directory" "${evaluate[@]}" --data missing
: >empty
refuse "an empty file as data" 1 "empty: the file is empty; expected a data set" "${evaluate[@]}" --data empty
mkdir folder
refuse "a folder without data" 1 "folder: no data set in this folder; expected train.npz" "${evaluate[@]}" --data folder
mkdir cifar
for i in 1 2 3 4 5; do head -c $((3073 * 4)) /dev/zero >cifar/data_batch_$i.bin; done
head -c $((3073 * 4)) /dev/zero >cifar/test_batch.bin
check "a small CIFAR-10 is taken" "$LOSSGRID" info cifar
head -c $((3073 * 4 - 1)) /dev/zero >cifar/data_batch_3.bin
refuse "a batch one byte short" 1 "data_batch_3.bin: 12291 bytes is not a whole number of 3073-byte records" \
    "$LOSSGRID" train --model lenet5 --data cifar --out r1
{ printf '\x0a'; head -c $((3073 * 4 - 1)) /dev/zero; } >cifar/data_batch_3.bin
refuse "a label out of range" 1 "data_batch_3.bin: record 0 has label 10; expected 0 to 9" \
    "$LOSSGRID" train --model lenet5 --data cifar --out r1
mkdir gz
cp data32/t10k-* gz/
gzip gz/t10k-images-idx3-ubyte
printf 'X' | dd of=gz/t10k-images-idx3-ubyte.gz bs=1 seek=200 conv=notrunc 2>/dev/null
refuse "a corrupt gzip" 1 "t10k-images-idx3-ubyte.gz: gzip data are corrupt near byte" "${evaluate[@]}" --data gz
head -c $((3073 * 4)) /dev/zero >cifar/data_batch_3.bin
tar -cf cifar.tar cifar
check "a tar is taken" "$LOSSGRID" info cifar.tar
printf 'X' | dd of=cifar.tar bs=1 seek=515 conv=notrunc 2>/dev/null
refuse "a tar with a wrong checksum" 1 "cifar.tar: no tar archive that can be read: " "${evaluate[@]}" --data cifar.tar
mkdir idx
cp data32/t10k-* idx/
printf '\x7f' | dd of=idx/t10k-images-idx3-ubyte bs=1 seek=4 conv=notrunc 2>/dev/null
refuse "an IDX header that claims too much" 1 "t10k-images-idx3-ubyte: its header claims" "${evaluate[@]}" --data idx
mkdir -p png/train/a png/train/b
python3 - <<'PY'
import struct, zlib
def png(path, w, h):
    chunk = lambda t, d: struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
    rows = b"".join(b"\0" + bytes(w) for _ in range(h))
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 0, 0, 0, 0)) +
                           chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
png("png/train/a/1.png", 32, 32)
png("png/train/b/2.png", 32, 31)
PY
refuse "a PNG of another size" 1 "b/2.png: 32 x 31 pixels; the images before it are 32 x 32" \
    "$LOSSGRID" train --model lenet5 --data png --no-test --out r1

mkdir half
cp data32/train-* half/
check "data without a test split can be trained on" "$LOSSGRID" train --model lenet5 --data half --epochs 1 --lr 0.01 --out r2
cp log said
check "and that is said" grep -q "no test after the epochs: half: no t10k-images" said
cp data32/t10k-* half/
printf '\x7f' | dd of=half/t10k-images-idx3-ubyte bs=1 seek=4 conv=notrunc 2>/dev/null
refuse "a damaged test split" 1 "t10k-images-idx3-ubyte: its header claims" \
    "$LOSSGRID" train --model lenet5 --data half --epochs 1 --out r1
"$LOSSGRID" info half >said 2>&1
check "info fails for it" test $? -eq 1
check "info tells of it" sh -c '"$LOSSGRID" info half | grep -q "error: half/t10k-images-idx3-ubyte: its header claims"'

# Networks and weights
refuse "a network that does not exist" 1 "resnet65: no such model; the nearest is resnet56" \
    "$LOSSGRID" train --model resnet65 --data data32 --out r1
refuse "images too small for a network" 1 "too small" "$LOSSGRID" train --model vgg16 --data data --out r1
refuse "weights of another network" 1 "run/epoch-001.safetensors: not weights of vgg9" \
    "$LOSSGRID" eval --model vgg9 --weights run/epoch-001.safetensors --data data32
refuse "missing weights" 1 "none.safetensors: cannot open: No such file" "$LOSSGRID" eval --model lenet5 --weights none.safetensors --data data32
refuse "empty weights" 1 "empty: the file is empty" "$LOSSGRID" eval --model lenet5 --weights empty --data data32
head -c 5000 run/epoch-001.safetensors >short.safetensors
refuse "truncated weights" 1 "do not lie within the" "$LOSSGRID" eval --model lenet5 --weights short.safetensors --data data32

# Grids and landscapes
refuse "--x=1:0:5" 2 "--x=1:0:5: MIN 1 is not below MAX 0" "$LOSSGRID" surface run --x=1:0:5 --out b.landscape
refuse "--x=0:1:0" 2 "--x=0:1:0: N is 0; expected 1 to 100000" "$LOSSGRID" surface run --x=0:1:0 --out b.landscape
refuse "--y alone" 2 "--y goes with --x" "$LOSSGRID" surface run --y=-1:1:3 --out b.landscape
refuse "--norm for directions of a file" 2 "--norm is about random directions" \
    "$LOSSGRID" surface run --directions d.safetensors --norm layer --out b.landscape
refuse "directions that are missing" 1 "d.safetensors: cannot open" "$LOSSGRID" surface run --directions d.safetensors --out b.landscape
refuse "--x=zero" 2 "--x=zero: expected MIN:MAX:N" "$LOSSGRID" surface run --x=zero --out b.landscape
cp a.landscape before
refuse "a landscape of other weights" 1 "a.landscape: a landscape of something else: its weights (digest)" \
    "$LOSSGRID" surface run --weights run/epoch-000.safetensors --x=-1:1:3 --y=-1:1:3 --out a.landscape
refuse "a landscape of another grid" 1 "its grid is x -1:1:3" "$LOSSGRID" surface run --x=-1:1:5 --y=-1:1:3 --out a.landscape
check "it is left as it was" cmp before a.landscape
refuse "a landscape that is none" 1 "run/run.json: its first line" "$LOSSGRID" plot run/run.json --out a.png
head -c 5000 a.landscape >cut.landscape
refuse "a truncated landscape" 1 "cut.landscape: cannot" "$LOSSGRID" plot cut.landscape --out a.png
refuse "a colour map that does not exist" 1 "viridid: no such colour map; the nearest is viridis" \
    "$LOSSGRID" plot a.landscape --colours viridid --out a.png
refuse "an export that does not exist" 1 "a.xyz: its ending names no format" "$LOSSGRID" export a.landscape --out a.xyz
refuse "another run's options" 1 "run.json: lr is 0.01; now asked for: 0.02" \
    "$LOSSGRID" train --model lenet5 --data data32 --epochs 1 --lr 0.02 --quiet --out run

# Places that cannot be written. Root may write anywhere but below a file.
refuse "an unwritable place for a run" 1 "empty/run: cannot make this folder" "$LOSSGRID" train --model lenet5 --data data32 --out empty/run
refuse "an unwritable place for a landscape" 1 "empty/a.landscape: cannot open" "$LOSSGRID" surface run --out empty/a.landscape
refuse "an unwritable place for an export" 1 "empty/a.ply: cannot write" "$LOSSGRID" export a.landscape --out empty/a.ply
refuse "an unwritable place for a picture" 1 "empty/a.png: cannot write" "$LOSSGRID" plot a.landscape --out empty/a.png

if [ -w /dev/full ]; then
    refuse "standard output on a full disk" 1 "standard output: cannot write: No space left on device" \
        sh -c '"$LOSSGRID" eval run --json >/dev/full'
else
    echo "ok - standard output on a full disk # SKIP no /dev/full here"
fi

# A full disk: a small tmpfs, where mounting is allowed.
mkdir full
if mount -t tmpfs -o size=256k tmpfs full 2>/dev/null; then
    trap 'umount full; rm -rf "$tmp"' EXIT
    refuse "a full disk under a checkpoint" 1 "No space left on device" \
        "$LOSSGRID" train --model lenet5 --data data32 --epochs 3 --lr 0.01 --quiet --out full/run
    check "no half checkpoint is left" sh -c '! ls full/run | grep -q tmp'
    rm -rf full/run
    # An empty landscape of this grid takes 28 kB and a complete one 72 kB: between them the disk becomes full.
    half=(surface run --limit 20 --x=-1:1:31 --y=-1:1:31 --quiet --out full/half.landscape)
    check "a surface on a small disk" "$LOSSGRID" surface run --x=-1:1:2 --y=-1:1:2 --quiet --out full/a.landscape
    points full/a.landscape >few.points
    head -c 1000000 /dev/zero >full/filler 2>/dev/null
    truncate -s -60k full/filler
    refuse "a disk that becomes full under a landscape" 1 "database or disk is full" "$LOSSGRID" "${half[@]}"
    check "the points before that are kept" sh -c '"$LOSSGRID" info full/half.landscape | grep -q " of 961 points"'
    head -c 1000000 /dev/zero >>full/filler 2>/dev/null
    refuse "a full disk under a landscape" 1 "database or disk is full" \
        "$LOSSGRID" surface run --x=-1:1:9 --y=-1:1:9 --quiet --out full/b.landscape
    check "no half landscape is left" test ! -e full/b.landscape
    refuse "a full disk under an export" 1 "No space left on device" "$LOSSGRID" export a.landscape --out full/a.ply
    refuse "a full disk under a picture" 1 "No space left on device" "$LOSSGRID" plot a.landscape --out full/a.png
    points full/a.landscape >still.points
    check "what was there is still there" cmp few.points still.points
    rm full/filler
    check "with room again, the same command goes on" "$LOSSGRID" "${half[@]}"
    check "and completes" sh -c '"$LOSSGRID" info full/half.landscape | grep -q "961 of 961 points"'
else
    echo "ok - a full disk # SKIP a tmpfs cannot be mounted here"
fi
