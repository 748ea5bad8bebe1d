"""Holds an exported page against the .csv of the same landscape.

check_html.py structure PAGE.html POINTS.csv
    without a browser: what is in it, that it asks for nothing else
check_html.py told PAGE.html POINTS.csv COMMAND..
    what the page tells of places, in a browser
check_html.py hands PAGE.html POINTS.csv COMMAND..
    that mouse, fingers and keys do what the page says
check_html.py own PAGE.html PATH.csv COMMAND..
    the checkpoints' own losses, and their dots
check_html.py light PAGE.html POINTS.csv COMMAND..
    writes plain.png, lit.png and viridis.txt, which tests/viewer/read_colours.py compares
check_html.py colours PAGE.html POINTS.csv COMMAND..
    that a screenshot has the colours of its own scale there
COMMAND.. is the browser with its options.
"""

import base64
import csv
import html
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


def slopes(f):
    """Of points one apart: the harmonic mean of the pieces beside each, 0 at extrema; at the ends
    that of a parabola (Fritsch and Butland 1984)."""
    d = [b - a for a, b in zip(f, f[1:])]
    ends = []
    for near, *rest in (d, d[::-1]):
        s = (3 * near - rest[0]) / 2 if rest else near
        ends.append(0 if s * near <= 0 else 3 * near if abs(s) > 3 * abs(near) else s)
    inner = [2 * a * b / (a + b) if a * b > 0 else 0 for a, b in zip(d, d[1:])]
    return [ends[0], *inner, ends[1]]


def cubic(f, at):
    i = min(int(at), len(f) - 2)
    s, t = slopes(f), at - i
    return (
        (2 * t**3 - 3 * t**2 + 1) * f[i]
        + (t**3 - 2 * t**2 + t) * s[i]
        + (3 * t**2 - 2 * t**3) * f[i + 1]
        + (t**3 - t**2) * s[i + 1]
    )


def smooth(z, gx, gy):
    """The surface of lossview and of the page at a place of a grid without holes."""
    return (
        cubic([cubic(row, gx) for row in z], gy)
        + cubic([cubic(column, gy) for column in zip(*z)], gx)
    ) / 2


def value_at(scale, t):
    """The value at a place of a scale, linear or logarithmic."""
    if scale["kind"] == "linear":
        return scale["low"] + t * (scale["high"] - scale["low"])
    return scale["low"] * (scale["high"] / scale["low"]) ** t


def read_points(path):
    return list(csv.DictReader(open(path)))


def single(v):
    return struct.unpack("<f", struct.pack("<f", v))[0]


def place(scale, v):
    """As <loss/scale.h> says."""
    f = {
        "linear": lambda v: v,
        "log": math.log10,
        "symmetric log": lambda v: math.copysign(math.log10(1 + abs(v) / scale["linear"]), v),
    }[scale["kind"]]
    return (f(v) - f(scale["low"])) / (f(scale["high"]) - f(scale["low"]))


def check_structure(path, table):
    page, points = Page(path), read_points(table)
    d = page.data
    assert page.tags.count("script") == 1 + 1 + len(d["arrays"]) + len(d["maps"]), page.tags
    assert set(page.tags) <= set(
        "html head meta title style body header h1 div select label input button main canvas p "
        "footer details summary table noscript script".split()
    ), set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "href", "style"} and not any(
        n.startswith("on") for n in names
    ), names
    # Nothing is fetched, and nothing could be.
    assert "default-src 'none'" in page.source
    for pattern in (
        r"https?:",
        r"url\(",
        "@import",
        r"\bfetch\(",
        "XMLHttpRequest",
        r"\bimport\(",
        "WebSocket",
        "innerHTML",
        "eval",
    ):
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
                    assert values[int(r["iy"]) * d["x"]["n"] + int(r["ix"])] == (
                        v if name == "loss" else single(v)
                    ), (name, r)
                found += 1
    assert found == len(d["arrays"]), d["arrays"]
    for view in d["views"]:
        s = view["scale"]
        assert (
            all(s["low"] <= t <= s["high"] for t in view["ticks"] + view["levels"])
            and view["ticks"]
        )
        assert (
            0 <= view["map"] < len(d["maps"])
            and len(base64.b64decode(page.text[d["maps"][view["map"]]])) == 3 * 768
        )
    losses = [float(r["loss"]) for r in points if r["split"] == "test"]
    # The scale holds the checkpoints' own losses, too.
    losses += [v for run in d["runs"] for v in run["own"]["test"] if v is not None]
    scale = d["views"][0]["scale"]
    assert scale["kind"] == ("log" if max(losses) > 20 * min(losses) > 0 else "linear"), scale
    for found, wanted in ((scale["low"], min(losses)), (scale["high"], max(losses))):
        assert abs(found - wanted) <= 1e-12 * wanted, (found, wanted)  # 15 digits
    assert not {"host", "command", "data"} & set(d["facts"]) and d["facts"]["images"] == 40


