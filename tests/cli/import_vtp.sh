#!/usr/bin/env bash
# Meshes as VTK writes them, in each of its ways, and our own .vtp; paths and marks are no surface.
# Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees Debian's modules
[ -x $python ] || python=python3

awk 'BEGIN {print "x,y,test_loss,test_acc"; for (j = 0; j < 4; j++) for (i = 0; i < 5; i++)
    print i / 4 - 0.5 "," j / 2 "," 1 + i * i / 8 + j / 4 "," 90 - i}' >first.csv
"$LOSSGRID" import first.csv --out first.landscape --quiet
"$LOSSGRID" export first.landscape --out first.vtp --critical marks.vtp --quiet
points() { sqlite3 "$1" "select split, iy, ix, loss${2:-} from points order by 1, 2, 3"; }
# same FILE [COLUMN]: it holds the surface of first.landscape.
same() {
    rm -f back.landscape
    "$LOSSGRID" import "$1" --out back.landscape --quiet && [ "$(points back.landscape "${2:-}")" = "$(points first.landscape "${2:-}")" ]
}
check "our own .vtp comes back, with its split" same first.vtp ", accuracy"
check "as what it is" sh -c '"$LOSSGRID" info back.landscape --json | grep -q "\"imported_as\":.*\"VTK mesh\""'
check "it is drawn as it is" "$LOSSGRID" plot first.vtp --out a.svg
refuse "marks are no surface" 1 "marks.vtp: points and lines without faces" "$LOSSGRID" plot marks.vtp --out a.png
head -c $(($(grep -abo '<AppendedData' first.vtp | head -1 | cut -d: -f1) + 60)) first.vtp >cut.vtp
refuse "cut short" 1 "an array of 240 bytes is not there" "$LOSSGRID" plot cut.vtp --out a.png
sed 's/NumberOfPoints="[0-9]*"/NumberOfPoints="99999999999"/' first.vtp >huge.vtp
refuse "more points than the file holds" 1 "more than a file of this size holds" "$LOSSGRID" plot huge.vtp --out a.png
sed 's/<Piece/<Piece><\/Piece><Piece/' first.vtp >two.vtp
refuse "several pieces" 1 "in several pieces" "$LOSSGRID" plot two.vtp --out a.png
sed 's/PolyData/Unstruct/g' first.vtp >other.vtp
refuse "another kind of VTK file" 1 "no ImageData, and no PolyData" "$LOSSGRID" plot other.vtp --out a.png
if [ -x "${LOSSVIEW:-}" ]; then
    check "lossview draws it" "$LOSSVIEW" first.vtp --screenshot v.png --size=300x200
else
    echo "ok - lossview draws it # SKIP no lossview"
fi

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
values.SetName("test_loss")
for j in range(4):
    for i in range(5):
        values.InsertNextValue(1 + i * i / 8 + j / 4)
image.GetPointData().SetScalars(values)
flat = vtk.vtkImageDataGeometryFilter()
flat.SetInputData(image)
mesh = vtk.vtkWarpScalar()
mesh.SetInputConnection(flat.GetOutputPort())


def write(source, name, mode="Binary", packed=0, encoded=1, width=64):
    w = vtk.vtkXMLPolyDataWriter()
    w.SetFileName(name)
    w.SetInputConnection(source.GetOutputPort())
    getattr(w, f"SetDataModeTo{mode}")()
    w.SetEncodeAppendedData(encoded)
    w.SetBlockSize(64)
    getattr(w, f"SetHeaderTypeToUInt{width}")()
    w.SetCompressorTypeToZLib() if packed else w.SetCompressorTypeToNone()
    w.Write()


for mode in "Ascii", "Binary", "Appended":
    for packed in 0, 1:
        for encoded in (0, 1) if mode == "Appended" else (0,):
            for width in 32, 64:
                write(mesh, f"{mode}-{packed}-{encoded}-{width}.vtp".lower(), mode, packed, encoded,
                      width)
triangles = vtk.vtkTriangleFilter()
triangles.SetInputConnection(mesh.GetOutputPort())
strips = vtk.vtkStripper()
strips.SetInputConnection(triangles.GetOutputPort())
write(triangles, "triangles.vtp")
write(strips, "strips.vtp")
edges = vtk.vtkExtractEdges()
edges.SetInputConnection(mesh.GetOutputPort())
write(edges, "edges.vtp")
values.SetName("other")  # then the heights are the values, in VTK's single precision
mesh.Update()
mesh.GetOutput().GetPointData().RemoveArray("other")
bare = vtk.vtkTrivialProducer()
bare.SetOutput(mesh.GetOutput())
write(bare, "heights.vtp")
PY
for file in ascii-*.vtp binary-*.vtp appended-*.vtp triangles.vtp strips.vtp; do check "$file" same "$file"; done
check "heights" sh -c '"$LOSSGRID" import heights.vtp --out h.landscape --json | grep -q "\"imported_values\":.*\"heights\""'
check "are the values" test "$(points h.landscape | cut -d'|' -f 2-)" = "$(points first.landscape | cut -d'|' -f 2-)"
refuse "lines of VTK are no surface" 1 "points and lines without faces" "$LOSSGRID" plot edges.vtp --out a.png
