#!/usr/bin/env bash
# Plates of critical points and losses on lines, as texts of an SVG: round, none over another. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1
awk 'BEGIN {n = 25; for (j = 0; j < n; j++) for (i = 0; i < n; i++) {
    x = 2 * i / (n - 1) - 1; y = 2 * j / (n - 1) - 1
    printf("%s%s", 0.3 + x * x + 2 * y * y + 0.3 * sin(7 * x) * cos(6 * y), i < n - 1 ? "," : "\n")}}' >ripples.csv
"$LOSSVIEW" ripples.csv --screenshot=probe.png --size=64x64 >log 2>&1 || {
    grep -q 'no OpenGL 3.3' log && skip_all "labels" "$(head -n 1 log)"
}

# texts FILE.svg COMMAND: checks the texts of a picture that has no other ones.
texts() {
    python3 - "$@" <<'PY'
import re, sys
import xml.etree.ElementTree as tree
found = []
for e in tree.parse(sys.argv[1]).getroot().iter():
    if e.tag.endswith("}text"):
        x, y = re.match(r"translate\((\S+) (\S+)\)", e.get("transform")).groups()
        size = float(e.get("font-size"))
        found.append((float(x), float(y) - size, float(e.get("textLength", 0)), size, e.text))
losses = [t for t in found if re.fullmatch(r"[0-9.]+", t[4])]
plates = [t for t in found if t[4].split()[0] in ("minimum", "saddle", "maximum")]
for i, a in enumerate(found):
    for b in found[:i]:
        apart = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] + 1 or b[1] + b[3] <= a[1] + 1
        assert apart, (a, b)
assert eval(sys.argv[2]), found
PY
}
bare="--no-axes --no-colour-bar --no-title --no-path"
for size in 640x480 420x280 1600x1000; do
    "$LOSSVIEW" ripples.csv --critical $bare --size=$size --screenshot=a.svg
    check "labels at $size" texts a.svg 'len(losses) >= 3 and len(plates) >= 3'
done
"$LOSSVIEW" ripples.csv $bare --screenshot=a.svg
check "losses on lines are round" texts a.svg 'all(re.fullmatch("0\\.?0*[1-9]|[1-9]0*", t[4]) for t in losses)'
"$LOSSVIEW" ripples.csv $bare --floor --no-contours --screenshot=a.svg
check "on the floor, too" texts a.svg 'len(losses) >= 2'
"$LOSSVIEW" ripples.csv $bare --no-level-labels --screenshot=a.svg
check "none where none are wanted" texts a.svg 'not found'
"$LOSSVIEW" ripples.csv $bare --no-contours --screenshot=a.svg
check "none without lines" texts a.svg 'not found'
awk 'BEGIN {n = 81; for (j = 0; j < n; j++) for (i = 0; i < n; i++)
    printf("%s%s", 2 + sin(0.7 * i) * sin(0.7 * j), i < n - 1 ? "," : "\n")}' >eggs.csv
"$LOSSVIEW" eggs.csv $bare --no-contours --critical --screenshot=a.svg
check "of very many marks only some have plates" texts a.svg '3 <= len(plates) <= 16'
"$LOSSVIEW" ripples.csv $bare --no-contours --critical --screenshot=a.svg
check "a mark that is hidden has a faint plate" grep -qE 'fill-opacity="0.50"[^>]*>minimum' a.svg
