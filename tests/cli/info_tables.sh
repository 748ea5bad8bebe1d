#!/usr/bin/env bash
# info knows each table that lossgrid writes. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

make_data data
"$LOSSGRID" train --model mlp --data data --epochs 1 --out run --quiet 2>log
"$LOSSGRID" surface run --limit 4 --x=-1:1:3 --y=-1:1:3 --out p.landscape --quiet >log 2>&1
"$LOSSGRID" path --run run p.landscape --quiet >log 2>&1
"$LOSSGRID" export p.landscape --out points.csv --contours lines.csv --critical critical.csv --quiet
# is FILE KIND
is() {
    check "$1 is a table of kind $2" sh -c "'$LOSSGRID' info $1 | grep -qx 'kind: $2'"
    local rows=$(($(wc -l <"$1") - 1))
    check "its rows are counted" sh -c "'$LOSSGRID' info $1 | grep -qx 'rows: $rows'"
}
is points.csv csv
is points-path.csv "training paths"
is run/log.csv "training log"
is lines.csv "contour lines"
is critical.csv "critical points"
