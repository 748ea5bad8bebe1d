#!/usr/bin/env bash
# glTF files: held against the PLY of the same landscape, and read by assimp.
checker=$(cd "$(dirname "$0")" && pwd)/check_glb.py
. "$(dirname "$0")/common.bash"
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --quiet --out run 2>log || fail "train"
"$LOSSGRID" surface run --directions pca --limit 40 --split test --x=-1:3:6 --y=-0.5:1:4 --quiet --out a.landscape >log 2>&1 ||
    fail "surface"
"$LOSSGRID" export a.landscape --quiet --out a.csv --out a.ply --out a.glb --out again.glb 2>log || fail "export"

check "the file is glTF 2.0, with the mesh of the PLY" python3 "$checker" file a.glb a.ply a.csv 4
check "the same landscape gives the same bytes" cmp a.glb again.glb
"$LOSSGRID" export a.landscape --quiet --height log --colours magma --out log.ply --out log.glb
check "heights and colours are chosen as those of PLY" python3 "$checker" file log.glb log.ply a.csv 4
check "another height is another mesh" sh -c "! python3 '$checker' file log.glb a.ply a.csv 4 2>/dev/null"
if command -v assimp >/dev/null; then
    assimp export a.glb read.ply >log 2>&1
    check "assimp reads vertices, extents and colours" python3 "$checker" assimp a.glb read.ply a.ply
else
    echo "ok - assimp reads the glTF file # SKIP no assimp-utils"
fi
"$LOSSGRID" info a.glb --json >info.json 2>log
check "info knows it" python3 -c 'import json; assert json.load(open("info.json"))["kind"] == "glb"'
head -c 1000 a.glb >cut.glb
refuse "info sees that it is cut" 1 "its header says" "$LOSSGRID" info cut.glb

# What a file says is a text in JSON, whatever its bytes are.
cp a.landscape hostile.landscape
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("hostile.landscape")
db.execute("update path set run = cast(x'227d5c0afffe3c' as text)")
db.execute("update metadata set value = cast(x'22805d0d' as text) where key = 'model'")
db.commit()
PY
"$LOSSGRID" export hostile.landscape --quiet --out hostile.glb 2>log || fail "export of a hostile file"
check "names that are no text stay inside their strings" python3 "$checker" file hostile.glb a.ply a.csv 4
# Without a face there is nothing that glTF could hold.
cp a.landscape empty.landscape
python3 -c 'import sqlite3; db = sqlite3.connect("empty.landscape"); db.execute("update points set loss = NULL"); db.commit()'
refuse "a surface without a finite point is refused" 1 "there is no face" "$LOSSGRID" export empty.landscape --out empty.glb
check "and leaves no file" test ! -e empty.glb
"$LOSSGRID" surface run --x=-1:1:5 --limit 40 --split test --quiet --out line.landscape >log 2>&1
refuse "so is a line" 1 "has no faces" "$LOSSGRID" export line.landscape --out line.glb
# One hole: faces around it are left out.
cp a.landscape hole.landscape
python3 -c 'import sqlite3; db = sqlite3.connect("hole.landscape"); db.execute("update points set loss = NULL where ix = 3 and iy = 2"); db.commit()'
"$LOSSGRID" export hole.landscape --quiet --out hole.glb 2>log || fail "export with a hole"
check "a point that is not finite leaves a hole" python3 - "$checker" <<'PY'
import importlib.util, sys
spec = importlib.util.spec_from_file_location("c", sys.argv[1]); c = importlib.util.module_from_spec(spec); spec.loader.exec_module(c)
scene, _ = c.read_glb("hole.glb")
assert scene["accessors"][0]["count"] == 6 * (5 * 3 - 4) and scene["accessors"][1]["count"] == 23
PY
