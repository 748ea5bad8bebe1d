#!/usr/bin/env bash
# Landscapes with absurd axes, values and paths: every picture and report ends soon, with an exit code of its own.
. "$(dirname "$0")/common.bash"
fixture=$(cd "$(dirname "$0")/../data/viewer" && pwd)/lenet5-pca.landscape

# change FILE SQL...: a copy of the fixture with other contents.
change() {
    cp "$fixture" "$1" && chmod u+w "$1" && python3 - "$@" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as base:
    for line in sys.argv[2:]:
        base.execute(line)
PY
}
# ends NAME COMMAND...: within a minute, with exit code 0 or 1.
ends() {
    local name=$1 code
    shift
    timeout 60 "$@" >log 2>&1
    code=$?
    echo "exit code $code" >>log
    if [ $code -le 1 ]; then pass "$name"; else fail "$name"; fi
}
tried() {
    ends "$1: a picture" "$LOSSGRID" plot "$1" --out "$1.png"
    ends "$1: on a log scale" "$LOSSGRID" plot "$1" --log --contours 200 --critical 0 --out "$1.svg"
    ends "$1: quantiles" "$LOSSGRID" plot "$1" --contour-scale quantile --out "$1.pdf"
    ends "$1: info" "$LOSSGRID" info "$1" --json
    ends "$1: contours" "$LOSSGRID" export "$1" --contours "$1.csv" --critical "$1.points.csv"
}

change wide.landscape "UPDATE axes SET min = -1e308, max = 1e308"
change both.landscape "UPDATE axes SET min = -1.7e308, max = 1.7e308" "UPDATE points SET loss = 1e308 * (ix % 3 - 1)"
change tiny.landscape "UPDATE axes SET min = 0, max = 5e-324" "UPDATE points SET loss = 5e-324 * (ix % 3)"
change path.landscape "UPDATE path SET x = 1e308 * (epoch % 3 - 1), y = -1e308"
for file in wide both tiny path; do tried $file.landscape; done
