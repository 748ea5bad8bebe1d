#!/usr/bin/env bash
# Pictures for paper: a width, a size of letters, texts that are texts. Speaks TAP.
. "$(dirname "$0")/common.bash"
cp "$SRC/tests/data/viewer/lenet5-pca.landscape" a.landscape

check "a picture as wide as a column" "$LOSSGRID" plot a.landscape --width 85mm --font-size 8 --title "" --no-caption \
    --out column.svg --out column.png --out column.pdf
check "its width is 85 mm" grep -qE '<svg [^>]*width="240\.94[0-9]*pt"' column.svg
check "a PNG has 300 dots an inch" python3 -c '
import struct
width = struct.unpack(">I", open("column.png", "rb").read()[16:20])[0]
assert width == 1004, width'
cat >texts.py <<'PY'
import sys, xml.dom.minidom
svg = xml.dom.minidom.parse(sys.argv[1])  # it is well formed
texts = [(t.firstChild.data, float(t.getAttribute("font-size"))) for t in svg.getElementsByTagName("text")]
words = [t for t, _ in texts]
size = dict(texts)["direction 1 (multiples)"]
if sys.argv[2] == "column":
    assert abs(size - 8.8) < 0.01, size  # names of axes are a tenth larger than their numbers
    assert 8.0 in [s for _, s in texts], texts
    assert not [t for t in words if "landscape" in t or "BatchNorm" in t], words
else:
    assert "Loss landscape of lenet5" in words and [t for t in words if "BatchNorm" in t], words
    assert "a < b & c" in words or len(sys.argv) < 4, words
assert "test loss (nats per image)" in words and "lenet12" in words, words
assert not svg.getElementsByTagName("symbol"), "glyphs as outlines"
PY
check "its texts are texts, of that size, without title and captions" python3 texts.py column.svg column
check "with a title and captions" "$LOSSGRID" plot a.landscape --out screen.svg
check "they are there" python3 texts.py screen.svg screen
check "a title with marks of XML" "$LOSSGRID" plot a.landscape --title 'a < b & c' --out marks.svg
check "is that text" grep -q '>a &lt; b &amp; c</text>' marks.svg
cp column.svg before.svg
check "again" "$LOSSGRID" plot a.landscape --width 8.5cm --font-size 8 --title "" --no-caption --out column.svg
check "the same bytes" cmp before.svg column.svg
refuse "a width without a unit" 2 "such as 85mm" "$LOSSGRID" plot a.landscape --width 85 --out no.svg
refuse "a width of nothing" 2 "such as 85mm" "$LOSSGRID" plot a.landscape --width 0mm --out no.svg
refuse "letters without a width" 2 "give --width" "$LOSSGRID" plot a.landscape --font-size 8 --out no.svg
check "nothing was left" test ! -e no.svg
