#!/usr/bin/env bash
# Stored pictures of what lossview shows besides the surface of one file; and that a picture with
# one thing wrong, in one place, is told from the right one. `tests/viewer/scenes.sh --store` makes
# them again. Speaks TAP.
. "$(dirname "$0")/common.bash"
. "$SRC/tests/viewer/alike.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1
"$LOSSVIEW" "$fixture" --screenshot=probe.png --size=64x64 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "scenes" "$(head -n 1 log)"
}
command -v compare >/dev/null || skip_all "scenes" "no imagemagick"
cp "$fixture" lenet5.landscape
cp "$SRC/tests/data/viewer/lines.landscape" .

# grid FILE EXPRESSION: 25 x 25 values of u and v, -2 to 2.
grid() {
    awk "BEGIN {for (y = 0; y < 25; y++) for (x = 0; x < 25; x++) {
        u = x / 6 - 2; v = y / 6 - 2; z = $2; printf \"%s%s\", z, x < 24 ? \",\" : \"\\n\"}}" >"$1"
}
waves='1.5 + 0.175 * (u * u + v * v) + 0.6 * sin(3 * u) * cos(2.5 * v)'
grid waves.csv "$waves"
grid holes.csv 'u * u + v * v < 0.3 ? "inf" : u > 1 && v > 1 ? "nan" : 1 + u * u + v'
grid steep.csv 'u * u + v * v < 0.1 ? 0 : exp(1.5 * (u * u + v * v) - 4)'

# NAME|FILES|OPTIONS
scenes="paper|lenet5.landscape|--theme=paper --critical --labels=full
accuracy|lenet5.landscape|--field=accuracy --colours=cividis --view=top
lines|lines.landscape|
two|waves.csv holes.csv|--critical --labels=short
holes|holes.csv|--floor --theme=dark --points
log|steep.csv|--height=log --texture=wireframe
marks|waves.csv|--critical --labels=short --floor
basins|waves.csv|--barcode --basin=2 --map --no-contours"
size=360x240
# draw FILES PICTURE OPTIONS...
draw() {
    local files=$1 picture=$2
    shift 2
    # shellcheck disable=SC2086  # words
    "$LOSSVIEW" $files "$@" --size=$size --screenshot="$picture" >log 2>&1
}
# grow FOLDER: the third of six frames of the surface as it is computed
grow() { "$LOSSVIEW" lenet5.landscape --growth="$1" --frames=6 --size=$size >log 2>&1; }
stored=$SRC/tests/viewer/scenes
if [ "${1:-}" = --store ]; then
    while IFS='|' read -r name files options; do
        # shellcheck disable=SC2086
        draw "$files" "$name.png" $options
        store "$name.png" "$stored/$name.png"
    done <<<"$scenes"
    grow growing
    store growing/frame-002.png "$stored/growing.png"
    exit
fi

# is_stored NAME: NAME.png is as it was
is_stored() {
    told "$1.png" "$stored/$1.png" >>log
    if alike "$1.png" "$stored/$1.png"; then pass "picture $1"; else fail "picture $1"; fi
}
while IFS='|' read -r name files options; do
    # shellcheck disable=SC2086
    draw "$files" "$name.png" $options
    is_stored "$name"
done <<<"$scenes"
grow growing
cp growing/frame-002.png growing.png
is_stored growing
check "all of them together are small" test "$(cat "$stored"/*.png "$SRC"/tests/viewer/pictures/*.png | wc -c)" -lt 700000

# What a change of the font or the driver does to a picture is forgiven: all moved by half a pixel.
for name in marks paper; do
    convert "$stored/$name.png" -virtual-pixel edge -distort Affine '0,0 0.5,0.5' moved.png
    told moved.png "$stored/$name.png" >log
    if alike moved.png "$stored/$name.png"; then pass "half a pixel, $name"; else
        fail "half a pixel, $name"
    fi
done
# wrong WHAT NAME FILES OPTIONS...: drawn so, it is not the stored picture of that name
wrong() {
    local what=$1 name=$2 files=$3
    shift 3
    draw "$files" wrong.png "$@" || fail "told from the right one: $what"
    told wrong.png "$stored/$name.png" >>log
    if alike wrong.png "$stored/$name.png"; then fail "told from the right one: $what"; else
        pass "told from the right one: $what"
    fi
}
paper="--theme=paper --critical --labels=full"
marks="--critical --labels=short --floor"
# One level of the lines is 1.5: what is near it is raised so that its line moves, and no other.
grid level.csv "$waves; d = z - 1.5; d = d < 0 ? -d : d; z += d < 0.12 ? 0.06 - d / 2 : 0"
# A label: the loss of one minimum, beside the grid points next to it.
grid label.csv "$waves; z -= x == 9 && y == 12 ? 0.1 : 0"
# shellcheck disable=SC2086
{
    wrong "no mark" paper lenet5.landscape $paper --no-critical
    wrong "no path" paper lenet5.landscape $paper --no-path
    wrong "a path without its last checkpoint" paper lenet5.landscape $paper --epoch=11
    wrong "no contour lines" marks waves.csv $marks --no-contours
    wrong "other labels" paper lenet5.landscape $paper --labels=short
    wrong "without a mark of many" marks waves.csv $marks --persistence=0.2
    wrong "no lines on the floor" marks waves.csv --critical --labels=short
    mkdir other
    mv waves.csv other
    mv level.csv waves.csv
    wrong "a level of the lines that moved" marks waves.csv $marks
    mv label.csv waves.csv
    wrong "another loss at a mark" marks waves.csv $marks
    mv other/waves.csv .
    wrong "no bar of colours" two "waves.csv holes.csv" --critical --labels=short --no-colour-bar
    wrong "files the other way round" two "holes.csv waves.csv" --critical --labels=short
    wrong "no points" holes holes.csv --floor --theme=dark
    wrong "linear heights" log steep.csv --height=linear --texture=wireframe
    wrong "no title" lines lines.landscape --no-title
}
cp growing/frame-003.png wrong.png
told wrong.png "$stored/growing.png" >log
if alike wrong.png "$stored/growing.png"; then fail "told from the right one: the next frame"; else
    pass "told from the right one: the next frame"
fi
