#!/usr/bin/env bash
# Lines of PDF and SVG pictures are lines, and end where the surface hides them. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1

only="--no-title --no-colour-bar --no-axes --no-centre --size=600x420"
# shellcheck disable=SC2086  # words
draw() { "$LOSSVIEW" "$fixture" $only "$@"; }
draw --floor --screenshot=a.svg >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "lines" "$(head -n 1 log)"
}
# strokes FILE: colour and number of points of the lines in it, an element each.
cat >strokes.py <<'PY'
import re, sys
import xml.etree.ElementTree as tree
for e in tree.parse(sys.argv[1]).getroot().iter():
    style = e.get("style", "")
    stroke = re.search(r"stroke:rgb\(([\d.]+)%,([\d.]+)%,([\d.]+)%\)", style)
    if e.tag.endswith("}path") and stroke and "fill:none" in style:
        print(*("%.0f" % float(c) for c in stroke.groups()), len(re.findall("[ML]", e.get("d"))))
PY
python3 strokes.py a.svg >strokes.txt 2>log
check "contours, floor lines, grid and path are lines" awk '
    $1 == 9 && $2 == 10 && $4 > 9 {contours++}
    $1 > 90 && $2 > 40 && $2 < 65 && $3 < 25 && $4 > 15 {path++}
    $1 > 60 && $2 > 60 && $4 > 20 {grid++}
    {n++}
    END {exit !(contours > 4 && path && grid && n > 20)}' strokes.txt
check "and few points make them" sh -c \
    "awk '{n += \$4} END {print n; exit !(n > 200 && n < 2000)}' strokes.txt"
draw --floor --no-contours --no-path --no-grid --screenshot=b.svg >log 2>&1
python3 strokes.py b.svg >fewer.txt 2>log
check "those not asked for are not there" awk '$1 == 9 && $2 == 10 {exit 1}' fewer.txt
"$LOSSVIEW" "$fixture" $only --floor --ghost --split=test --screenshot=c.svg >log 2>&1
python3 strokes.py c.svg >ghost.txt 2>log
check "under ghosts they stay in the image" awk '$1 == 9 && $2 == 10 {exit 1}' ghost.txt

# From above the surface hides all lines of the floor, from below none.
for side in top bottom; do
    draw --floor --no-contours --no-path --no-grid --view=$side --screenshot=$side.svg >log 2>&1
    python3 strokes.py $side.svg >$side.txt 2>log
done
check "the surface hides what is below it" test ! -s top.txt
check "and not what is before it" sh -c 'test "$(wc -l <bottom.txt)" -gt 5'

# The surface hides the same as in the picture of pixels, from every side.
if command -v pdftocairo >/dev/null && command -v compare >/dev/null; then
    # Blurred, since a thin line is as dark, but not on the same pixels.
    apart() {
        for name in "$@"; do convert "$name.png" -blur 0x2 "$name-soft.png"; done
        compare -metric RMSE "$1-soft.png" "$2-soft.png" null: 2>&1 | sed 's/.*(\(.*\))/\1/'
    }
    for side in "30 38" "-140 15" "75 4" "0 90"; do
        # shellcheck disable=SC2086
        set -- $side
        for ending in png pdf; do
            draw --floor --no-path --azimuth="$1" --elevation="$2" --screenshot=s.$ending >log 2>&1
        done
        draw --no-path --azimuth="$1" --elevation="$2" --no-contours --screenshot=n.png >log 2>&1
        pdftocairo -png -r 72 -singlefile s.pdf p
        echo "apart $(apart s p), without lines $(apart n p)" >log
        check_log() { awk '{exit !($2 + 0 < 0.03 && $2 + 0 < 0.8 * $5)}' log; }
        if check_log; then pass "lines as in the PNG, from $side"; else
            fail "lines as in the PNG, from $side"
        fi
    done
else
    echo "ok - lines as in the PNG # SKIP no poppler-utils or no imagemagick"
fi
# More lines than a file should hold stay in the image.
awk 'BEGIN {
    for (y = 0; y < 250; y++)
        for (x = 0; x < 250; x++)
            printf("%d%s", 1000 + (x * 7919 + y * 104729 + x * y) % 991, x < 249 ? "," : "\n")
}' >rough.csv
check "a rough surface" "$LOSSVIEW" rough.csv --size=300x200 --screenshot=rough.svg
check "its file is not large" sh -c 'test "$(stat -c %s rough.svg)" -lt 1500000'
