#!/usr/bin/env bash
# A contact sheet of lossview, to be looked at: sheet.sh FOLDER [MORE.landscape...]. It makes FOLDER/NAME.png, each, and
# FOLDER/sheet-1.png ... of all. Run by hand, with LOSSVIEW and LOSSGRID set or built; needs ImageMagick.
set -eu
SRC=$(cd "$(dirname "$0")/../.." && pwd)
LOSSVIEW=${LOSSVIEW:-$SRC/build/release/lossview}
[ $# -ge 1 ] || { echo "usage: sheet.sh FOLDER [MORE.landscape...]" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
shift
fixture=$SRC/tests/data/viewer/lenet5-pca.landscape
names=()
draw() { # draw NAME OPTIONS...
    local name=$1
    shift
    "$LOSSVIEW" "$@" --screenshot="$name.png"
    names+=("$name.png")
}
# grid NAME N EXPRESSION: a .csv of values of x and y in -1 .. 1.
grid() {
    awk -v n="$2" "BEGIN {for (j = 0; j < n; j++) for (i = 0; i < n; i++) {
        x = 2 * i / (n - 1) - 1; y = 2 * j / (n - 1) - 1; printf(\"%s%s\", ($3), (i < n - 1 ? \",\" : \"\\n\"))}}" >"$1.csv"
}
grid ripples 25 '0.3 + x * x + 2 * y * y + 0.3 * sin(7 * x) * cos(6 * y)'
grid valley 25 '0.05 + 4 * (x - y) * (x - y) + 0.2 * (x + y) * (x + y)'
grid steep 31 'exp(9 * (x * x + y * y))'
grid flat 9 '2.302585'
grid tiny 2 '1 + x + 2 * y'
grid holes 21 '(x - 0.3) * (x - 0.3) + y * y < 0.04 ? "nan" : x > 0.8 && y > 0.8 ? "inf" : 1 + x * x + y'
grid spike 41 '1 + 3 * exp(-300 * ((x - 0.2) * (x - 0.2) + y * y)) + 0.2 * x'
grid many 400 '1 + x * x + y * y + 0.1 * sin(40 * x) * sin(40 * y)'

for texture in height bands isolines checker wireframe slope; do draw texture-$texture ripples.csv --texture=$texture --critical; done
for theme in light dark paper; do draw theme-$theme "$fixture" --theme=$theme --critical --floor; done
for view in front right back left top bottom iso; do draw view-$view "$fixture" --view=$view --floor --critical; done
for azimuth in -150 -60 120; do draw around$azimuth ripples.csv --azimuth=$azimuth --floor; done
for colours in viridis magma cividis coolwarm terrain; do draw colours-$colours valley.csv --colours=$colours; done
for size in 300x200 640x480 400x800 1600x500 3840x2160 7680x4320; do draw size-$size "$fixture" --size=$size --critical --floor; done
for size in 640x480 1280x800; do draw panel-$size "$fixture" --size=$size --panel --critical; done
draw help "$fixture" --help-overlay --panel
draw help-small "$fixture" --help-overlay --panel --size=640x480
for side in 0 30 60 90 120 150 180 -150 -120 -90 -60 -30; do draw below$side ripples.csv --azimuth=$side --elevation=-25; done
draw scale-2 ripples.csv --size=640x480 --scale=2 --critical
draw surface-grid valley.csv --surface=grid --points --edges
draw surface-smooth valley.csv --points --edges
draw shading-flat ripples.csv --shading=flat
draw shading-none ripples.csv --shading=none
draw steep steep.csv
draw steep-linear steep.csv --height=linear
draw clip steep.csv --clip=50 --height=linear
draw low ripples.csv --exaggeration=0.1
draw high ripples.csv --exaggeration=4
for odd in flat tiny holes spike many; do draw $odd $odd.csv --critical --floor; done
draw difference "$fixture" --split=difference
draw accuracy "$fixture" --field=accuracy
draw errors "$fixture" --ghost
draw standard-error "$fixture" --field=standard-error
draw standard-error-bands "$fixture" --field=standard-error --texture=bands --theme=dark --floor
draw two "$fixture" ripples.csv --size=1600x700
draw transparent ripples.csv --no-background
draw parallel ripples.csv --orthographic --floor
draw labels ripples.csv --critical --labels=short
for theme in light dark paper; do draw plates-$theme ripples.csv --critical --floor --size=640x480 --theme=$theme; done
draw plates-left "$fixture" --critical --floor --azimuth=-60
draw levels-log steep.csv --floor
draw levels-many many.csv --levels=30
draw levels-none ripples.csv --no-level-labels
draw zoomed ripples.csv --zoom=2.5 --critical
draw zoomed-dark ripples.csv --zoom=4 --theme=dark --panel
for size in 1280x800 640x480 500x900; do
    draw map-$size ripples.csv --map --critical --size=$size
done
draw barcode ripples.csv --barcode
for theme in light dark paper; do
    draw basin-$theme ripples.csv --barcode --basin=2 --map --size=640x480 --theme=$theme
done
draw basin-critical ripples.csv --barcode --basin=2 --critical --persistence=0 --surface=grid
draw basin-many many.csv --barcode --basin=5 --persistence=0
draw basin-two "$fixture" ripples.csv --barcode --basin=2 --size=1600x700
draw epoch "$fixture" --run-curves --epoch=9
for theme in light dark paper; do
    draw epoch-$theme "$fixture" --run-curves --epoch=9 --map --size=640x480 --theme=$theme
done
draw epoch-two "$fixture" "$fixture" --run-curves --map --size=1600x900
draw map-two "$fixture" ripples.csv --map --size=1600x900
draw map-panel "$fixture" --map --panel --theme=dark
if command -v sqlite3 >/dev/null; then
    cp "$fixture" growing.landscape
    sqlite3 growing.landscape 'DELETE FROM points WHERE iy >= 6'
    draw growing growing.landscape
fi
for more in "$@"; do draw "more-$(basename "$more" .landscape)" "$more" --critical --floor; done
montage -label '%t' "${names[@]/%/[480x330]}" -tile 4x5 -geometry '480x330>+6+6' sheet-%d.png
echo "${#names[@]} pictures"
