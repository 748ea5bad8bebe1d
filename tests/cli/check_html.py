"""Holds an exported page against the .csv of the same landscape.

check_html.py structure PAGE.html POINTS.csv         without a browser: what is in it, that it asks
                                                     for nothing else
check_html.py told PAGE.html POINTS.csv COMMAND..    what the page tells of places, in a browser
check_html.py colours PAGE.html POINTS.csv COMMAND.. that a screenshot has the colours of its own
                                                     scale there
COMMAND.. is the browser with its options.
"""
import base64
import csv
import html.parser
import json
import math
import re
import struct
import subprocess
import sys


class Page(html.parser.HTMLParser):
    """Elements by id, and every tag and attribute."""

    def __init__(self, path):
        super().__init__()
        self.text, self.tags, self.attributes, self.id = {}, [], [], None
        self.source = open(path, encoding="utf-8").read()
        self.feed(self.source)
        self.data = json.loads(self.text["data"])

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self.id = dict(attributes).get("id", tag if tag in ("script", "style") else None)

    def handle_data(self, data):
        if self.id:
            self.text[self.id] = self.text.get(self.id, "") + data

    def handle_endtag(self, tag):
        self.id = None

    def array(self, name):
        letter = {a["name"]: {"f64": "d", "f32": "f"}[a["type"]] for a in self.data["arrays"]}[name]
        data = base64.b64decode(self.text[name], validate=True)
        return struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data)


def read_points(path):
    return list(csv.DictReader(open(path)))


def single(v):
    return struct.unpack("<f", struct.pack("<f", v))[0]


def place(scale, v):
    """As <loss/scale.h> says."""
    f = {
        "linear": lambda v: v, "log": math.log10,
        "symmetric log": lambda v: math.copysign(math.log10(1 + abs(v) / scale["linear"]), v)
    }[scale["kind"]]
    return (f(v) - f(scale["low"])) / (f(scale["high"]) - f(scale["low"]))


def check_structure(path, table):
    page, points = Page(path), read_points(table)
    d = page.data
    assert page.tags.count("script") == 1 + 1 + len(d["arrays"]) + len(d["maps"]), page.tags
    assert set(page.tags) <= set(
        "html head meta title style body header h1 div select label input button main canvas p "
        "footer details summary table noscript script".split()), set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "href", "style"}, names
    assert not any(n.startswith("on") for n in names), names
    # Nothing is fetched, and nothing could be.
    assert "default-src 'none'" in page.source
    for pattern in (r"https?:", r"url\(", "@import", r"\bfetch\(", "XMLHttpRequest", r"\bimport\(",
                    "WebSocket", "innerHTML", "eval"):
        assert not re.search(pattern, page.source.replace(page.text["data"], "")), pattern
    n = d["x"]["n"] * d["y"]["n"]
    found = 0
    for name, key in (("loss", "loss"), ("error", "standard_error"), ("accuracy", "accuracy")):
        for split in ("train", "test"):
            rows = [r for r in points if r["split"] == split]
            if rows:
                values = page.array(f"{name}-{split}")
                assert len(values) == n
                for r in rows:
                    v = float(r[key])
                    assert values[int(r["iy"]) * d["x"]["n"] +
                                  int(r["ix"])] == (v if name == "loss" else single(v)), (name, r)
                found += 1
    assert found == len(d["arrays"]), d["arrays"]
    for view in d["views"]:
        s = view["scale"]
        assert all(s["low"] <= t <= s["high"]
                   for t in view["ticks"] + view["levels"]) and view["ticks"]
        assert 0 <= view["map"] < len(d["maps"]) and len(
            base64.b64decode(page.text[d["maps"][view["map"]]])) == 768
    losses = [float(r["loss"]) for r in points if r["split"] == "test"]
    scale = d["views"][0]["scale"]
    assert scale["kind"] == ("log" if max(losses) > 20 * min(losses) > 0 else "linear"), scale
    assert (scale["low"], scale["high"]) == (min(losses), max(losses))
    assert not {"host", "command", "data"} & set(d["facts"]) and d["facts"]["images"] == 40


