#!/usr/bin/env bash
# Screens with small pixels: the sizes of pictures and windows by --scale and by the system, and where the mouse is.
# Speaks TAP.
. "$(dirname "$0")/common.bash"
for tool in xvfb-run xdotool xprop; do
    command -v $tool >/dev/null || skip_all "scale" "no $tool"
done
if [ "${1:-}" != inside ]; then
    exec xvfb-run -a -s '-screen 0 1700x1300x24 -noreset' "$0" inside
fi
tmp=$(mktemp -d)
cleanup() {
    [ -n "${pid:-}" ] && kill "$pid" 2>/dev/null
    rm -rf "$tmp" "${kept:-$tmp}"
}
trap cleanup EXIT
cd "$tmp" || exit 1

wait_for() { # COMMAND...: until it succeeds, at most 60 s
    local i
    for ((i = 0; i < 300; i++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.2
    done
    return 1
}
find_window() {
    window=$(xdotool search --onlyvisible --pid "$pid" 2>/dev/null | tail -n 1)
    [ -n "$window" ]
}
open_window() { # ARGUMENTS...
    : >out
    "$LOSSVIEW" "$@" >out 2>err &
    pid=$!
    wait_for find_window && state >/dev/null
}
state() { # the session as a command line: key I prints it
    local before i
    before=$(wc -l <out)
    xdotool key --window "$window" i 2>/dev/null
    for ((i = 0; i < 300; i++)); do
        [ "$(wc -l <out)" -gt "$before" ] && break
        sleep 0.1
    done
    tail -n 1 out
}
has() { state | grep -q -- "$1"; }
is_sized() { xdotool getwindowgeometry "$window" | grep -q "Geometry: $1"; }
shut() {
    # To whatever is under the mouse: sent to a window that goes away meanwhile, the key would stay down.
    xdotool mousemove --window "$window" 300 300 key ctrl+q
    xdotool keyup q keyup ctrl
    wait "$pid"
    pid=
}
size_of() { od -An -tx1 -j16 -N8 "$1" | tr -d ' '; }

"$LOSSVIEW" "$fixture" --size=200x150 --scale=2 --screenshot=a.png >log 2>&1 || fail "a picture"
check "--scale 2: twice the pixels" test "$(size_of a.png)" = 000001900000012c
"$LOSSVIEW" "$fixture" --size=300x201 --scale=1.5 --screenshot=b.png >log 2>&1
check "--scale 1.5: whole pixels" test "$(size_of b.png)" = 000001c20000012e
"$LOSSVIEW" "$fixture" --size=400x300 --screenshot=c.png >log 2>&1
check "the texts are larger than in a picture of so many pixels" sh -c '! cmp -s a.png c.png'
"$LOSSVIEW" "$fixture" --size=200x150 --scale=2 --screenshot=a.svg >log 2>&1
check "a page stays as large" grep -q 'width="200px"' a.svg
refuse "no scale" 2 "0.25 to 16" "$LOSSVIEW" "$fixture" --scale=0 --screenshot=a.png

# The texture's arrow to the right: the panel is 236 units wide and has rows of 28 below a head of 40. In a small window a
# unit is less than a pixel of it: 0.79.
arrow() { xdotool mousemove --window "$window" $(($1 * (700 - 44))) $(($1 * 62)) click 1; }
check "a window of scale 2" open_window "$fixture" --size=700x560 --scale=2
check "has twice the pixels" is_sized 1400x1120
arrow 2
check "the mouse is where it points" has "--texture=bands"
xdotool key --window "$window" s
check "key S saves its pixels" wait_for test -s lossview-1.png
check "all of them" test "$(size_of lossview-1.png)" = 0000057800000460
shut
xprop -root -f RESOURCE_MANAGER 8s -set RESOURCE_MANAGER 'Xft.dpi: 192'
check "a window on a screen of 192 dots an inch" open_window "$fixture" --size=700x560
check "has twice the pixels by itself" is_sized 1400x1120
arrow 2
check "and the mouse is where it points" has "--texture=bands"
shut
check "--scale 1 there" open_window "$fixture" --size=700x560 --scale=1
check "has its size" is_sized 700x560
arrow 1
check "and the mouse, too" has "--texture=bands"
shut
