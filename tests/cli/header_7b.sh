#!/usr/bin/env bash
# A safetensors file whose header has a length that ends in the byte 0x7b, '{', is no JSON. Speaks TAP.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 - "$dir/w.safetensors" <<'END'
import struct, sys
header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(0x7b)
open(sys.argv[1], "wb").write(struct.pack("<Q", len(header)) + header + bytes(4))
END
found=$("$LOSSGRID" info "$dir/w.safetensors" 2>&1)
if [[ $found == *"kind: safetensors"* ]]; then echo "ok - read as safetensors"; else
    echo "not ok - read as safetensors"
    echo "# $found"
fi
echo '{"model": "resnet20"}' >"$dir/run.json"
found=$("$LOSSGRID" info "$dir/run.json" 2>&1)
if [[ $found == *"kind: run.json"* ]]; then echo "ok - JSON is still read as JSON"; else
    echo "not ok - JSON is still read as JSON"
    echo "# $found"
fi
