#!/usr/bin/env bash
# Exported files read by independent programs: VTK (what ParaView reads with), assimp, numpy, and a strict PLY reader.
checker=$(cd "$(dirname "$0")" && pwd)/check_export.py
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's VTK
[ -x $python ] || python=python3
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --lr 0.05 --quiet --out run 2>log || fail "train"
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 2 --seed 1 --lr 0.05 --quiet --out other 2>log || fail "train"
"$LOSSGRID" surface run --run run --run other --limit 40 --x=-1:1:6 --y=-0.5:1:4 --quiet --out a.landscape >log 2>&1 || fail "surface"
"$LOSSGRID" export a.landscape --quiet --out a.csv --out a.ply --out a.vti --out a.vtp --out a.obj --out a.stl --out a.npz --out a.json \
    --critical c.csv 2>log ||
    fail "export"
"$LOSSGRID" export a.landscape --quiet --critical c.vtp 2>log || fail "export of critical points"
"$LOSSGRID" export a.landscape --quiet --ascii --height log --out ascii.ply --out ascii.stl 2>log || fail "export as text"

has_module() { $python -c "import $1" 2>/dev/null; }

check "binary PLY, read strictly" $python "$checker" ply a.ply a.csv
check "ASCII PLY, read strictly" $python "$checker" ply ascii.ply a.csv
if has_module vtk; then
    check "VTK reads the .vti" $python "$checker" vti a.vti a.csv
    check "VTK reads the .vtp" $python "$checker" vtp a.vtp a.csv
    check "VTK reads the paths" $python "$checker" path a-path.vtp a.csv
    check "VTK reads the critical points" $python "$checker" criticals c.vtp a.csv
else
    echo "ok - VTK reads .vti and .vtp # SKIP no python3-vtk9"
fi
if has_module numpy; then
    check "numpy reads the .npz" $python "$checker" npz a.npz a.csv
else
    echo "ok - numpy reads the .npz # SKIP no python3-numpy"
fi
if command -v assimp >/dev/null; then
    for file in a.ply ascii.ply a.obj a.stl ascii.stl; do
        check "assimp reads $file" $python "$checker" assimp $file a.csv
    done
else
    echo "ok - assimp reads the meshes # SKIP no assimp-utils"
fi
# The readers must be able to fail: swapped coordinates.
awk -F, 'BEGIN {OFS = ","} NR > 1 {t = $4; $4 = $5; $5 = t} {print}' a.csv >swapped.csv
check "a transposed grid would be seen" sh -c "! $python '$checker' ply a.ply swapped.csv 2>/dev/null"
