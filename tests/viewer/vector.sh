#!/usr/bin/env bash
# Pictures as PDF and SVG: texts are texts, and the picture is that of the PNG. Without a display.
. "$(dirname "$0")/common.bash"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" ${kept:-}' EXIT
cd "$tmp" || exit 1
python=/usr/bin/python3 # Debian's, which sees Debian's PIL
[ -x $python ] || python=python3
for ending in png pdf svg; do
    check "a picture: .$ending" "$LOSSVIEW" "$fixture" --critical --size=600x420 --screenshot="a.$ending"
done
echo mine >mine.pdf
refuse "a file that is no PDF is not written over" 1 "mine.pdf" "$LOSSVIEW" "$fixture" --screenshot=mine.pdf --size=200x150

check "texts of the SVG are texts, over one image" $python - <<'PY'
import xml.etree.ElementTree as tree
root = tree.parse("a.svg").getroot()
assert (root.get("width"), root.get("height")) == ("600px", "420px") or root.get("viewBox") == "0 0 600 420", root.attrib
kinds = [e.tag.split("}")[1] for e in root.iter()]
texts = [e.text for e in root.iter() if e.tag.endswith("}text")]
assert kinds.count("image") == 1, kinds.count("image")
assert "Loss landscape of lenet5" in texts and any("minimum" in t for t in texts) and "1" in texts, texts
assert any("nats per image" in t for t in texts)
PY
"$LOSSVIEW" "$fixture" --no-background --size=300x200 --screenshot=clear.svg 2>log
check "without a background the image is transparent" grep -q "<mask\|image/png" clear.svg
"$LOSSVIEW" "$fixture" --theme=dark --size=300x200 --screenshot=dark.svg 2>log
check "rims of texts have the theme's colour" sh -c 'grep -q "stroke=\"#12[0-9a-f]*\"" dark.svg && ! grep -q "stroke=\"#ffffff\" stroke-opacity=\"0.85\"" dark.svg'
printf 'x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,5\n' >'a<b>&c.csv'
"$LOSSVIEW" 'a<b>&c.csv' --size=400x300 --screenshot=names.svg 2>log
check "a name with < and & is a text" $python -c '
import xml.etree.ElementTree as tree
assert any("a<b>&c" in (e.text or "") for e in tree.parse("names.svg").getroot().iter())'

if command -v pdftotext >/dev/null && command -v pdftocairo >/dev/null && $python -c 'import PIL' 2>/dev/null; then
    pdftotext -layout a.pdf a.txt
    check "texts of the PDF are texts" sh -c 'grep -q "Loss landscape of lenet5" a.txt && grep -q minimum a.txt && grep -q "BatchNorm" a.txt'
    pdftocairo -png -r 72 -singlefile a.pdf read
    "$LOSSVIEW" "$fixture" --critical --size=600x420 --view=right --screenshot=turned.png 2>log
    check "the PDF shows the picture of the PNG, and no other" $python -c '
from PIL import Image, ImageChops, ImageStat
a, b, c = (Image.open(p).convert("RGB") for p in ("a.png", "read.png", "turned.png"))
assert a.size == b.size, (a.size, b.size)
far = lambda a, b: max(ImageStat.Stat(ImageChops.difference(a, b)).mean)
assert far(a, b) < 6 < far(a, c), (far(a, b), far(a, c))'
else
    echo "ok - pdftotext and pdftocairo read the PDF # SKIP no poppler-utils, or no python3-pil"
fi