def dom(command, path, fragment):
    out = subprocess.run([*command, "--dump-dom", f"file://{path}#{fragment}"], capture_output=True,
                         timeout=120, check=True)
    return out.stdout.decode()


def told(command, path, fragment):
    found = re.search(r'<p id="readout"[^>]*>(.*?)</p>', dom(command, path, fragment), re.S)
    return found.group(1)


def check_told(path, table, *command):
    rows = [r for r in read_points(table) if r["split"] == "test"]
    for r in (rows[0], rows[8], rows[-1]):
        text = told(command, path, f"at={r['x']},{r['y']}")
        assert f"test loss {float(r['loss']):.5g}" in text, (text, r)
        wanted = (f"loss {float(r['loss']):.4g} ± {float(r['standard_error']):.4g}, "
                  f"accuracy {float(r['accuracy']):.4g} %")
        assert wanted in text, (text, r)
    # Between two points of a row: on a log scale the geometric mean.
    page = Page(path)
    a, b = float(rows[0]["loss"]), float(rows[1]["loss"])
    middle = math.sqrt(a * b) if page.data["views"][0]["scale"]["kind"] == "log" else (a + b) / 2
    text = told(command, path,
                f"at={(float(rows[0]['x']) + float(rows[1]['x'])) / 2},{rows[0]['y']}")
    assert f"test loss {middle:.4g}"[:14] in text, (text, middle)
    assert "no value" in told(command, path, "at=1000,0")


def surface_box(picture):
    """Where the picture has colours, without the bar at the right."""
    w, h = picture.size
    at = [(x, y) for x in range(0, w - 120) for y in range(100, h - 100)
          if max(picture.getpixel((x, y))) - min(picture.getpixel((x, y))) > 40]
    return at


def check_colours(path, table, *command):
    from PIL import Image
    page = Page(path)
    d, view = page.data, page.data["views"][0]
    rows = [r for r in read_points(table) if r["split"] == "test"]
    table_ = base64.b64decode(page.text[d["maps"][view["map"]]])
    for number in (8, 9, 14):
        r = rows[number]
        subprocess.run([
            *command, "--screenshot=shot.png", "--window-size=700,600",
            f"file://{path}#pitch=1.5707963&contours=0&marks=0&paths=0&at={r['x']},{r['y']}"
        ], capture_output=True, timeout=120, check=True)
        picture = Image.open("shot.png").convert("RGB")
        coloured = set(surface_box(picture))
        assert len(coloured) > 30000, len(coloured)
        low = min(y for _, y in coloured), max(y for _, y in coloured)
        left = min(x for x, _ in coloured), max(x for x, _ in coloured)
        # The ring around the place is white.
        ring = [(x, y) for x in range(left[0], left[1]) for y in range(low[0], low[1])
                if picture.getpixel((x, y)) == (255, 255, 255) and (x - 9, y) in coloured and
                (x + 9, y) in coloured]
        assert ring, "no ring"
        x, y = (round(sum(p[k] for p in ring) / len(ring)) for k in (0, 1))
        k = round(255 * place(view["scale"], float(r["loss"])))
        seen, wanted = picture.getpixel((x, y)), tuple(table_[3 * k:3 * k + 3])
        assert max(abs(a - b) for a, b in zip(seen, wanted)) <= 12, (number, seen, wanted)
        # From above there is no light: all colours are of the map.
        colours = {tuple(table_[3 * k:3 * k + 3]) for k in range(256)}
        inner = [
            p for p in coloured
            if {(p[0] - 3, p[1]), (p[0] + 3, p[1]), (p[0], p[1] - 3), (p[0], p[1] + 3)} <= coloured
        ]
        far = sum(
            min(sum(abs(a - b) for a, b in zip(picture.getpixel(p), c)) for c in colours) > 9
            for p in inner[::97])
        assert far <= 0.03 * len(inner[::97]), (far, len(inner[::97]))


if __name__ == "__main__":
    {"structure": check_structure, "told": check_told,
     "colours": check_colours}[sys.argv[1]](*sys.argv[2:])
