#!/usr/bin/env bash
# Views beside the surface, in pictures: their size, and that they are there. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1
"$LOSSVIEW" "$fixture" --screenshot=probe.png --size=64x64 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "linked views" "$(head -n 1 log)"
}
awk 'BEGIN {for (j = 0; j < 15; j++) for (i = 0; i < 15; i++) printf("%.4f%s",
    2 + sin(i) * cos(j) + 0.01 * (i * i + j * j), i < 14 ? "," : "\n")}' >ripples.csv

# picture NAME OPTIONS...: NAME.png, without a complaint of the driver.
picture() {
    local name=$1
    shift
    "$LOSSVIEW" "$@" --gl-debug --screenshot="$name.png"
}
is_size() { # is_size NAME WIDTH HEIGHT
    test "$(od -An -tx1 -j16 -N8 "$1.png" | tr -d ' \n')" = "$(printf '%08x%08x' "$2" "$3")"
}
differ() { ! cmp -s "$1.png" "$2.png"; }
same() { cmp "$1.png" "$2.png"; }
for size in 1280x800 640x480 4200x2400; do
    for theme in light dark paper; do
        [ $size != 4200x2400 ] || [ $theme = light ] || continue
        check "a map, $size, $theme" picture map "$fixture" --map --size=$size --theme=$theme
        check "of its size" is_size map ${size%x*} ${size#*x}
    done
done
check "without a map" picture plain "$fixture" --size=640x480
check "with one" picture map "$fixture" --map --size=640x480
check "is another picture" differ map plain
check "from another side" picture side "$fixture" --map --size=640x480 --azimuth=90
half() { convert "$1.png" -crop "$3" +repage -strip "$2.png"; }
if command -v convert >/dev/null; then
    # Right of the middle, left of the colour bar.
    check "the map's half" half map map_half 200x300+290+120
    check "of the other side" half side side_half 200x300+290+120
    check "the map does not turn" same map_half side_half
    check "the picture's half" half map left_half 270x300+0+120
    check "of the other side" half side left_side 270x300+0+120
    check "the picture does" differ left_half left_side
else
    echo "ok - the map does not turn # SKIP no imagemagick"
fi

# The training path by epoch.
for size in 1280x800 640x480; do
    for theme in light dark paper; do
        check "curves, $size, $theme" picture curves "$fixture" --run-curves --size=$size \
            --theme=$theme
        check "of its size" is_size curves ${size%x*} ${size#*x}
    done
done
check "a poster" picture poster "$fixture" --run-curves --epoch=5 --size=4200x2400
check "without curves" picture plain "$fixture" --size=640x480
check "with them" picture curves "$fixture" --run-curves --size=640x480
check "are another picture" differ curves plain
check "up to an epoch" picture early "$fixture" --run-curves --size=640x480 --epoch=5
check "is another picture" differ early curves
check "up to the last" picture last "$fixture" --run-curves --size=640x480 --epoch=12
check "none is left out" picture none "$fixture" --run-curves --size=640x480 --epoch=none
check "is the whole" same none curves
refuse "curves of no path" 1 "no path of training" "$LOSSVIEW" ripples.csv --run-curves \
    --screenshot=no.png
refuse "an epoch of no path" 1 "no path of training" "$LOSSVIEW" ripples.csv --epoch=3 \
    --screenshot=no.png
check "a film" "$LOSSVIEW" "$fixture" --training=film --frames=6 --size=320x200 --run-curves
check "its frame" sh -c 'test -s film/frame-001.png'
check "the slider's picture" picture slider "$fixture" --epoch=2 --size=320x200 --run-curves
check "are one mechanism" cmp film/frame-001.png slider.png

# The barcode, and a basin.
for size in 1280x800 640x480; do
    for theme in light dark paper; do
        check "a barcode, $size, $theme" picture bars ripples.csv --barcode --basin=2 --map \
            --size=$size --theme=$theme
        check "of its size" is_size bars ${size%x*} ${size#*x}
    done
done
check "a poster" picture poster ripples.csv --barcode --basin=2 --size=4200x2400
check "without bars" picture plain ripples.csv --size=640x480
check "with them" picture bars ripples.csv --barcode --size=640x480
check "are another picture" differ bars plain
check "with a basin" picture basin ripples.csv --basin=2 --size=640x480
check "is another picture" differ basin plain
check "another basin" picture other ripples.csv --basin=3 --size=640x480
check "is another picture" differ basin other
check "none" picture none ripples.csv --basin=0 --size=640x480
check "is as without" same none plain
check "in tiles" picture tiles ripples.csv --basin=2 --size=640x480 --tile=150 --barcode --map
check "barcodes of two files" picture two "$fixture" ripples.csv --barcode --size=1200x700
check "a barcode in a document" "$LOSSVIEW" ripples.csv --barcode --basin=2 --map --size=640x480 \
    --screenshot=bars.pdf
refuse "a basin that is not there" 1 "basin 999: there are" "$LOSSVIEW" ripples.csv --basin=999 \
    --screenshot=no.png
check "maps of two files" picture two "$fixture" ripples.csv --map --size=1200x700
check "a map in a document" "$LOSSVIEW" "$fixture" --map --size=640x480 --screenshot=map.pdf