def dom(command, path, fragment):
    out = subprocess.run(
        [*command, "--dump-dom", f"file://{path}#{fragment}"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return out.stdout.decode()


def told(command, path, fragment):
    found = re.search(r'<p id="readout"[^>]*>(.*?)</p>', dom(command, path, fragment), re.S)
    return found.group(1)


def check_told(path, table, *command):
    rows = [r for r in read_points(table) if r["split"] == "test"]
    for r in (rows[0], rows[8], rows[-1]):
        text = told(command, path, f"at={r['x']},{r['y']}")
        assert f"test loss {float(r['loss']):.5g}" in text, (text, r)
        assert (
            f"loss {float(r['loss']):.4g} ± {float(r['standard_error']):.4g}, "
            f"accuracy {float(r['accuracy']):.4g} %"
            in text
        ), (text, r)
    # Between grid points, in the middle of a row's piece and within cells, at fractions of which
    # there are vertices.
    page = Page(path)
    d = page.data
    parts = max(1, min(16, 240 // (max(d["x"]["n"], d["y"]["n"]) - 1)))
    z = [
        [
            place(d["views"][0]["scale"], v)
            for v in page.array("loss-test")[iy * d["x"]["n"] :][: d["x"]["n"]]
        ]
        for iy in range(d["y"]["n"])
    ]
    for gx, gy in ((0.5, 0), (1.25, 2.5), (d["x"]["n"] - 1.5, d["y"]["n"] - 1.25)):
        assert gx * parts % 1 == gy * parts % 1 == 0
        x, y = (
            d[k]["min"] + g * (d[k]["max"] - d[k]["min"]) / (d[k]["n"] - 1)
            for k, g in (("x", gx), ("y", gy))
        )
        text = told(command, path, f"at={x!r},{y!r}")
        found = float(re.search(r"test loss (\S+)", text).group(1))
        wanted = value_at(d["views"][0]["scale"], smooth(z, gx, gy))
        assert abs(found - wanted) <= 1e-4 * abs(wanted), (gx, gy, text, wanted)
    assert "no value" in told(command, path, "at=1000,0")


def run_in(path, script, copy, *command):
    """What a script, put after those of the page, leaves as the title."""
    source = open(path, encoding="utf-8").read()
    open(copy, "w", encoding="utf-8").write(
        source.replace("</body>", f"<script>{script}</script></body>")
    )
    out = subprocess.run(
        [*command, "--dump-dom", "--window-size=700,760", f"file://{copy}"],
        capture_output=True,
        timeout=120,
        check=True,
    ).stdout.decode()
    return json.loads(html.unescape(re.search(r"<title>(.*?)</title>", out, re.S).group(1)))


HANDS = """
const said = {}, near = () => get('readout').textContent.split('\\n')[1] || '';
const pointer = (kind, id, x, y, type = 'mouse', buttons = 0) =>
  scene.dispatchEvent(new PointerEvent(kind, {
    pointerId: id, clientX: x, clientY: y, pointerType: type, buttons, bubbles: true}));
const press = (key, more = {}) => scene.dispatchEvent(new KeyboardEvent('keydown', {key, ...more}));
const box = scene.getBoundingClientRect(), px = page.x.min + 0.6 * width,
      py = page.y.min + 0.4 * depth, at = seen(look(), [sceneX(px), sceneY(py), heightAt(px, py)]);
const x = box.left + at.x, y = box.top + at.y;
// There are no such pointers that could be captured.
scene.setPointerCapture = () => {};
pointer('pointermove', 1, x, y); draw(); said.mouse = near();
const yaw = camera.yaw;
pointer('pointerdown', 1, x, y, 'mouse', 1); pointer('pointermove', 1, x + 50, y, 'mouse', 1);
pointer('pointerup', 1, x + 50, y); said.turned = camera.yaw - yaw;
camera.yaw = yaw; pointer('pointerleave', 1, 0, 0); draw(); said.left = near();
pointer('pointerdown', 2, x, y, 'touch', 1); pointer('pointermove', 2, x + 2, y, 'touch', 1);
pointer('pointerup', 2, x, y, 'touch');
pointer('pointerleave', 2, x, y, 'touch'); draw(); said.tapped = near();
const zoom0 = camera.zoom;
pointer('pointerdown', 3, x - 40, y, 'touch', 1); pointer('pointerdown', 4, x + 40, y, 'touch', 1);
pointer('pointermove', 4, x + 120, y, 'touch', 1);
pointer('pointerup', 3, x - 40, y, 'touch'); pointer('pointerup', 4, x + 120, y, 'touch');
said.zoomed = camera.zoom / zoom0;
press('Escape'); draw(); said.escaped = near();
press('ArrowRight', {shiftKey: true}); draw(); said.middle = near();
press('ArrowRight', {shiftKey: true}); press('ArrowUp', {shiftKey: true}); draw();
said.next = near();
const pitch = camera.pitch; press('ArrowUp'); said.pitched = camera.pitch - pitch;
press('Enter'); said.reset = camera.zoom;
document.title = JSON.stringify(said);
"""


def check_hands(path, table, *command):
    said = run_in(path, HANDS, path.replace(".html", "-hands.html"), *command)
    for what in ("mouse", "tapped", "middle", "next"):
        assert said[what].startswith("nearest point ("), (what, said)
    assert said["mouse"] == said["tapped"] != said["middle"] != said["next"], said
    assert said["left"] == said["escaped"] == "", said
    assert (
        said["turned"] > 0.1 and said["zoomed"] > 1.5 and said["pitched"] > 0 and said["reset"] == 1
    ), said


OWN = """
const eye = look(), run = page.runs[0], box = scene.getBoundingClientRect();
document.title = JSON.stringify(run.x.map((x, i) => {
  const at = [sceneX(x), sceneY(run.y[i])], p = [...at, ownHeight(run, i)], s = seen(eye, p);
  const isClear = run.x.every((x, k) => {
    const on = seen(eye, [sceneX(x), sceneY(run.y[k]), heightAt(x, run.y[k])]);
    return Math.hypot(on.x - s.x, on.y - s.y) > 8;
  });
  return [s.x + box.left, s.y + box.top, isClear && !hidden(eye, p), run.own.test[i],
          unstretch(view.scale, p[2] / HEIGHT)];
}));
"""


def check_own(path, table, *command):
    """The checkpoints' own losses are those of the table, and have a pale dot where they are."""
    from PIL import Image

    rows = [r for r in csv.DictReader(open(table)) if r["split"] == "test"]
    places = run_in(path, OWN, path.replace(".html", "-own.html"), *command)
    assert len(places) == len(rows) > 2
    subprocess.run(
        [*command, "--screenshot=own.png", "--window-size=700,760", f"file://{path}#marks=0"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    picture, n_seen, n_clear = Image.open("own.png").convert("RGB"), 0, 0
    for (x, y, is_clear, own, shown), row in zip(places, rows):
        wanted = float(row["true_loss"])
        assert abs(own - wanted) <= 1e-12 * wanted and abs(shown - own) <= 1e-9 * own, (
            own,
            shown,
            row,
        )
        if is_clear:
            n_clear += 1
            n_seen += min(picture.getpixel((round(x), round(y)))) > 240
    assert n_seen >= max(1, n_clear - 1), (n_seen, places)  # an epoch may be written over one


def surface_box(picture):
    """Where the picture has colours, without the bar at the right."""
    w, h = picture.size
    at = [
        (x, y)
        for x in range(0, w - 120)
        for y in range(100, h - 100)
        if max(picture.getpixel((x, y))) - min(picture.getpixel((x, y))) > 40
    ]
    return at


def check_colours(path, table, *command):
    from PIL import Image

    page = Page(path)
    d, view = page.data, page.data["views"][0]
    rows = [r for r in read_points(table) if r["split"] == "test"]
    table_ = base64.b64decode(page.text[d["maps"][view["map"]]])[
        768:1536
    ]  # plain, between shade and light
    for number in (8, 9, 14):
        r = rows[number]
        subprocess.run(
            [
                *command,
                "--screenshot=shot.png",
                "--window-size=700,760",
                f"file://{path}#pitch=1.5707963&contours=0&marks=0&paths=0&at={r['x']},{r['y']}",
            ],
            capture_output=True,
            timeout=120,
            check=True,
        )
        picture = Image.open("shot.png").convert("RGB")
        coloured = set(surface_box(picture))
        assert len(coloured) > 30000, len(coloured)
        low = min(y for _, y in coloured), max(y for _, y in coloured)
        left = min(x for x, _ in coloured), max(x for x, _ in coloured)
        # The ring around the place is white.
        ring = [
            (x, y)
            for x in range(left[0], left[1])
            for y in range(low[0], low[1])
            if picture.getpixel((x, y)) == (255, 255, 255)
            and (x - 9, y) in coloured
            and (x + 9, y) in coloured
        ]
        assert ring, "no ring"
        x, y = (round(sum(p[k] for p in ring) / len(ring)) for k in (0, 1))
        k = round(255 * place(view["scale"], float(r["loss"])))
        seen, wanted = picture.getpixel((x, y)), tuple(table_[3 * k : 3 * k + 3])
        assert max(abs(a - b) for a, b in zip(seen, wanted)) <= 12, (number, seen, wanted)
        # From above there is no light: all colours are of the map.
        colours = {tuple(table_[3 * k : 3 * k + 3]) for k in range(256)}
        inner = [
            p
            for p in coloured
            if {(p[0] - 3, p[1]), (p[0] + 3, p[1]), (p[0], p[1] - 3), (p[0], p[1] + 3)} <= coloured
        ]
        far = sum(
            min(sum(abs(a - b) for a, b in zip(picture.getpixel(p), c)) for c in colours) > 9
            for p in inner[::97]
        )
        assert far <= 0.03 * len(inner[::97]), (far, len(inner[::97]))


def check_light(path, table, *command):
    from PIL import Image

    page = Page(path)
    table = base64.b64decode(page.text["map-viridis"])[768:1536]
    open("viridis.txt", "w").writelines(
        "%d %d %d\n" % tuple(table[k : k + 3]) for k in range(0, 768, 3)
    )
    for name, light in (("plain", 0), ("lit", 1)):
        subprocess.run(
            [
                *command,
                f"--screenshot={name}.png",
                "--window-size=700,760",
                f"file://{path}#contours=0&marks=0&paths=0&light={light}",
            ],
            capture_output=True,
            timeout=120,
            check=True,
        )
        Image.open(f"{name}.png").convert("RGB").save(f"{name}.png")


if __name__ == "__main__":
    {
        "structure": check_structure,
        "told": check_told,
        "colours": check_colours,
        "hands": check_hands,
        "own": check_own,
        "light": check_light,
    }[sys.argv[1]](*sys.argv[2:])
