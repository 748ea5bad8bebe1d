#!/usr/bin/env bash
# Values are read back from a picture by their colours, whatever the light does. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1
read_colours=$SRC/tests/viewer/read_colours.py

"$LOSSVIEW" "$fixture" --screenshot=probe.png --size=64x64 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "colours" "$(head -n 1 log)"
}
# The map, from the library's table.
sed -n '/lossi_viridis\[/,/};/p' "$SRC/libloss/analysis/colormap_tables.c" | grep -oE '\{ *[0-9]+, *[0-9]+, *[0-9]+ *\}' |
    tr -d '{},' >viridis.txt
check "the map has 256 colours" test "$(wc -l <viridis.txt)" -eq 256

# draw NAME OPTIONS...: nothing but the surface.
draw() {
    local name=$1
    shift
    "$LOSSVIEW" "$@" --no-contours --no-axes --no-grid --no-title --no-colour-bar --no-path --no-centre \
        --colours=viridis --size=300x200 --screenshot="$name.png"
}
draw plain "$fixture" --shading=none
for light in smooth flat; do
    draw shaded "$fixture" --shading=$light
    check "light moves no colour along its scale, $light" python3 "$read_colours" plain.png shaded.png
done
# Most of this surface lies on the floor.
awk 'BEGIN {for (y = 0; y < 21; y++) for (x = 0; x < 21; x++) printf("%g%s", 1 + 0.005 * x + (x == 12 && y == 10 ? 3 : 0), (x < 20 ? "," : "\n"))}' >low.csv
for light in none smooth; do
    "$LOSSVIEW" low.csv --no-contours --no-axes --grid --no-title --no-colour-bar --no-path --no-centre --colours=viridis \
        --size=300x200 --shading=$light --screenshot=low-$light.png
done
check "the shadow of the floor falls on no surface" python3 "$read_colours" low-none.png low-smooth.png level
awk 'BEGIN {for (y = 0; y < 9; y++) for (x = 0; x < 9; x++) printf "%d%s", 10 + x, x < 8 ? "," : "\n"}' >ramp.csv
draw top ramp.csv --view=top --orthographic
check "from above a colour is a value" python3 "$read_colours" ramp top.png
for seen in "--view=top" "--orthographic"; do
    draw a "$fixture" $seen
    draw b "$fixture" $seen --shading=none
    check "no light with $seen" cmp a.png b.png
done
