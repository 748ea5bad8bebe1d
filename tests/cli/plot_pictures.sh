#!/usr/bin/env bash
# Stored pictures of lossgrid plot; and that one with a single thing wrong is told from the right
# one. `LOSSGRID=... tests/cli/plot_pictures.sh --store` makes them again. Speaks TAP.
folder=$(cd "$(dirname "$0")" && pwd)
. "$folder/common.bash"
. "$folder/../viewer/alike.bash"
if ! command -v compare >/dev/null; then
    echo "ok - pictures of plot # SKIP no imagemagick"
    exit 0
fi
cp "$folder/../data/viewer/lenet5-pca.landscape" lenet5.landscape
cp "$folder/../data/viewer/lines.landscape" .
awk 'BEGIN {for (y = 0; y < 25; y++) for (x = 0; x < 25; x++) {
    u = x / 6 - 2; v = y / 6 - 2
    z = 2 + u * u + v + sin(3 * u) * cos(3 * v)
    z = u * u + v * v < 0.3 ? "inf" : u > 1 && v > 1 ? "nan" : z
    printf "%s%s", z, x < 24 ? "," : "\n"}}' >holes.csv

# NAME|FILES|OPTIONS
scenes="map|lenet5.landscape|--contours 1,2,5,10,20
accuracy|lenet5.landscape|--field accuracy --colours cividis --aspect fill
difference|lenet5.landscape|--split difference --no-caption
lines|lines.landscape|
holes|holes.csv|--no-log
paper|lenet5.landscape|--width 40mm --font-size 5 --title= --no-caption --colours magma"
# draw FILES PICTURE OPTIONS...
draw() {
    local files=$1 picture=$2
    shift 2
    case " $* " in *" --width "*) ;; *) set -- "$@" --size 360x300 ;; esac
    # shellcheck disable=SC2086  # words
    "$LOSSGRID" plot $files "$@" --out "$picture" >log 2>&1
}
stored=$folder/pictures
if [ "${1:-}" = --store ]; then
    while IFS='|' read -r name files options; do
        # shellcheck disable=SC2086
        draw "$files" "$name.png" $options
        store "$name.png" "$stored/$name.png"
    done <<<"$scenes"
    exit
fi
while IFS='|' read -r name files options; do
    # shellcheck disable=SC2086
    draw "$files" "$name.png" $options
    told "$name.png" "$stored/$name.png" >>log
    if alike "$name.png" "$stored/$name.png"; then pass "picture $name"; else
        fail "picture $name"
    fi
done <<<"$scenes"
check "all of them together are small" test "$(cat "$stored"/*.png | wc -c)" -lt 120000

# wrong WHAT NAME FILES OPTIONS...: drawn so, it is not the stored picture of that name
wrong() {
    local what=$1 name=$2 files=$3
    shift 3
    draw "$files" wrong.png "$@" || fail "told from the right one: $what"
    told wrong.png "$stored/$name.png" >>log
    if alike wrong.png "$stored/$name.png"; then fail "told from the right one: $what"; else
        pass "told from the right one: $what"
    fi
}
cp lenet5.landscape other.landscape
python3 - <<'PY'
import sqlite3

with sqlite3.connect("other.landscape") as db:
    db.execute("delete from path where epoch = 1")
PY
levels="--contours 1,2,5,10,20"
# shellcheck disable=SC2086
{
    wrong "a level that moved" map lenet5.landscape --contours 1,2.3,5,10,20
    wrong "a level that is missing" map lenet5.landscape --contours 1,2,5,20
    wrong "no mark" map lenet5.landscape $levels --critical none
    wrong "a path that misses a checkpoint" map other.landscape $levels
    wrong "no title" map lenet5.landscape $levels --title=
    wrong "no caption" map lenet5.landscape $levels --no-caption
    wrong "other colours" paper lenet5.landscape --width 40mm --font-size 5 --title= --no-caption
    wrong "other letters" paper lenet5.landscape --width 40mm --font-size 6 --title= --no-caption \
        --colours magma
    wrong "linear heights" lines lines.landscape --no-log
    wrong "logarithmic colours" holes holes.csv --log
}
