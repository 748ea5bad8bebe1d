#!/usr/bin/env bash
# Weights from elsewhere: recognised, converted, by order, hostile; networks written as text.
. "$(dirname "$0")/common.bash"
: "${SRC:?the source tree}"
weights=$SRC/tests/data/weights
make_data data
model=resnet20:width=0.25
"$LOSSGRID" train --model $model --data data --epochs 12 --batch 20 --quiet --no-test --out run
w=run/epoch-012.safetensors

# ---- Recognising
"$LOSSGRID" eval --model auto --weights $w --data data --json >auto.json 2>said
check "--model auto says what it took" grep -q "$w: taken for $model: loss .* on 256 train images, guessing 2.303.*resnet20:shortcut=none,width=0.25, of the same tensors" said
check "and what it assumed" grep -q "assumed: ReLU" said
"$LOSSGRID" eval --model $model --weights $w --data data --json >named.json
check "--model auto evaluates the same" test "$(grep '"loss"' auto.json)" = "$(grep '"loss"' named.json)"
"$LOSSGRID" eval --weights $w --data data --json --quiet >quiet.json 2>said
check "--weights alone means auto; --quiet is quiet" test ! -s said -a "$(grep '"loss"' quiet.json)" = "$(grep '"loss"' named.json)"
refuse "weights of no network" 1 "no network of the zoo has its 10 tensors" "$LOSSGRID" eval --weights "$weights/old.pt" --data data
refuse "auto without weights" 2 "here is nothing to recognise" "$LOSSGRID" train --model auto --data data --out other

# ---- Converting
check "convert" "$LOSSGRID" convert "$weights/old.pt" old.safetensors
check "convert keeps types" sh -c '"$LOSSGRID" info old.safetensors | grep -q "types: F64, F32, F16, BF16, I64, BOOL"'
check "convert of our own weights" sh -c '"$LOSSGRID" convert '$w' again.safetensors --quiet && "$LOSSGRID" eval --model '$model' --weights again.safetensors --data data --json | grep -F "$(grep "\"loss\"" named.json)"'
refuse "convert to something else" 2 "expected a name ending in .safetensors" "$LOSSGRID" convert $w other.npz
refuse "convert without a target" 2 "Give IN and OUT.safetensors" "$LOSSGRID" convert $w
refuse "convert into a folder that is not there" 1 "none/out.safetensors" "$LOSSGRID" convert $w none/out.safetensors

# ---- By order
python3 - $w numbered.safetensors <<'PY'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
n = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + n])
header.pop("__metadata__")
text = json.dumps({"t%d" % i: item for i, item in enumerate(header.values())}).encode()
open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + data[8 + n:])
PY
refuse "other names" 1 "missing: conv1.weight" "$LOSSGRID" eval --model $model --weights numbered.safetensors --data data
"$LOSSGRID" eval --model $model --weights numbered.safetensors --by-order --data data --json >order.json
check "--by-order" test "$(grep '"loss"' order.json)" = "$(grep '"loss"' named.json)"
refuse "--by-order of another network" 1 "not the same by order" "$LOSSGRID" eval --model resnet32:width=0.25 --weights numbered.safetensors --by-order --data data

# ---- Hostile
refuse "a pickle that calls os.system" 1 "objects that are not made: posix.system" "$LOSSGRID" convert "$weights/system.pt" x.safetensors
refuse "the same in the old format" 1 "objects that are not made: posix.system" "$LOSSGRID" eval --model $model --weights "$weights/system-old.pt" --data data
check "nothing was executed, nothing written" test ! -e /tmp/owned -a ! -e x.safetensors
python3 - <<'PY'
import struct, zipfile
open("long-header.safetensors", "wb").write(struct.pack("<Q", 2**63) + b"{}" + bytes(100))
with zipfile.ZipFile("bomb.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
    with bomb.open("a.npy", "w") as member:
        member.write(b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (268435424,), }".ljust(117) + b"\n")
        for _ in range(1024):
            member.write(bytes(1 << 20))
PY
refuse "a safetensors header of 2^63 bytes" 1 "9223372036854775808 bytes long" "$LOSSGRID" info long-header.safetensors
# shellcheck disable=SC2016
refuse "a zip bomb (1 GiB in 1 MB), in 300 MB of address space" 1 "more than any honest file" \
    bash -c 'ulimit -v 300000; "$LOSSGRID" convert bomb.npz x.safetensors'

# ---- Networks written as text
cat >tiny.net <<'NET'
conv1 = conv channels=4 kernel=3 padding=1
bn1 = batchnorm
first = relu
conv2 = conv channels=4 kernel=3 padding=1
concat first
max_pool kernel=2
flatten
fc = linear outputs=classes
NET
check "train a .net" "$LOSSGRID" train --model tiny.net --data data --epochs 2 --quiet --out text
check "its run holds a copy" cmp tiny.net text/tiny.net
mkdir elsewhere && mv tiny.net elsewhere/
check "the run is complete without the original" "$LOSSGRID" eval text
check "its landscape" "$LOSSGRID" surface text --limit 20 --x=-1:1:3 --y=-1:1:3 --quiet --out tiny.landscape
check "the landscape names it" sh -c '"$LOSSGRID" info tiny.landscape | grep -q "tiny.net"'
printf 'flatten\nfc = linear outputs=classes\n' >tiny.net
refuse "another network into the same run" 1 "another network than tiny.net" "$LOSSGRID" train --model tiny.net --data data --epochs 2 --out text
echo relu >tiny.net
refuse "a network without classes" 1 "tiny.net: the logits are 1x12x12" "$LOSSGRID" train --model tiny.net --data data --out more
