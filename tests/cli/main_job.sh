#!/usr/bin/env bash
# The main job on small data: train, eval, surface, export, plot, info.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25

check "train" "$LOSSGRID" train --model $model --data data --epochs 4 --lr 0.1 --batch 16 --out run
check "eval" "$LOSSGRID" eval run --split test --json
"$LOSSGRID" eval run --split test --json >eval.json 2>log
check "eval --json is one JSON object" python3 -m json.tool eval.json
check "it has learnt" python3 -c 'import json; r = json.load(open("eval.json")); assert r["accuracy"] > 50 and r["images"] == 100, r'
check "surface" "$LOSSGRID" surface run --x=-1:1:7 --y=-1:1:5 --out a.landscape
check "surface of both splits" "$LOSSGRID" surface run --split both --limit 50 --x=-1:1:3 --y=-1:1:3 --out both.landscape
check "a line" "$LOSSGRID" surface run --x=-1:1:9 --limit 50 --split both --out line.landscape
check "surface again has nothing to do" "$LOSSGRID" surface run --x=-1:1:7 --y=-1:1:5 --out a.landscape
"$LOSSGRID" info a.landscape --json >info.json 2>log
check "the centre has the bits of eval" python3 -c '
import json
centre, whole = json.load(open("info.json"))["splits"]["test"]["centre"], json.load(open("eval.json"))
assert all(centre[k] == whole[k] for k in ("loss", "standard_error", "accuracy")), (centre, whole)'
check "the minimum is at the centre of a trained network" python3 -c '
import json
s = json.load(open("info.json"))["splits"]["test"]
assert abs(s["min_x"]) < 0.5 and abs(s["min_y"]) < 0.6 and s["max"] > 2 * s["min"] and s["evaluated"] == 35, s'

for ending in ply vti vtp glb html obj stl csv npz; do
    check "export .$ending" "$LOSSGRID" export a.landscape --out a.$ending
done
check "export ASCII PLY" "$LOSSGRID" export a.landscape --ascii --height raw --out ascii.ply
for ending in png svg pdf; do
    check "plot .$ending" "$LOSSGRID" plot a.landscape --log --out a.$ending
done
check "plot a line" "$LOSSGRID" plot line.landscape --out line.png
cp a.pdf before.pdf
"$LOSSGRID" plot a.landscape --log --out a.pdf
check "the same landscape gives the same PDF" cmp before.pdf a.pdf

kinds="a.landscape:landscape run:run run/run.json:run.json run/log.csv:training_log run/epoch-004.safetensors:safetensors
    data:data_set a.ply:ply a.vti:vti a.vtp:vtp a.glb:glb a.html:html a.obj:obj a.stl:stl a.csv:csv a.npz:npz a.png:png a.svg:svg a.pdf:pdf"
for pair in $kinds; do
    path=${pair%%:*} kind=${pair#*:}
    "$LOSSGRID" info "$path" --json >info.json 2>log
    check "info $path --json" python3 -c 'import json, sys; assert json.load(open("info.json"))["kind"] == sys.argv[1]' "${kind//_/ }"
    check "info $path" "$LOSSGRID" info "$path"
done
