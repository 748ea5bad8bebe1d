"""Reads values back from pictures of lossview by their colours.

read_colours.py PLAIN.png SHADED.png  Both show the same; the first without light and shade. Every
    pixel of the surface must be read as the same value, to 2 % of the scale; some must differ.
    With `level` as a third argument the surface is, and few may differ.
read_colours.py ramp TOP.png          A ramp from left to right, seen from above: the value of each
    pixel is its place.
The map is viridis, as the colour bar of the picture has it: a file of 256 lines `r g b`,
viridis.txt.
"""
import struct
import sys
import zlib


def pixels(path):
    data = open(path, "rb").read()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (depth, kind) == (8, 2), (depth, kind)
    packed, at = b"", 8
    while at < len(data):
        n, name = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + n] if name == b"IDAT" else b""
        at += 12 + n
    raw, stride, rows, above = zlib.decompress(packed), 3 * width, [], bytearray(3 * width)
    for y in range(height):
        line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        how = raw[y * (stride + 1)]
        for i in range(stride):
            a, b, c = line[i - 3] if i > 2 else 0, above[i], above[i - 3] if i > 2 else 0
            p = a + b - c
            guess = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[i] = line[i] + (0, a, b, (a + b) // 2, guess)[how] & 255
        rows.append([tuple(line[i:i + 3]) for i in range(0, stride, 3)])
        above = line
    return rows


def lab(rgb):
    r, g, b = [c / 3294.6 if c <= 10.31 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    x, y, z = ((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
               0.2126729 * r + 0.7151522 * g + 0.0721750 * b,
               (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    x, y, z = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


MAP = [tuple(map(int, line.split())) for line in open("viridis.txt")]
PLACES = [lab(c) for c in MAP]


def value(rgb):
    here = lab(rgb)
    return min(range(256), key=lambda i: sum((p - q) ** 2 for p, q in zip(PLACES[i], here))) / 255


def is_of_map(rgb):
    return min(max(abs(p - q) for p, q in zip(rgb, c)) for c in MAP) <= 1


if sys.argv[1] == "ramp":
    rows = pixels(sys.argv[2])
    middle = rows[len(rows) // 2]
    inside = [x for x, rgb in enumerate(middle) if is_of_map(rgb)]
    low, high = inside[0], inside[-1]
    worst = max(abs(value(middle[x]) - (x - low) / (high - low)) for x in range(low + 2, high - 1))
    print(f"{high - low} pixels, worst {worst:.4f}")
    sys.exit(not (high - low > 50 and worst < 0.02))
plain, shaded = pixels(sys.argv[1]), pixels(sys.argv[2])
worst = n = differ = 0
for y in range(2, len(plain) - 2, 5):
    for x in range(2, len(plain[0]) - 2, 5):
        around = [plain[y + j][x + i] for j in (-1, 0, 1) for i in (-1, 0, 1)]
        if not all(is_of_map(rgb) for rgb in around):  # the surface, not its rim or the background
            continue
        n += 1
        differ += max(abs(p - q) for p, q in zip(plain[y][x], shaded[y][x])) > 4
        worst = max(worst, abs(value(shaded[y][x]) - value(plain[y][x])))
print(f"{n} pixels, {differ} of another colour, worst {worst:.4f} of the scale")
is_right = differ < n / 4 if "level" in sys.argv else differ > n / 10
sys.exit(not (n > 300 and is_right and worst <= 0.02))
