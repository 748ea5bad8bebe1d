#!/usr/bin/env bash
# The page that a landscape is exported as: its structure, and what a browser makes of it.
checker=$(cd "$(dirname "$0")" && pwd)/check_html.py
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's PIL
[ -x $python ] || python=python3
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --quiet --out run 2>log || fail "train"
"$LOSSGRID" surface run --directions pca --limit 40 --split both --x=-1:3:6 --y=-0.5:1:4 --quiet --out a.landscape >log 2>&1 ||
    fail "surface"
"$LOSSGRID" export a.landscape --quiet --out a.csv --out a.html --out again.html 2>log || fail "export"

check "a page holds the numbers of the CSV, and asks for nothing else" $python "$checker" structure a.html a.csv
check "it shows each split, the difference, accuracy and error" $python - "$checker" <<'PY'
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import check_html
names = [v["name"] for v in check_html.Page("a.html").data["views"]]
of = lambda split: [f"{split} loss", f"{split} standard error", f"{split} accuracy"]
assert names == of("test") + of("training") + ["test \u2212 training loss"], names
PY
check "the same landscape gives the same bytes" cmp a.html again.html
"$LOSSGRID" info a.html --json >info.json 2>log
check "info knows it" $python -c 'import json; assert json.load(open("info.json"))["kind"] == "html"'

# Whatever a file says, it is a text.
cp a.landscape hostile.landscape
$python - <<'PY'
import sqlite3
db = sqlite3.connect("hostile.landscape")
evil = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"><!--<script>\xff"
db.execute("update path set run = ?", (evil,))
for key in ("model", "directions", "data_format", "selection_test"):
    db.execute("update metadata set value = ? where key = ?", (evil, key))
db.commit()
PY
"$LOSSGRID" export hostile.landscape --quiet --out hostile.html 2>log || fail "export of a hostile file"
check "hostile texts add no element" $python "$checker" structure hostile.html a.csv

cp a.landscape none.landscape
$python -c 'import sqlite3; db = sqlite3.connect("none.landscape"); db.execute("update points set loss = NULL"); db.commit()'
refuse "a surface without a finite loss is refused" 1 "no point has a finite loss" "$LOSSGRID" export none.landscape --out none.html
refuse "an unknown colour map is refused" 1 "virdis" "$LOSSGRID" export a.landscape --colours virdis --out none.html
echo "mine" >text.html
refuse "a file that is no page is not written over" 1 "text.html" "$LOSSGRID" export a.landscape --out text.html

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$browser" ] || ! $python -c 'import PIL' 2>/dev/null; then
    for what in "a browser tells the values" "a browser draws the colours" "own losses" "light" "hands" "hostile texts"; do
        echo "ok - $what # SKIP no chromium, or no python3-pil"
    done
    exit 0
fi
export HOME=$tmp XDG_RUNTIME_DIR=$tmp
command=("$browser" --headless --no-sandbox --disable-dev-shm-usage "--user-data-dir=$tmp/profile" --use-angle=swiftshader
    --enable-unsafe-swiftshader --hide-scrollbars --force-device-scale-factor=1)
check "a browser tells the values" $python "$checker" told "$PWD/a.html" a.csv "${command[@]}"
check "a browser draws the colours" $python "$checker" colours "$PWD/a.html" a.csv "${command[@]}"
check "checkpoints have their own losses, and dots there" $python "$checker" own "$PWD/a.html" a-path.csv "${command[@]}"
$python "$checker" light "$PWD/a.html" a.csv "${command[@]}" 2>log || fail "pictures with and without light"
check "light moves no colour along its scale" $python "$(dirname "$checker")/../viewer/read_colours.py" plain.png lit.png
check "mouse, fingers and keys turn it and tell values" $python "$checker" hands "$PWD/a.html" a.csv "${command[@]}"
timeout 60 "${command[@]}" --dump-dom "file://$PWD/hostile.html#at=0,0" >hostile.dom 2>log
check "hostile texts do not run, and are shown" $python - <<'PY'
import re
dom = open("hostile.dom", encoding="utf-8").read()
title = re.search(r"<title>(.*?)</title>", dom, re.S).group(1)
assert title.startswith("&lt;/script&gt;"), title
assert "<img" not in dom and dom.count("document.title='taken'") > 2
PY
