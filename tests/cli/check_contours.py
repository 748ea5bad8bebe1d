"""Holds the contour lines that lossgrid exports against contourpy's.

    check_contours.py make NAME SEED FILE.landscape N
writes the landscape of a known function, of random values, or of a text file, and prints N levels
at which both must draw the same lines;
    check_contours.py compare FILE.landscape LINES.csv LEVEL,LEVEL,...
compares them.

contourpy joins an ambiguous cell by the mean of its corners, we by the bilinear surface's saddle
(the asymptotic decider). `make` leaves out levels at which these differ in any cell; at all others
the lines must be the same.
"""
import csv
import sqlite3
import sys

import numpy as np


def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def camel(x, y):
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2


def sines(x, y):
    return np.sin(3 * x) * np.sin(3 * y)


def bowl(x, y):
    return x**2 + y**2


FUNCTIONS = {
    "bowl": (bowl, 1), "himmelblau": (himmelblau, 5), "camel": (camel, 2), "sines": (sines, 3.1)
}


ODD = {"nan": [[np.nan] * 2] * 2, "flat": [[1.0, 1.0], [1.0, 1.0]], "two": [[1.0, 2.0], [3.0, 0.5]]}


def values_of(name, seed):
    """Axes (min, max, n) and values [ny][nx]; NaN is a point that is not there."""
    random = np.random.default_rng(seed)
    if name in FUNCTIONS:
        function, reach = FUNCTIONS[name]
        x, y = (-reach, reach, 61 + seed), (-reach, reach, 53)
        return x, y, function(*np.meshgrid(np.linspace(*x), np.linspace(*y)))
    if name == "random":
        return (0, 3, 16), (0, 2, 11), random.random((11, 16))
    if name == "steps":  # few values, so that levels lie on plateaus
        return (0, 3, 16), (0, 2, 11), random.integers(0, 4, (11, 16)).astype(float)
    if name == "holes":
        z = random.random((11, 16))
        z[random.random(z.shape) < 0.1] = np.nan
        return (0, 3, 16), (0, 2, 11), z
    if name in ODD:
        return (0, 1, 2), (0, 1, 2), np.array(ODD[name])
    z = np.loadtxt(name)
    return (-0.5, 1.5, z.shape[1]), (-0.5, 1.5, z.shape[0]), z


def deciders_differ(z, level):
    """Whether a cell with alternating corners is joined by its mean one way and by its saddle the
    other, or undecided."""
    a, b, c, d = z[:-1, :-1], z[:-1, 1:], z[1:, 1:], z[1:, :-1]
    with np.errstate(all="ignore"):
        above = [corner > level for corner in (a, b, c, d)]
        alternating = (above[0] == above[2]) & (above[1] == above[3]) & (
            above[0] != above[1]) & np.isfinite(a + b + c + d)
        mean, saddle = (a + b + c + d) / 4 - level, (a * c - b * d) / (a + c - b - d) - level
    return bool(
        np.any(alternating & ((np.sign(mean) != np.sign(saddle)) | (np.abs(saddle) < 1e-12))))


def choose_levels(z, n):
    finite = z[np.isfinite(z)]
    if len(np.unique(finite)) < 10:  # steps: on the plateaus and between them
        candidates = [value + half for value in np.unique(finite)[:-1] for half in (0, 0.5)]
    else:
        candidates = np.quantile(finite, np.linspace(0.01, 0.99, 20 * n))
    usable = [level for level in candidates if not deciders_differ(z, level)]
    return usable and [usable[i] for i in np.unique(np.linspace(0, len(usable) - 1, n).astype(int))]


def make(name, seed, path, n_levels):
    x, y, z = values_of(name, int(seed))
    db = sqlite3.connect(path)
    db.executescript("""
        PRAGMA application_id = 1280267091; PRAGMA user_version = 1;
        CREATE TABLE metadata(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE axes(axis TEXT PRIMARY KEY, min REAL NOT NULL, max REAL NOT NULL,
            n INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE points(split TEXT NOT NULL, iy INTEGER NOT NULL, ix INTEGER NOT NULL,
            loss REAL, standard_error REAL, accuracy REAL, seconds REAL,
            PRIMARY KEY(split, iy, ix)) WITHOUT ROWID;
        CREATE TABLE path(run TEXT NOT NULL, checkpoint TEXT NOT NULL, split TEXT NOT NULL,
            epoch INTEGER NOT NULL, x REAL, y REAL, true_loss REAL, true_accuracy REAL,
            plane_loss REAL, residual REAL, distance REAL, digest TEXT NOT NULL,
            PRIMARY KEY(run, checkpoint, split)) WITHOUT ROWID;
        CREATE TABLE directions(axis TEXT PRIMARY KEY, data BLOB NOT NULL);
        INSERT INTO metadata VALUES('splits', 'test'), ('model', 'a function'),
            ('created', '2000-01-01T00:00:00Z');""")
    db.executemany("INSERT INTO axes VALUES(?, ?, ?, ?)", [("x", *x), ("y", *y)])
    db.executemany("INSERT INTO points VALUES('test', ?, ?, ?, 0, 0, 0)",
                   [(iy, ix, float(v)) for (iy, ix), v in np.ndenumerate(z) if not np.isnan(v)])
    db.commit()
    print(",".join(repr(float(level)) for level in choose_levels(z, int(n_levels))))


