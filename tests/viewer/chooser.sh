#!/usr/bin/env bash
# A file is chosen in a window, by keys and by the mouse. Under Xvfb. Speaks TAP.
. "$(dirname "$0")/common.bash"
for tool in xvfb-run xdotool; do
    command -v $tool >/dev/null || skip_all "chooser" "no $tool"
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
find_window() {
    window=$(xdotool search --onlyvisible --pid "$pid" 2>/dev/null | tail -n 1)
    [ -n "$window" ]
}
title() { xdotool getwindowname "$window" | grep -qF -- "$1"; }
key() { xdotool key --window "$window" "$@" 2>/dev/null; }

mkdir sub
printf '1,2,3\n2,3,4\n3,4,9\n' >first.csv
printf '1,2,3\n2,5,4\n3,4,7\n' >sub/second.csv
printf '1,2,3\n2,5,4\n3,4,8\n' >"sub/$(printf 'odd\033[31m\377name')".csv
echo "neither" >sub/broken.landscape
"$LOSSVIEW" first.csv --size=900x640 --gl-debug >out 2>err &
pid=$!
check "a window opens" wait_for find_window
check "with the first file" wait_for title "first.csv"
key ctrl+o
xdotool type --window "$window" sub
key Return
xdotool type --window "$window" second
key Return
check "a file of a sub-folder is chosen by typing" wait_for title "second.csv"
key ctrl+o
xdotool type --window "$window" broken
key Return
key ctrl+o Escape
check "one that cannot be read leaves what was there" title "second.csv"
key ctrl+o Down Return
check "arrows choose; a name is shown escaped" wait_for title 'odd\x1b[31m\xffname.csv'
key ctrl+o BackSpace
xdotool type --window "$window" first
key Return
check "Backspace goes to the folder above" wait_for title "first.csv"
key ctrl+q
wait "$pid"
code=$?
pid=
cp err log
check "it ends well" test $code -eq 0
check "without a word of the driver" sh -c '! grep -qE "OpenGL|ERROR|runtime error" err'
