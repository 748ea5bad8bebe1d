#!/usr/bin/env bash
# A surface that does not tell of which split its values are is not given one, whatever it is
# written as. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

awk 'BEGIN {print "x,y,z"; for (j = 0; j < 5; j++) for (i = 0; i < 7; i++) {
    x = i / 3 - 1; y = j / 2 - 1; printf "%.6g,%.6g,%.6g\n", x, y, 0.5 + x * x + y * y}}' >plain.csv
"$LOSSGRID" import plain.csv --out plain.landscape --quiet
endings="ply vtp vti html glb obj csv npz json"
"$LOSSGRID" export plain.csv --out p.h5 --quiet 2>log && endings+=" h5" # built with libhdf5
outs=()
for ending in $endings; do outs+=(--out "p.$ending"); done
check "it is written as everything" "$LOSSGRID" export plain.landscape "${outs[@]}" --critical k.vtp --quiet
# "test" as VTK writes texts, and as text with something before or behind that makes it a split's.
told='116 101 115 116 0|(test|train(ing)?)[-_ ]?(loss|acc|images)|loss[-_](test|train)|"(test|train)"|split: t|^(test|train),'
for file in $(for ending in $endings; do echo "p.$ending"; done) k.vtp; do
    check "$file says of no split" sh -c "! grep -aqE '$told' $file"
done
for file in p.ply p.vtp p.obj k.vtp p.json p.npz p.glb p.html; do
    check "$file says that it is not known" grep -aq imported_split "$file"
done
check "nor of a loss or a network" sh -c '! grep -aqE "nats|cross-entropy|weights unknown" p.ply p.obj p.html'
check "but of its file, without the folder" sh -c 'grep -aq "imported from plain.csv (table of numbers)" p.ply && ! grep -aqF "$PWD" p.ply p.html p.glb p.json'

for file in p.csv p.npz p.vti p.ply ${endings##*json}; do
    file=p.${file#p.}
    check "$file is taken back with what is known" sh -c \
        "\"$LOSSGRID\" import $file --out back-$file.landscape --json | grep -q '\"imported_split\":.*\"unknown\"'"
    check "and the same heights" test "$(sqlite3 plain.landscape 'select iy, ix, round(loss, 5) from points')" = \
        "$(sqlite3 "back-$file.landscape" 'select iy, ix, round(loss, 5) from points')"
done

check "JSON has it under no split" sh -c '"$LOSSGRID" info plain.landscape --json >i.json && python3 -c "
import json
d = json.load(open(\"i.json\"))
assert list(d[\"splits\"]) == [\"unknown\"], d[\"splits\"]"'
check "numpy's arrays have plain names" python3 -c '
import zipfile
names = zipfile.ZipFile("p.npz").namelist()
assert "loss.npy" in names and "evaluated.npy" in names, names'
check "what the file tells is kept" sh -c 'sed "1s/z/train_loss/" plain.csv >told.csv && "$LOSSGRID" export told.csv --out told.json --out told2.csv --quiet &&
    grep -q "\"train\"" told.json && head -2 told2.csv | grep -q "^train,0,0"'
