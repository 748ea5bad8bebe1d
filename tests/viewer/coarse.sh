#!/usr/bin/env bash
# A large surface is drawn coarsely while it is dragged, and finely again after. In a window under
# Xvfb, where the renderer is in software and a frame of 350,000 triangles is slow. Speaks TAP.
. "$(dirname "$0")/common.bash"
for tool in xvfb-run xdotool import compare; do
    command -v $tool >/dev/null || skip_all "coarse" "no $tool"
done
if [ "${1:-}" != inside ]; then
    exec xvfb-run -a -s '-screen 0 1000x700x24 -noreset' "$0" inside
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
shot() { import -window root "$1.png"; }
differ() { [ "$(compare -metric AE -fuzz 3% "$1.png" "$2.png" null: 2>&1)" -gt 2000 ]; }
alike() { ! differ "$1" "$2"; }
now_differs() { shot now && differ now "$1"; }
now_alike() { shot now && alike now "$1"; }
is_still() { shot a && sleep 0.5 && shot now && cmp -s a.png now.png; }
find_window() {
    window=$(xdotool search --onlyvisible --pid "$pid" 2>/dev/null | tail -n 1)
    [ -n "$window" ]
}

awk 'BEGIN {
    for (y = 0; y < 420; y++)
        for (x = 0; x < 420; x++)
            printf("%d%s", 1000 + (x * 7919 + y * 104729 + x * y) % 991, x < 419 ? "," : "\n")
}' >rough.csv
shot empty
"$LOSSVIEW" rough.csv --no-panel --no-contours --shading=flat --size=900x640 >out 2>err &
pid=$!
cp err log
check "a window opens" wait_for find_window
check "a surface is drawn" wait_for now_differs empty
check "it stays as it is" wait_for is_still
xdotool mousemove --window "$window" 5 600
shot fine
xdotool mousedown 1 mousemove_relative --sync 40 0 mousemove_relative --sync -- -40 0
check "while it is dragged it looks otherwise, from the same side" wait_for now_differs fine
xdotool mouseup 1
check "then it is drawn finely again" wait_for now_alike fine
xdotool key --window "$window" ctrl+q
wait "$pid"
code=$?
pid=
check "it ends well" test $code -eq 0
