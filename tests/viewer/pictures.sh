#!/usr/bin/env bash
# lossview --screenshot without a display: pictures against stored ones, odd grids, what must be refused. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1

"$LOSSVIEW" "$fixture" --screenshot=probe.png --size=64x64 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "pictures" "$(head -n 1 log)"
}

# The stored pictures: NAME and the options that make it. `tests/viewer/pictures.sh --store` makes them again.
stored="height|--critical --floor
bands|--texture=bands --view=front --colours=magma
isolines|--texture=isolines --view=top --no-path
checker|--texture=checker --theme=dark --no-contours --azimuth=-60
slope|--texture=slope --shading=flat --colours=terrain --orthographic
linked|--map --run-curves --epoch=6 --theme=paper
difference|--split=difference --colours=coolwarm --ghost --edges --panel"
size=420x280
if [ "${1:-}" = --store ]; then
    while IFS='|' read -r name options; do
        # shellcheck disable=SC2086  # words
        "$LOSSVIEW" "$fixture" $options --size=$size --screenshot="$SRC/tests/viewer/pictures/$name.png"
    done <<<"$stored"
    exit
fi

. "$SRC/tests/viewer/alike.bash"
if ! command -v compare >/dev/null; then
    echo "ok - stored pictures # SKIP no imagemagick"
