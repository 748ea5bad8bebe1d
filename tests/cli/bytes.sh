#!/usr/bin/env bash
# Names and texts with bytes that are no UTF-8, line breaks and escapes: files open, and what is shown is fit to be shown.
. "$(dirname "$0")/common.bash"
fixture=$(cd "$(dirname "$0")/../data/viewer" && pwd)/lenet5-pca.landscape
folder=$'caf\xe9'
mkdir "$folder"
make_data "$folder/data"
cp "$fixture" "$folder/a.landscape"
chmod u+w "$folder/a.landscape"
python3 - "$folder/a.landscape" <<'PY'
import os, sqlite3, sys
with sqlite3.connect(os.fsencode(sys.argv[1])) as base:
    for key, value in ((b"data", b"/caf\xe9/data"), (b"model", b"net\x1b[31mred\x1b[0m"), (b"directions", b"one\n  loss  0.0001"),
                       (b"bad\xe9key", b"\xff")):
        base.execute("INSERT OR REPLACE INTO metadata VALUES(CAST(? AS TEXT), CAST(? AS TEXT))", (key, value))
    base.execute("UPDATE path SET run = CAST(? AS TEXT)", (b"run\xe9\x1b[2J",))
PY
utf8() { python3 -c 'import sys
text = open(sys.argv[1], "rb").read().decode()
assert not any(ord(c) < 32 and c not in "\n\t" for c in text), text' "$1"; }

for ending in png svg pdf; do
    check "a picture as $ending" "$LOSSGRID" plot "$folder/a.landscape" --log --out "$folder/a.$ending"
done
"$LOSSGRID" info "$folder/a.landscape" --json >info.json 2>log
check "JSON is valid" python3 -c 'import json
d = json.load(open("info.json", "rb"))
assert d["file"] == "caf\\xe9/a.landscape" and d["metadata"]["data"] == "/caf\\xe9/data" and d["metadata"]["bad\\xe9key"] == "\\xff"'
"$LOSSGRID" info "$folder/a.landscape" >info.txt 2>log
check "text for a terminal" utf8 info.txt
check "a line break in a text forges no line" test "$(grep -c '^  loss  0.0001' info.txt)" = 0
check "it is seen escaped" grep -qF 'one\n  loss' info.txt
"$LOSSGRID" info "$folder/data" --json >data.json 2>log
check "a data set in such a folder" python3 -c 'import json; assert json.load(open("data.json", "rb"))["train"]["images"] == 300'
"$LOSSGRID" train --model resnet20:width=0.25 --data "$folder/data" --epochs 1 --limit 20 --quiet --out "$folder/run" 2>log
"$LOSSGRID" info "$folder/run" --json >run.json 2>log
check "a run there" python3 -c 'import json; assert json.load(open("run.json", "rb"))["checkpoints"]'
check "exports" "$LOSSGRID" export "$folder/a.landscape" --quiet --out "$folder/a.csv" --contours "$folder/lines.csv"
check "are there" test -s "$folder/lines.csv"
if [ -x "${LOSSVIEW:-}" ]; then
    "$LOSSVIEW" --print-command "$folder/it's.ply" --texture=bands >command 2>log
    check "lossview's command line gives the same bytes" bash -c "lossview() { test \"\$1\" = \$'caf\\xe9/it\\'s.ply' && test \"\$2\" = --texture=bands; }; . ./command"
    check "it is fit for a terminal" utf8 command
    if "$LOSSVIEW" "$fixture" --screenshot=probe.png --size=64x64 2>/dev/null; then
        check "a picture by lossview" "$LOSSVIEW" "$folder/a.landscape" --size=300x200 --screenshot="$folder/v.png"
    fi
fi