def read(path):
    """Coordinates and values of a landscape, read without our library; absent and not finite ones
    are NaN."""
    db = sqlite3.connect(path)
    axes = {
        name: np.linspace(low, high, n)
        for name, low, high, n in db.execute("SELECT * FROM axes")
    }
    z = np.full((len(axes["y"]), len(axes["x"])), np.nan)
    for iy, ix, loss in db.execute("SELECT iy, ix, loss FROM points WHERE split = 'test'"):
        z[iy, ix] = np.nan if loss is None or not np.isfinite(loss) else loss
    return axes["x"], axes["y"], z


def tidy(points, is_closed):
    """Without points that repeat the one before: those are grid points on the level or next to it.
    None: a single point. contourpy tells closed lines by their ends only, so that one from a border
    point on the level to the same one counts as closed."""
    is_closed = is_closed or (len(points) > 2 and tuple(points[0]) == tuple(points[-1]))
    points = [
        p for i, p in enumerate(points)
        if i == 0 or not np.allclose(p, points[i - 1], rtol=0, atol=1e-13)
    ]
    if is_closed and len(points) > 1 and np.allclose(points[0], points[-1], rtol=0, atol=1e-13):
        points.pop()
    return (is_closed, points) if len(points) > 1 else None


def their_lines(x, y, z, level):
    from contourpy import LineType, contour_generator
    generator = contour_generator(x, y, np.ma.masked_invalid(z), name="serial", corner_mask=False,
                                  line_type=LineType.Separate)
    lines = [tidy(list(map(tuple, line)), False) for line in generator.lines(level)]
    return [line for line in lines if line]


def our_lines(path):
    lines = {}
    for row in csv.DictReader(open(path)):
        key = (float(row["level"]), int(row["line"]))
        lines.setdefault(key, (row["closed"] == "1", []))[1].append(
            (float(row["x"]), float(row["y"])))
    tidied = {key: tidy(points, is_closed) for key, (is_closed, points) in lines.items()}
    return {key: line for key, line in tidied.items() if line}


def bilinear(x, y, z, p):
    """Value at a point. On an edge, the cell that is there counts."""
    for nudge in ((0, 0), (-1e-9, 0), (0, -1e-9), (1e-9, 0), (0, 1e-9)):
        ix = min(max(int((p[0] - x[0]) / (x[1] - x[0]) + nudge[0]), 0), len(x) - 2)
        iy = min(max(int((p[1] - y[0]) / (y[1] - y[0]) + nudge[1]), 0), len(y) - 2)
        u, v = (p[0] - x[ix]) / (x[ix + 1] - x[ix]), (p[1] - y[iy]) / (y[iy + 1] - y[iy])
        value = (1 - v) * ((1 - u) * z[iy, ix] + u * z[iy, ix + 1]) + v * (
            (1 - u) * z[iy + 1, ix] + u * z[iy + 1, ix + 1])
        if np.isfinite(value):
            return value
    return np.nan


def same_line(a, b):
    """The same points in the same order, from another start or the other way round."""
    if a[0] != b[0] or len(a[1]) != len(b[1]):
        return False
    p, q = np.array(a[1]), np.array(b[1])
    near = 1e-9 * (1 + np.abs(p).max())
    for turned in (q, q[::-1]):
        starts = np.flatnonzero(np.abs(turned - p[0]).max(axis=1) < near) if a[0] else [0]
        if any(np.abs(np.roll(turned, -start, axis=0) - p).max() < near for start in starts):
            return True
    return False


def compare(path, lines_path, level_list):
    x, y, z = read(path)
    ours, n_lines, n_closed, n_points, worst = our_lines(lines_path), 0, 0, 0, 0.0
    wanted = [float(level) for level in level_list.split(",")]
    assert {level for level, _ in ours} <= set(wanted), "lines of levels that were not asked for"
    for level in wanted:
        mine = [line for key, line in ours.items() if key[0] == level]
        theirs = their_lines(x, y, z, level)
        assert len(mine) == len(theirs), (
            f"level {level}: {len(mine)} lines, contourpy has {len(theirs)}")
        for line in mine:
            match = next((other for other in theirs if same_line(line, other)), None)
            assert match, (
                f"level {level}: contourpy has no such line: closed {line[0]}, "
                f"{len(line[1])} points, {line[1][:3]}")
            theirs.remove(match)
            off = max(abs(bilinear(x, y, z, p) - level) for p in line[1])
            assert off <= 1e-6, f"level {level}: a point whose value is {off} off"
            worst, n_closed, n_points = max(worst, off), n_closed + line[0], n_points + len(line[1])
        n_lines += len(mine)
    assert n_lines, "nothing was compared"
    print(f"{len(wanted)} levels, {n_lines} lines, {n_closed} closed, {n_points} points, "
          f"at most {worst:.2g} off the level")


{"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
