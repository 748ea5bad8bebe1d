#!/usr/bin/env bash
# Pictures as JPEG, of lossview and of lossgrid plot. Without a display. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1

cp "$fixture" f.landscape
"$LOSSVIEW" f.landscape --screenshot=a.png --size=300x200 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "jpeg" "$(head -n 1 log)"
}
for ending in jpg jpeg; do
    check "a picture: .$ending" "$LOSSVIEW" f.landscape --screenshot=a.$ending --size=300x200
done
check "both endings are one format" cmp a.jpg a.jpeg
refuse "a JPEG without a background" 2 "a JPEG cannot be transparent" \
    "$LOSSVIEW" f.landscape --no-background --screenshot=clear.jpg
check "it was not written" test ! -e clear.jpg
echo mine >mine.jpg
refuse "a file that is no JPEG is not written over" 1 "JPEG picture" \
    "$LOSSVIEW" f.landscape --screenshot=mine.jpg --size=200x150
refuse "a full disk" 1 "cannot write" sh -c \
    'ln -s /dev/full full.jpg && "$0" f.landscape --screenshot=full.jpg --size=200x150' "$LOSSVIEW"
# Markers: 4:4:4, 72 dots an inch, and the comment.
markers() { python3 - "$@" <<'PY'
import struct, sys
path, width, height, dpi, words = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5:]
data, at, seen = open(path, "rb").read(), 2, {}
assert data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9"
while data[at + 1] != 0xDA:
    n = struct.unpack(">H", data[at + 2:at + 4])[0]
    seen[data[at + 1]] = data[at + 4:at + 2 + n]
    at += 2 + n
frame = seen.get(0xC0) or seen[0xC2]
assert struct.unpack(">HH", frame[1:5]) == (height, width), frame[:6]
assert [frame[7 + 3 * i] for i in range(3)] == [0x11] * 3, frame
assert struct.unpack(">BHH", seen[0xE0][7:12]) == (1, dpi, dpi), seen[0xE0]
for word in words:
    assert word in seen[0xFE].decode(), seen[0xFE]
PY
}
check "colours as fine as light, dots an inch, and what it shows" \
    markers a.jpg 300 200 72 "Loss landscape of lenet5" "BatchNorm" "lossview"
if command -v compare >/dev/null; then
    compare -metric RMSE a.png a.jpg null: >log 2>&1
    check "it is the picture of the PNG" sh -c \
        "sed 's/.*(\(.*\))/\1/' log | awk '{exit !(\$1 > 0 && \$1 < 0.02)}'"
else
    echo "ok - it is the picture of the PNG # SKIP no imagemagick"
fi
if [ -x "${LOSSGRID:-}" ]; then
    check "a plot" "$LOSSGRID" plot f.landscape --out plot.jpg --width 85mm
    check "its dots an inch" sh -c 'file plot.jpg >log; grep -q "300x300" log || ! command -v file'
else
    echo "ok - a plot # SKIP lossgrid was not built"
fi
