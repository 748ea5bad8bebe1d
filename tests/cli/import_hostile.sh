#!/usr/bin/env bash
# Files of other programs that are made to take long. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

# tags TEXT: 11 MB of tags that never end, or end at once.
tags() {
    printf '<VTKFile><ImageData WholeExtent="0 1 0 1 0 0"><PointData>'
    yes "$1" | head -n 1000000 | tr -d '\n'
    printf '</PointData>'
}
limited() { (ulimit -t 60; exec "$@"); }
for tag in '<DataArray' '<DataArray>'; do
    tags "$tag" >tags.vti
    refuse "a million times $tag" 1 "none of the arrays" \
        limited "$LOSSGRID" import tags.vti --out t.landscape
done

# Planes of 64 and of 25 million bytes that are the same, packed into some 65 KB.
python3 - <<'PY'
import struct
import zipfile
import zlib



def write_vti(name, side, values):
    packed = zlib.compress(values, 9)
    open(name, "wb").write(
        b'<VTKFile type="ImageData" compressor="vtkZLibDataCompressor">'
        b'<ImageData WholeExtent="0 %d 0 %d 0 0"><PointData>'
        b'<DataArray type="UInt8" Name="loss" format="appended" offset="0"/>'
        b'</PointData></ImageData><AppendedData encoding="raw">_' % (side - 1, side - 1) +
        struct.pack("<4I", 1, side * side, 0, len(packed)) + packed + b'</AppendedData></VTKFile>')


write_vti("packed.vti", 8191, bytes(8191 * 8191))
write_vti("whole.vti", 10, bytes(range(100)))
write_vti("short.vti", 10, bytes(range(99)))
side = 5000
header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d)}" % (side, side)
header += b" " * (117 - len(header)) + b"\n"
with zipfile.ZipFile("packed.npz", "w", zipfile.ZIP_DEFLATED) as npz:
    npz.writestr("loss.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header +
                 bytes(side * side))
PY
refuse "64 million points from 65 KB" 1 "more points than a file of this size holds" \
    "$LOSSGRID" import packed.vti --out t.landscape
refuse "25 million of numpy" 1 "more values than a file of this size explains" \
    "$LOSSGRID" import packed.npz --out t.landscape
check "a block with all values" "$LOSSGRID" import whole.vti --out whole.landscape --quiet
refuse "a block that lacks one" 1 "an array of 100 bytes is damaged or short" \
    "$LOSSGRID" import short.vti --out t.landscape
