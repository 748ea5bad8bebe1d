#!/usr/bin/env bash
# Surfaces that other programs made: plot, info, export and import take them, and say no more of them
# than they tell. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

# table NAMES: a bowl on 7 x 5 points, rows from last to first.
table() {
    awk -v names="$1" 'BEGIN {print names; for (j = 4; j >= 0; j--) for (i = 6; i >= 0; i--) {
        x = i / 3 - 1; y = j / 2 - 1; printf "%.6g,%.6g,%.6g,%.6g\n", x, y, 0.5 + x * x + y * y, 90 - 10 * x * x}}'
}
table alpha,beta,test_loss,test_acc >theirs.csv
table x,y,z,w >plain.csv

check "a table is drawn" "$LOSSGRID" plot theirs.csv --out a.svg
check "under its own name" grep -q 'Loss landscape of theirs.csv' a.svg
check "with its own axes" sh -c 'grep -q ">alpha<" a.svg && grep -q ">beta<" a.svg'
check "and as imported" grep -q 'imported from theirs.csv (table of numbers)' a.svg
check "nothing is made up" sh -c '! grep -qE "BatchNorm|directions|nats|kernels|libloss" a.svg'
"$LOSSGRID" plot plain.csv --out b.svg
check "a split that is not told is not said" sh -c '! grep -q "test" b.svg'

check "two stand side by side" "$LOSSGRID" plot theirs.csv plain.csv --out two.svg
check "each under its own name" sh -c 'grep -q "Loss landscape of theirs.csv" two.svg && grep -q "Loss landscape of plain.csv" two.svg'
sed 's/,\([0-9.]*\),[0-9.]*$/,\1/;s/x,y,z,w/x,y,z/' plain.csv | awk -F, 'NR == 1 {print} NR > 1 {print $1 "," $2 "," 100 * $3}' >steep.csv
"$LOSSGRID" plot theirs.csv steep.csv --out two.svg
check "on one scale" sh -c '[ "$(grep -c ">100</text>" two.svg)" -ge 2 ]'
printf 'x,loss\n0,1\n1,2\n' >line.csv
refuse "a line beside a surface" 2 "one is a surface, the other a line" "$LOSSGRID" plot theirs.csv line.csv --out two.png
check "two lines" "$LOSSGRID" plot line.csv line.csv --out two.png

check "info reports it" "$LOSSGRID" info theirs.csv
check "its figures" sh -c '"$LOSSGRID" info theirs.csv | grep -q "lowest   loss 0.5 at (0, 0)"'
check "what is not known" sh -c '"$LOSSGRID" info theirs.csv | grep -q "not known: imported from theirs.csv"'
check "as JSON" sh -c '"$LOSSGRID" info theirs.csv --json | grep -q imported_from'

"$LOSSGRID" info theirs.csv steep.csv >two.txt
check "info compares two" grep -qE '^lowest loss +0\.5 +50$' two.txt
check "each with its name" grep -qE '^of +theirs.csv +steep.csv$' two.txt
printf 'x,y,train_loss\n0,0,3\n1,0,2\n0,1,2\n1,1,1\n' >told.csv
sed 1s/train_loss/loss/ told.csv >untold.csv
"$LOSSGRID" info untold.csv told.csv >two.txt
check "values of an unknown split stand beside any" sh -c 'grep -qE "^split +unknown +train$" two.txt && grep -qE "^lowest loss +1 +1$" two.txt && [ "$(grep -c "^lowest" two.txt)" = 1 ]'
"$LOSSGRID" export told.csv --out told.ply --out told.vtp --out told.npz --quiet
for file in told.ply told.vtp told.npz; do
    check "info tells the surface of $file" sh -c "\"$LOSSGRID\" info $file | grep -qE '^ +lowest +loss 1 at'"
done
printf 'ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\nelement edge 1\nproperty int vertex1\nproperty int vertex2\nend_header\n0 0 1\n1 1 2\n0 1\n' >line.ply
refuse "a line in space is no surface" 1 "points and lines without faces" "$LOSSGRID" plot line.ply --out l.png
refuse "a folder is no landscape" 1 "expected a regular file" "$LOSSGRID" info theirs.csv .

check "import makes a landscape" "$LOSSGRID" import theirs.csv --out t.landscape --quiet
"$LOSSGRID" plot t.landscape --out c.svg
check "that is drawn the same" cmp a.svg c.svg
check "it tells the command that made it" sh -c '"$LOSSGRID" info t.landscape --command | grep -qxF "cd $PWD && lossgrid import theirs.csv --out t.landscape --quiet"'
check "and the machine" test "$(sqlite3 t.landscape "select value from metadata where key = 'host'")" = "$(hostname)"
mv t.landscape kept.landscape
mkdir bin && ln -s "$LOSSGRID" bin/lossgrid
"$LOSSGRID" info kept.landscape --command >command
check "the command makes it again" env PATH="$tmp/bin:$PATH" sh command
check "with the same points" test "$(sqlite3 kept.landscape 'select * from points' | md5sum)" = "$(sqlite3 t.landscape 'select * from points' | md5sum)"
check "made twice it is the same" sh -c 'cp t.landscape before && "$LOSSGRID" import theirs.csv --out t.landscape --quiet && cmp before t.landscape'
refuse "another one is left as it is" 1 "is there already, imported from a file of digest" "$LOSSGRID" import plain.csv --out t.landscape
check "export takes the table" "$LOSSGRID" export theirs.csv --out t.ply --out again.csv --quiet
"$LOSSGRID" plot again.csv --out d.svg --title t --no-caption
"$LOSSGRID" plot t.landscape --out e.svg --title t --no-caption
check "and gives it back" sh -c 'grep -c "<text" d.svg && grep -q "test loss" d.svg'

make_data data
"$LOSSGRID" train --model mlp --data data --epochs 1 --out run --quiet 2>log
refuse "nothing is added to it" 1 "imported from" "$LOSSGRID" path --run run t.landscape --quiet
refuse "nor evaluated" 1 "t.landscape: imported from" "$LOSSGRID" surface run --limit 10 --x=-1:1:7 --y=-1:1:5 \
    --out t.landscape --quiet
refuse "nor merged" 1 "imported from" "$LOSSGRID" merge t.landscape --out whole.landscape
printf 'x,y,loss\n0,0,1\n1,0,1\n5,0,1\n0,1,1\n1,1,1\n5,1,1\n' >uneven.csv
refuse "uneven axes are not straightened" 1 "its x is not even" "$LOSSGRID" plot uneven.csv --out u.png
refuse "what is nothing is nothing" 1 "first line does not name columns" "$LOSSGRID" plot run/run.json --out r.png
if [ -x "${LOSSVIEW:-}" ]; then
    check "lossview draws them all" sh -c 'for f in theirs.csv t.landscape uneven.csv; do "$LOSSVIEW" $f --screenshot v.png --size=300x200 || exit 1; done'
else
    echo "ok - lossview draws them all # SKIP no lossview"
fi