else
    while IFS='|' read -r name options; do
        # shellcheck disable=SC2086
        "$LOSSVIEW" "$fixture" $options --size=$size --screenshot="$name.png" --gl-debug >log 2>&1
        told "$name.png" "$SRC/tests/viewer/pictures/$name.png" >>log
        if alike "$name.png" "$SRC/tests/viewer/pictures/$name.png"; then pass "picture $name"; else fail "picture $name"; fi
    done <<<"$stored"
    # The tolerance must tell wrong pictures: each stored one from each other, and from itself a little turned or recoloured.
    wrong=
    for a in "$SRC"/tests/viewer/pictures/*.png; do
        for b in "$SRC"/tests/viewer/pictures/*.png; do
            [ "$a" = "$b" ] || ! alike "$a" "$b" || wrong="$wrong $(basename "$a")=$(basename "$b")"
        done
    done
    for change in --azimuth=34 --elevation=41 --zoom=1.05 --exaggeration=1.2 --texture=bands --colours=cividis --height=linear --shading=flat --split=train --no-contours; do
        "$LOSSVIEW" "$fixture" --critical --floor $change --size=$size --screenshot=changed.png >/dev/null 2>&1
        case $change in
        --shading=flat | --texture=bands) # change hardly more than a new font may, if at all
            cmp -s changed.png height.png && wrong="$wrong $change" ;;
        *) alike changed.png "$SRC/tests/viewer/pictures/height.png" && wrong="$wrong $change" ;;
        esac
    done
    if [ -z "$wrong" ]; then pass "wrong pictures are told from right ones"; else
        echo "taken for right:$wrong" >log
        fail "wrong pictures are told from right ones"
    fi
fi

check "the same picture twice" sh -c "'$LOSSVIEW' '$fixture' --size=300x200 --output=- >a.png && '$LOSSVIEW' '$fixture' --size=300x200 --screenshot=b.png && cmp a.png b.png"
check "two files side by side" "$LOSSVIEW" "$fixture" "$fixture" --size=600x300 --screenshot=two.png --gl-debug
for texture in height bands isolines checker wireframe slope; do
    check "no complaint of the driver, $texture" "$LOSSVIEW" "$fixture" --texture=$texture --ghost --edges --critical --floor --panel \
        --help-overlay --size=300x200 --screenshot=c.png --gl-debug
done
check "transparent" "$LOSSVIEW" "$fixture" --no-background --size=300x200 --screenshot=t.png
corner() { python3 - "$1" <<'PY'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
assert (depth, kind) == (8, 6), kind
rest, at = b"", 8
while at < len(data):
    n, name = struct.unpack(">I4s", data[at:at + 8])
    rest += data[at + 8:at + 8 + n] if name == b"IDAT" else b""
    at += 12 + n
first = zlib.decompress(rest)[-4:]  # the last pixel, filtered; nothing is there, so are its neighbours: zeros
assert first == b"\0\0\0\0", first
PY
}
check "its corner is transparent" corner t.png

check "a turn" "$LOSSVIEW" "$fixture" --turntable=turn --frames=4 --size=200x150
check "its frames and its animation" sh -c 'test "$(ls turn | wc -l)" = 5 && test "$(grep -c fdAT turn/turntable.png)" -ge 1 && ! cmp -s turn/frame-000.png turn/frame-002.png'
refuse "a folder that cannot be made" 1 "No such file" "$LOSSVIEW" "$fixture" --turntable=no/such/turn --size=200x150
refuse "a picture that cannot be written" 1 "No such file" "$LOSSVIEW" "$fixture" --screenshot=no/such.png --size=200x150
refuse "a full disk" 1 "cannot write" sh -c '"$0" "$1" --output=- --size=200x150 >/dev/full' "$LOSSVIEW" "$fixture"
cp "$fixture" kept.landscape
refuse "an ending that is no picture's" 2 "expected .png" "$LOSSVIEW" kept.landscape --screenshot=kept.landscape
ln -s kept.landscape disguised.png
refuse "a file of another kind is not written over" 1 "PNG picture" "$LOSSVIEW" "$fixture" --screenshot=disguised.png --size=200x150
check "it is left as it was" cmp "$fixture" kept.landscape
printf '\211PNG of before' >before.png
cp before.png old.png
refuse "a picture that fails" 1 "pixels" "$LOSSVIEW" "$fixture" --screenshot=old.png --size=20000x20000
check "leaves the old one" cmp before.png old.png
mkdir folder.png
refuse "a folder" 1 "folder.png: a folder; expected a file to write" "$LOSSVIEW" "$fixture" --screenshot=folder.png --size=200x150

# Odd grids.
printf '1,2\n3,4\n' >two.csv
printf '5 5 5\n5 5 5\n' >equal.csv
printf '1 2 3\n4 nan 6\n7 8 9\n1 1 1\n' >hole.csv
printf 'x,y,z\n0,0,1\n1,0,2\n2,0,2\n' >line.csv
printf 'nan,nan\nnan,nan\n' >nan.csv
: >empty.csv
head -c 5000 "$fixture" >cut.landscape
printf 'ply\nformat binary_little_endian 1.0\nelement vertex 400\nproperty float x\nproperty float y\nproperty float z\nend_header\nabc' >cut.ply
for grid in two equal hole; do
    check "a grid: $grid" "$LOSSVIEW" $grid.csv --critical --floor --texture=slope --size=200x150 --screenshot=g.png --gl-debug
done
refuse "a line of points" 1 "line of 3 x 1" "$LOSSVIEW" line.csv --screenshot=g.png
refuse "nothing but NaN" 1 "finite" "$LOSSVIEW" nan.csv --screenshot=g.png
refuse "an empty file" 1 "empty" "$LOSSVIEW" empty.csv --screenshot=g.png
refuse "half a landscape" 1 "cut.landscape" "$LOSSVIEW" cut.landscape --screenshot=g.png
refuse "half a mesh" 1 "vertex 1 of 400" "$LOSSVIEW" cut.ply --screenshot=g.png
refuse "no accuracy in the file" 1 "no accuracy" "$LOSSVIEW" two.csv --field=accuracy --screenshot=g.png
refuse "too large" 1 "--max-size" "$LOSSVIEW" "$fixture" --max-size=0.01 --screenshot=g.png
refuse "an unknown option" 2 "nearest is --texture" "$LOSSVIEW" --textures=bands
awk 'BEGIN {for (y = 0; y < 2000; y++) {for (x = 0; x < 2000; x++) printf "%d%s", (x * x + y * y) % 9973, x < 1999 ? "," : "\n"}}' >large.csv
check "2000 x 2000 points" "$LOSSVIEW" large.csv --no-contours --size=300x200 --screenshot=g.png
check "our own PLY is read" sh -c "'${LOSSGRID:-false}' export '$fixture' --quiet --out f.ply && '$LOSSVIEW' f.ply --size=200x150 --screenshot=g.png"

check "help, keys, version" sh -c "'$LOSSVIEW' --help | grep -q -- --turntable && '$LOSSVIEW' --list-bindings | grep -q F12 && '$LOSSVIEW' --version | grep -q '^lossview [0-9]'"
check "the command line of a session" sh -c "'$LOSSVIEW' --print-command f.csv --texture=bands --zoom=2 | grep -qx \"lossview 'f.csv' --texture=bands --zoom=2\""
refuse "no EGL driver: told what was tried" 1 "no OpenGL 3.3 can be had without a window; tried EGL" \
    env __EGL_VENDOR_LIBRARY_DIRS=/nonexistent "$LOSSVIEW" "$fixture" --screenshot=g.png
refuse "no display: told what was tried" 1 "GLFW" env DISPLAY=:4321 "$LOSSVIEW" "$fixture"
