#!/usr/bin/env bash
# A real window under Xvfb, worked with xdotool: keys, mouse, sliders, two files, a file that grows, broken ones. Speaks TAP.
. "$(dirname "$0")/common.bash"
for tool in xvfb-run xdotool sqlite3; do
    command -v $tool >/dev/null || skip_all "window" "no $tool"
done
if [ "${1:-}" != inside ]; then
    exec xvfb-run -a -s '-screen 0 1400x1000x24 -noreset' "$0" inside
fi
tmp=$(mktemp -d)
cleanup() {
    [ -n "${pid:-}" ] && kill "$pid" 2>/dev/null
    rm -rf "$tmp" "${kept:-$tmp}"
}
trap cleanup EXIT
cd "$tmp" || exit 1

# wait_for COMMAND...: until it succeeds, at most 60 s.
wait_for() {
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
# open_window ARGUMENTS...: starts lossview and finds its window.
open_window() {
    : >out
    "$LOSSVIEW" "$@" --gl-debug >out 2>err &
    pid=$!
    wait_for find_window && state >/dev/null
}
key() { xdotool key --window "$window" "$@" 2>/dev/null; }
# The session as a command line: key I prints it, after all that was done before.
state() {
    local before i
    before=$(wc -l <out)
    key i
    for ((i = 0; i < 300; i++)); do
        [ "$(wc -l <out)" -gt "$before" ] && break
        sleep 0.1
    done
    tail -n 1 out
}
has() { state | grep -q -- "$1"; }
lacks() { ! state | grep -q -- "$1"; }
title() { xdotool getwindowname "$window" | grep -qF -- "$1"; }
# close_window NAME: with Ctrl-Q; it must end with 0 and without a word of a sanitizer or of the driver.
close_window() {
    local code
    # To whatever is under the mouse: sent to a window that goes away meanwhile, the key would stay down.
    xdotool mousemove --window "$window" 300 300 key ctrl+q
    xdotool keyup q keyup ctrl
    wait "$pid"
    code=$?
    pid=
    cp err log
    echo "exit code $code" >>log
    if [ $code -eq 0 ] && ! grep -qE 'OpenGL|ERROR|runtime error' err; then pass "$1"; else fail "$1"; fi
}
drag() { # drag BUTTON X Y DX DY
    xdotool mousemove --window "$window" "$2" "$3" mousedown "$1"
    xdotool mousemove_relative --sync "$4" "$5" mouseup "$1"
}

check "a window opens" open_window "$fixture"
check "its title names the file" title "lenet5-pca.landscape - lossview"
for texture in bands isolines checker wireframe slope; do
    key t
    check "key T: $texture" has "--texture=$texture"
done
key t
check "key T: the first again" lacks --texture
key c f l d m k e o j h
check "keys switch colours, shading, height, theme, marks, contours, edges, errors, floor, help" has \
    "--colours=viridis --shading=flat --height=linear --theme=dark --no-contours --floor --critical --ghost --edges"
key h
key shift+c shift+f shift+l shift+d m k e o j
check "and back" lacks "--colours\|--shading\|--height\|--theme\|--critical\|--ghost"
key 0 4
check "keys show grid points and the grid's triangles" has "--surface=grid --points"
key 0 4 shift+d
check "the theme for paper" has "--theme=paper"
key d
check "and back from these" lacks "--points\|--surface\|--theme"
drag 1 400 400 100 50
check "left drag orbits" has "--azimuth=-10 --elevation=58"
drag 2 400 400 60 0
check "middle drag pans" has "--target-x="
xdotool mousemove --window "$window" 400 400 click 4 click 4
check "the wheel zooms" has "--zoom=1.25"
drag 3 400 400 0 80
check "right drag zooms out" has "--zoom=0\.[5-9]"
key Return
check "Enter resets the camera" lacks "--zoom\|--azimuth\|--target"
key Left Up 5
check "arrow keys and parallel rays" has "--orthographic --azimuth=25 --elevation=43"
key 7
check "view from the top" has "--elevation=90"
key 2
check "key 2: a map beside it" has "--map"
key 2
check "and away" lacks "--map"
key shift+Down
check "Shift+Down: the first basin, and the bars" has "--barcode --basin=1"
xdotool mousemove --window "$window" 69 400 click 1
check "a click on its bar: none" lacks "--basin"
xdotool click 1
check "and again" has "--basin=1"
key shift+Up 8
check "and away" lacks "--barcode\|--basin"
key 6 shift+Left
check "Shift+Left: the path up to the epoch before" has "--run-curves --epoch=11"
key shift+Right
check "Shift+Right: the whole again" lacks "--epoch"
drag 1 300 720 100 0
check "dragging in the curves chooses an epoch" has "--epoch=[1-9]"
drag 1 700 720 250 0
key 6
check "and away" lacks "--run-curves\|--epoch"
key Return 5
# The panel: rows of 28 pixels below a head of 40; its tracks begin 84 pixels into a row of 10 pixels margin.
panel=$((1280 - 236))
drag 1 $((panel + 98)) $((40 + 28 * 5 + 12)) 40 0
check "a slider exaggerates" has "--exaggeration=[1-4]"
drag 1 $((panel + 96)) $((40 + 28 * 6 + 12)) 20 0
check "a slider clips" has "--clip=[0-9]"
drag 1 $((panel + 96)) $((40 + 28 * 10 + 12)) 60 0
check "a slider adds levels" has "--levels=[23][0-9]"
xdotool mousemove --window "$window" $((panel + 180)) $((40 + 28 + 12)) click 1
check "a button steps the texture" has "--texture=bands"
xdotool mousemove --window "$window" $((panel + 30)) $((40 + 12)) click 1
key Tab
xdotool mousemove --window "$window" $((panel + 180)) $((40 + 28 + 12)) click 1
check "Tab hides the panel: nothing is there to click" has "--texture=bands"
xdotool windowsize --sync "$window" 700 500
key s
check "key S saves a picture" wait_for test -s lossview-1.png
check "of the window's size" sh -c "test \"\$(od -An -tx1 -j16 -N8 lossview-1.png | tr -d ' ')\" = 000002bc000001f4"
xdotool mousemove --window "$window" 300 280
check "it still answers" has "lossview"
close_window "it ends cleanly"

check "two files" open_window "$fixture" "$fixture"
check "both in the title" title "lenet5-pca.landscape, lenet5-pca.landscape"
drag 1 300 400 50 0
key w
check "key W closes the second" wait_for title "lenet5-pca.landscape - lossview"
close_window "it ends cleanly after two files"

# A landscape that another process fills.
cp "$fixture" grows.landscape
sqlite3 grows.landscape "DELETE FROM points WHERE iy >= 6"
check "half a landscape opens" open_window grows.landscape
check "its progress is told" title "(216 of 432 points)"
sqlite3 grows.landscape "ATTACH '$fixture' AS whole; INSERT INTO points SELECT * FROM whole.points WHERE iy >= 6 AND iy < 9"
check "it grows in the window" wait_for title "(324 of 432 points)"
sqlite3 grows.landscape "ATTACH '$fixture' AS whole; INSERT OR IGNORE INTO points SELECT * FROM whole.points"
check "until it is whole" wait_for title "grows.landscape - lossview"
close_window "it ends cleanly after growing"

# Broken files: the window stays, and says so.
printf '1,2\n3,4\n' >breaks.csv
check "a watched file" open_window breaks.csv --watch
printf '1,2\n3,word\n' >breaks.csv
check "that breaks is told" wait_for grep -q "no number" err
printf '1,2,3\n3,4,5\n' >breaks.csv
sleep 1.2 # it looks once a second
check "and it goes on" has "breaks.csv"
sed -i '/no number/d' err
close_window "it ends cleanly after a broken file"
head -c 3000 "$fixture" >broken.landscape
check "a broken file opens an empty window" open_window broken.landscape
check "and is told" grep -q "broken.landscape" err
key t h h Left F12
check "keys do no harm without a file" has "--texture=bands"
close_window "it ends cleanly without a file"
