#!/usr/bin/env bash
# Images as VTK writes them, in each of its ways, and our own .vti. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's modules
[ -x $python ] || python=python3

awk 'BEGIN {print "x,y,test_loss,test_acc"; for (j = 0; j < 4; j++) for (i = 0; i < 5; i++)
    print i / 4 - 0.5 "," j / 2 "," 1 + i * i / 8 + j / 4 "," 90 - i}' >first.csv
"$LOSSGRID" export first.csv --out first.vti --out again.csv --quiet
cut -d, -f 1,4-6,8 again.csv >first
# same FILE COLUMNS: it holds the surface of first.csv.
same() {
    "$LOSSGRID" export "$1" --out "$1.csv" --quiet && cut -d, -f "$2" "$1.csv" | cmp - <(cut -d, -f "$3" first)
}
check "our own .vti comes back, with its split" same first.vti 1,4-6,8 1-5
head -c $(($(grep -abo '<AppendedData' first.vti | head -1 | cut -d: -f1) + 60)) first.vti >cut.vti
refuse "cut short" 1 "is damaged or short" "$LOSSGRID" plot cut.vti --out a.png

if ! $python -c 'import vtk' 2>/dev/null; then
    echo "ok - VTK's own # SKIP no vtk for Python"
    exit 0
fi
$python - <<'PY'
import vtk
image = vtk.vtkImageData()
image.SetDimensions(5, 4, 1)
image.SetOrigin(-0.5, 0, 0)
image.SetSpacing(0.25, 0.5, 1)
values = vtk.vtkDoubleArray()
values.SetName("loss")
for j in range(4):
    for i in range(5):
        values.InsertNextValue(1 + i * i / 8 + j / 4)
image.GetPointData().AddArray(values)
for mode in "Ascii", "Binary", "Appended":
    for packed in 0, 1:
        for encoded in (0, 1) if mode == "Appended" else (0,):
            for width in 32, 64:
                w = vtk.vtkXMLImageDataWriter()
                w.SetFileName(f"{mode}-{packed}-{encoded}-{width}.vti".lower())
                w.SetInputData(image)
                getattr(w, f"SetDataModeTo{mode}")()
                w.SetEncodeAppendedData(encoded)
                w.SetBlockSize(64)
                if width == 32:
                    w.SetHeaderTypeToUInt32()
                else:
                    w.SetHeaderTypeToUInt64()
                if packed:
                    w.SetCompressorTypeToZLib()
                else:
                    w.SetCompressorTypeToNone()
                w.Write()
w.SetFileName("lz4.vti")
w.SetCompressorTypeToLZ4()
w.Write()
PY
for file in ascii-*.vti binary-*.vti appended-*.vti; do check "$file" same "$file" 3-5 2-4; done
refuse "another compressor" 1 "packed by vtkLZ4DataCompressor" "$LOSSGRID" plot lz4.vti --out a.png
