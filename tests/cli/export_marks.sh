#!/usr/bin/env bash
# The marks of .glb and .html: the critical points inside that persist by 2 % of the range of
# heights, pale where they are within the sampling error. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

# A bowl with waves of two lengths: deep minima, shallow ones, and some that errors hide.
awk 'BEGIN {print "x,y,loss,standard_error"
    for (j = 0; j < 33; j++) for (i = 0; i < 33; i++) {
        x = i / 16 - 1; y = j / 16 - 1
        bowl = 10 + 0.5 * (x * x + y * y)
        waves = 0.4 * cos(7 * x) * cos(6 * y) + 0.03 * sin(40 * x + 31 * y)
        printf "%.6f,%.6f,%.9f,%.4f\n", x, y, bowl + waves, x < 0 ? 0.001 : 0.2}}' >waves.csv
"$LOSSGRID" export waves.csv --height raw --out waves.glb --out waves.html --quiet \
    --critical points.csv
cat >check.py <<'PY'
import csv
import json
import re
import struct
import sys

losses = [float(r["loss"]) for r in csv.DictReader(open("waves.csv"))]
least = 0.02 * (max(losses) - min(losses))
rows = [r for r in csv.DictReader(open("points.csv")) if r["border"] == "0"]
wanted = sorted((r["kind"], round(float(r["x"]), 4), round(float(r["y"]), 4),
                 r["within_error"] == "1")
                for r in rows if float(r["persistence"]) >= least)
assert 3 < len(wanted) < len(rows), (len(wanted), len(rows))
assert {w[3] for w in wanted} == {True, False}


def of_glb():
    data = open("waves.glb", "rb").read()
    n = struct.unpack_from("<I", data, 12)[0]
    scene = json.loads(data[20:20 + n])
    for node in scene["nodes"]:
        extras = node.get("extras", {})
        if "kind" not in extras:
            continue
        material = scene["materials"][scene["meshes"][node["mesh"]]["primitives"][0]["material"]]
        is_pale = material["pbrMetallicRoughness"]["baseColorFactor"][3] < 1
        assert is_pale == extras["within_error"] == (material.get("alphaMode") == "BLEND"), node
        yield extras["kind"], round(extras["x"], 4), round(extras["y"], 4), is_pale


def of_html():
    text = re.search(r'id="data">(.*?)</script>', open("waves.html").read(), re.S).group(1)
    for m in json.loads(text)["views"][0]["marks"]:
        yield m["kind"], round(m["x"], 4), round(m["y"], 4), m["within_error"]


found = sorted({"glb": of_glb, "html": of_html}[sys.argv[1]]())
assert found == wanted, (found, wanted)
PY
check "marks of the glTF file" python3 check.py glb
check "marks of the page" python3 check.py html
