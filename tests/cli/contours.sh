#!/usr/bin/env bash
# Contour lines against contourpy: the same lines on known functions, on random values with plateaus and holes, and on a real surface.
# Critical points and figures as tables.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.bash"
checker=$here/check_contours.py
real=$here/../data/lenet5-three.txt
python=/usr/bin/python3 # Debian's, which sees Debian's contourpy
[ -x $python ] || python=python3

has_module() { $python -c "import $1" 2>/dev/null; }

# same_lines NAME SEED
same_lines() {
    local levels
    rm -f f.landscape lines.csv
    levels=$($python "$checker" make "$1" "$2" f.landscape 8) && echo "$levels" >levels &&
        "$LOSSGRID" export f.landscape --quiet --contours lines.csv --levels="$levels" &&
        $python "$checker" compare f.landscape lines.csv "$levels"
}

if ! has_module numpy; then
    echo "ok - contour lines and critical points as tables # SKIP no python3-numpy"
    exit
fi
if has_module contourpy; then
    for name in himmelblau camel sines; do check "the same lines as contourpy: $name" same_lines $name 0; done
    for seed in 1 2 3 4; do
        for name in random steps holes; do check "the same lines as contourpy: $name $seed" same_lines $name $seed; done
    done
    check "the same lines as contourpy: a plane through three LeNet-5" same_lines "$real" 0
    # The comparison must be able to fail: a point moved, a line lost.
    levels=$(cat levels)
    awk -F, 'BEGIN {OFS = ","} NR == 20 {$4 += 1e-4} {print}' lines.csv >moved.csv
    check "a point that is moved would be seen" sh -c "! $python '$checker' compare f.landscape moved.csv '$levels' 2>/dev/null"
    awk -F, 'NR == 1 || $1 != 1' lines.csv >lost.csv
    check "a line that is lost would be seen" sh -c "! $python '$checker' compare f.landscape lost.csv '$levels' 2>/dev/null"
else
    echo "ok - contour lines against contourpy # SKIP no python3-contourpy"
    $python "$checker" make "$real" 0 f.landscape 1 >levels
fi

count() { awk -F, -v kind="$1" '$1 == kind && $7 == 0' points.csv | wc -l; }
check "critical points as a table" "$LOSSGRID" export f.landscape --quiet --critical points.csv --persistence 1
# Two of the three trained networks are minima of their own; the pass between them is a saddle.
check "three solutions: three minima" test "$(count minimum)" -eq 3
check "and the passes between them" test "$(count saddle)" -eq 2
$python "$checker" make himmelblau 0 h.landscape 1 >levels
"$LOSSGRID" export h.landscape --quiet --critical points.csv --persistence 1 2>log # the grid is coarse
check "Himmelblau's function: 4 minima, 4 saddles, 1 maximum" test "$(count minimum) $(count saddle) $(count maximum)" = "4 4 1"
# info: the figures; here of x^2 + y^2 - like bowls their values are known.
$python "$checker" make bowl 0 b.landscape 1 >levels
"$LOSSGRID" info b.landscape --json >info.json 2>log
check "figures of a bowl" $python - <<'PY'
import json
f = json.load(open("info.json"))["splits"]["test"]["figures"]
assert [m["count"] for m in f["minima"]] == [1, 1, 1, 1], f
assert f["convex_share"] == 1 and abs(f["roughness"] - 2) < 0.02 and abs(f["area"] - 4) < 1e-9, f
assert abs(f["share_below"][0]["share"] - 0.1 * 3.14159 / 4) < 0.0025, f # a disc of radius sqrt(0.1)
assert -1e-9 <= f["lowest_minimum"]["loss"] <= f["lowest_minimum"]["grid_loss"] < 0.01, f
PY
check "and as text" sh -c '"$LOSSGRID" info b.landscape | grep -q "convex   100 %"'

# plot: the same bytes each time, whatever is drawn is drawn.
draw() { "$LOSSGRID" plot f.landscape --log --out "$@"; }
draw a.svg --out a.pdf 2>log && draw b.svg --out b.pdf 2>>log
check "a picture with lines and marks is the same each time" sh -c "cmp a.svg b.svg && cmp a.pdf b.pdf"
draw bare.svg --contours none --critical none 2>log
draw lines.svg --critical none 2>>log
draw marks.svg --contours none --critical 0.2 2>>log
check "lines and marks are drawn, and can be left out" $python - <<'PY'
sizes = {name: open(f"{name}.svg").read().count("<path") for name in ("bare", "lines", "marks", "a")}
assert sizes["bare"] < sizes["marks"] < sizes["a"] and sizes["bare"] < sizes["lines"] < sizes["a"], sizes
PY
for f in nan flat two; do
    $python "$checker" make $f 0 $f.landscape 1 >levels
    check "a picture of a grid that is $f" "$LOSSGRID" plot $f.landscape --critical 0 --contours 0.7,1.2 --out $f.png
done
refuse "a persistence that is none" 2 "--critical=-1: expected a persistence of at least 0, or none" "$LOSSGRID" plot f.landscape --out a.png --critical=-1
refuse "levels that are none" 2 "--levels=1,x: expected a number of lines, levels such as 0.5,1,2, or none" \
    "$LOSSGRID" export h.landscape --contours l.csv --levels 1,x
refuse "too many levels" 2 "--levels=1000: expected up to 256 contour lines" "$LOSSGRID" export h.landscape --contours l.csv --levels 1000
refuse "a folder that is not there" 1 "none/l.csv: cannot write" "$LOSSGRID" export h.landscape --contours none/l.csv
