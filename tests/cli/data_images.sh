#!/usr/bin/env bash
# Folders of JPEG and PNG, resized and cropped, against PIL: the digests of the images are compared, so the largest
# difference of a pixel is 0.
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's numpy and PIL
if ! $python -c "import numpy, PIL" 2>/dev/null; then
    echo "ok - images of PIL # SKIP no numpy or PIL"
    exit 0
fi
cat >common.py <<'PY'
import glob, os, sys
import numpy as np
from PIL import Image

def fit(image, resize, crop):
    """torchvision's Resize(resize) and CenterCrop(crop)."""
    w, h = image.size
    if resize and min(w, h) != resize:
        image = image.resize((resize, int(resize * h / w)) if w <= h else (int(resize * w / h), resize), Image.BILINEAR)
    w, h = image.size
    if crop:
        top, left = int(round((h - crop) / 2.0)), int(round((w - crop) / 2.0))
        image = image.crop((left, top, left + crop, top + crop))
    return image

def dump(folder, name, mode, resize=0, crop=0):
    """What an ImageFolder of `folder` gives, as an array file."""
    arrays = {"classes": np.int64(len(os.listdir(folder + "/train")))}
    for split, at in (("train", "train"), ("test", "val")):
        files = [f for c in sorted(os.listdir(f"{folder}/{at}")) for f in sorted(glob.glob(f"{folder}/{at}/{c}/*"))]
        classes = sorted(os.listdir(folder + "/train"))
        x = [np.asarray(fit(Image.open(f).convert(mode), resize, crop)) for f in files]
        x = np.stack([a[None] if a.ndim == 2 else a.transpose(2, 0, 1) for a in x])
        arrays["x_" + split], arrays["y_" + split] = x, np.array([classes.index(f.split("/")[-2]) for f in files])
    np.savez(name, **arrays)
PY
$python - <<'PY'
from common import *
r = np.random.default_rng(3)
def picture(w, h, channels):
    """Smooth colours with some noise."""
    y, x = np.mgrid[0:h, 0:w] / 40
    a = np.stack([127 + 90 * np.sin(x * f + y * g) for f, g in r.uniform(-2, 2, (channels, 2))], -1)
    return Image.fromarray(np.uint8(np.clip(a + r.normal(0, 12, a.shape), 0, 255)).squeeze())
def write(path, image, **options):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    image.save(path, **options)
kinds = [dict(quality=95, subsampling=0), dict(quality=60, subsampling=2), dict(quality=80, subsampling=1), dict(progressive=True),
         dict(optimize=True), dict(quality=5)]
n = 0
for split, count in (("train", 6), ("val", 2)):
    for c in ("ant", "bee", "cat"):
        for i in range(count):
            kind = kinds[n % len(kinds)]
            w, h = (int(k) for k in r.integers(33, 160, 2))
            grey = n % 5 == 0
            write(f"mixed/{split}/{c}/{i}.{'jpg' if n % 3 else 'JPEG'}", picture(w, h, 1 if grey else 3), **kind)
            write(f"grey/{split}/{c}/{i}.jpg", picture(40, 40, 1), **kind)
            if n % 4 == 1:
                write(f"mixed/{split}/{c}/p{i}.png", picture(h, w, 3))
            n += 1
for a, b, resize, crop in (("mixed", "m1", 32, 32), ("mixed", "m2", 50, 33), ("mixed", "m3", 200, 64)):
    dump(a, b + ".npz", "RGB", resize, crop)
dump("grey", "g1.npz", "L")
dump("grey", "g2.npz", "L", 57, 0)
dump("grey", "g3.npz", "L", 0, 27)
bad = open("grey/train/ant/0.jpg", "rb").read()
for name, bytes_ in (("short", bad[:-200]), ("head", bad[:15]), ("rubbish", bad[:2] + b"\xff" + bytes(300))):
    for c in "ab":
        os.makedirs(f"bad-{name}/train/{c}", exist_ok=True)
        open(f"bad-{name}/train/{c}/0.jpg", "wb").write(bytes_)
