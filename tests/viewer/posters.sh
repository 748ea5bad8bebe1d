#!/usr/bin/env bash
# Large pictures are drawn in tiles: nobody sees where. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1
"$LOSSVIEW" "$fixture" --screenshot=probe.png --size=64x64 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "posters" "$(head -n 1 log)"
}

# A few pixels of texts and lines are rounded to another side; a tile in the wrong place is far more.
alike() {
    local mean most
    mean=$(compare -metric RMSE "$1" "$2" null: 2>&1 | sed 's/.*(\(.*\))/\1/')
    most=$(compare -metric PAE "$1" "$2" null: 2>&1 | sed 's/.*(\(.*\))/\1/')
    echo "mean $mean, most $most" >>log
    awk -v m="$mean" -v p="$most" 'BEGIN {exit !(m != "" && m < 0.003 && p < 0.25)}'
}
if ! command -v compare >/dev/null; then
    echo "ok - tiles # SKIP no imagemagick"
else
    for options in "--critical --floor" "--texture=wireframe --ghost --panel" "--texture=isolines --no-background --view=top"; do
        # shellcheck disable=SC2086  # words
        "$LOSSVIEW" "$fixture" $options --size=703x501 --screenshot=whole.png --gl-debug >log 2>&1
        # shellcheck disable=SC2086
        "$LOSSVIEW" "$fixture" $options --size=703x501 --tile=150 --screenshot=tiles.png --gl-debug >>log 2>&1
        if alike whole.png tiles.png; then pass "tiles are one picture: $options"; else fail "tiles are one picture: $options"; fi
    done
    "$LOSSVIEW" "$fixture" --size=703x501 --no-critical --screenshot=whole.png >log 2>&1
    convert whole.png -roll +1+0 moved.png
    if alike whole.png moved.png; then fail "a pixel beside is told"; else pass "a pixel beside is told"; fi
fi
check "a poster" "$LOSSVIEW" "$fixture" --size=4100x2100 --screenshot=poster.png --gl-debug
check "of its size" sh -c "test \"\$(od -An -tx1 -j16 -N8 poster.png | tr -d ' ')\" = 0000100400000834"
check "a turn in tiles" "$LOSSVIEW" "$fixture" --turntable=turn --frames=2 --tile=64 --size=200x150
refuse "tiles too small" 2 "--tile" "$LOSSVIEW" "$fixture" --tile=3 --screenshot=poster.png