# Inks as PIL writes them (YCCK, with Adobe's marker), said to be CMYK, and without the marker. All values of
# inks occur: the conversion is held against PIL's over its whole range.
def inks():
    a = r.integers(0, 256, (40, 40, 4), dtype=np.uint8)
    a[20:] = r.integers(0, 2, (20, 40, 4), dtype=np.uint8) * 255
    return Image.fromarray(a, "CMYK")
for split in ("train", "val"):
    for c in "ab":
        os.makedirs(f"cmyk/{split}/{c}", exist_ok=True)
        for i in range(3):
            path = f"cmyk/{split}/{c}/{i}.jpg"
            inks().save(path, quality=100)
            data = open(path, "rb").read()
            marker = data.index(b"\xff\xee\x00\x0eAdobe")
            if i == 1:
                data = data[:marker + 15] + bytes([2 - data[marker + 15]]) + data[marker + 16:]
            if i == 2:
                data = data[:marker] + data[marker + 16:]
            open(path, "wb").write(data)
dump("cmyk", "c1.npz", "RGB")
dump("cmyk", "c2.npz", "RGB", 33, 30)
PY
printf 'flatten\nfc = linear outputs=classes\n' >tiny.net
# digests FOLDER DATA [options]: of the images that a training sees
digests() {
    local run=$1
    shift
    rm -rf "$run"
    "$LOSSGRID" train --model tiny.net --epochs 1 --batch 6 --quiet --out "$run" --data "$@" >log 2>&1 && grep -E '"(data_digest|images|test_digest|test_images)"' "$run/run.json"
}
same() { # NAME OTHER DATA [options]
    local name=$1 other=$2
    shift 2
    digests expected "$other" >a
    digests got "$@" >b
    if [ -s a ] && cmp -s a b; then pass "$name"; else fail "$name"; fi
}
same "JPEG and PNG, grey among colour: resized to 32, cropped to 32" m1.npz mixed --resize 32 --crop 32
same "to 50, cropped to 33" m2.npz mixed --resize 50 --crop 33
same "to 200, which enlarges, cropped to 64" m3.npz mixed --resize 200 --crop 64
same "grey JPEG" g1.npz grey
same "resized alone" g2.npz grey --resize 57
same "cropped alone" g3.npz grey --crop 27
same "CMYK and YCCK" c1.npz cmyk
same "CMYK, resized and cropped" c2.npz cmyk --resize 33 --crop 30
same "images of arrays" g2.npz g1.npz --resize 57
"$LOSSGRID" train --model tiny.net --epochs 1 --batch 6 --quiet --out run --data mixed --resize 40 --crop 32 >log 2>&1
check "a run stands for its size" "$LOSSGRID" eval run
digests all m1.npz --limit 5 --sample >a
digests some mixed --resize 32 --crop 32 --limit 5 --sample >b
check "a choice is made before images are read" cmp a b
train_on() { "$LOSSGRID" train --model tiny.net --data "$1" --out none; }
refuse "sizes that differ" 1 "Resizing and cropping would make them alike" "$LOSSGRID" info mixed
refuse "a crop that does not fit" 1 "40 x 40 pixels; a crop of 41 does not fit" "$LOSSGRID" train --model tiny.net --data grey --crop 41 --out none
refuse "floats" 1 "images of floats are not resized" sh -c "$python -c \"import numpy as np; np.savez('f.npz', x=np.zeros((4, 1, 8, 8), 'f'), y=np.arange(4))\"; '$LOSSGRID' train --model tiny.net --data f.npz --resize 4 --out none"
refuse "a JPEG that is cut off" 1 "0.jpg: damaged JPEG: the file ends too early" train_on bad-short
refuse "a JPEG without an image" 1 "0.jpg: damaged JPEG" train_on bad-head
refuse "rubbish" 1 "0.jpg: damaged JPEG" train_on bad-rubbish
make_data idx
mkdir -p root/MNIST/raw
cp idx/*-ubyte root/MNIST/raw/
check "MNIST as torchvision lays it" cmp <("$LOSSGRID" info idx --json) <("$LOSSGRID" info root --json)
