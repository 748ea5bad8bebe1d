"""Holds exported files against the points of the .csv, with readers that are not ours: VTK, assimp,
numpy; PLY by hand, strictly.

check_export.py KIND FILE POINTS.csv
"""
import csv
import json
import struct
import subprocess
import sys


def close(a, b, bound=1e-5):
    return abs(a - b) <= bound * (1 + abs(b))


def read_points(path):
    rows = list(csv.DictReader(open(path)))
    return {(int(r["iy"]), int(r["ix"])): r for r in rows}


def check_vertices(vertices, points):
    """vertices: (x, y, loss) in the order of [iy][ix]."""
    rows = [points[key] for key in sorted(points)]
    assert len(vertices) == len(rows), (len(vertices), len(rows))
    for (x, y, loss), row in zip(vertices, rows):
        assert close(x, float(row["x"])) and close(y, float(row["y"])) and close(
            loss, float(row["loss"])), (x, y, loss, row)


def check_ply(path, points):
    data = open(path, "rb").read()
    header, body = data.split(b"end_header\n", 1)
    lines = header.decode().splitlines()
    assert lines[0] == "ply"
    properties = [l.split()[1:] for l in lines if l.startswith("property") and "list" not in l]
    n = int(next(l for l in lines if l.startswith("element vertex")).split()[2])
    faces = int(next(l for l in lines if l.startswith("element face")).split()[2])
    names = [p[1] for p in properties]
    assert names == "x y z nx ny nz red green blue quality".split(), names
    if lines[1] == "format ascii 1.0":
        rows = [[float(v) for v in l.split()] for l in body.decode().splitlines()]
        assert len(rows) == n + faces
        triangles = [tuple(int(v) for v in r) for r in rows[n:]]
        rows = rows[:n]
    else:
        assert lines[1] == "format binary_little_endian 1.0"
        row = struct.Struct("<6f3Bf")
        face = struct.Struct("<B3i")
        assert len(body) == n * row.size + faces * face.size
        rows = [row.unpack_from(body, i * row.size) for i in range(n)]
        triangles = [face.unpack_from(body, n * row.size + i * face.size) for i in range(faces)]
    check_vertices([(r[0], r[1], r[9]) for r in rows], points)
    for count, *corners in triangles:
        assert count == 3 and all(0 <= c < n for c in corners)
        a, b, c = (rows[k] for k in corners)
        assert (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (
            c[0] - a[0]) > 0  # counter-clockwise from above
    for r in rows:
        assert close(sum(v * v for v in r[3:6]), 1, 1e-4) and r[5] > 0
    order = sorted(rows, key=lambda r: r[9])
    heights = [r[2] for r in order]
    assert all(a <= b + 1e-5 for a, b in zip(heights, heights[1:]))  # higher where the loss is
    comments = " ".join(l for l in lines if l.startswith("comment"))
    facts = [
        f"{key}: {value}" for key, value in read_facts("a.ply").items()
        if not isinstance(value, float)
    ]
    for word in ("images of", "BatchNorm", "directions", "z =", *facts):
        assert word in comments, (word, comments)


def check_vti(path, points):
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy
    image = read_vtk(vtk.vtkXMLImageDataReader(), path)
    check_facts(image, read_facts(path))
    loss = vtk_to_numpy(image.GetPointData().GetArray("loss"))
    check_vertices([(*image.GetPoint(i)[:2], loss[i]) for i in range(image.GetNumberOfPoints())],
                   points)
    for name in ("standard_error", "accuracy", "evaluated"):
        assert image.GetPointData().GetArray(name).GetNumberOfTuples() == len(points)


def check_vtp(path, points):
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy
    mesh = read_vtk(vtk.vtkXMLPolyDataReader(), path)
    check_facts(mesh, read_facts(path))
    loss = vtk_to_numpy(mesh.GetPointData().GetArray("loss"))
    accuracy = vtk_to_numpy(mesh.GetPointData().GetArray("accuracy"))
    check_vertices([(*mesh.GetPoint(i)[:2], loss[i]) for i in range(mesh.GetNumberOfPoints())],
                   points)
    assert all(close(a, float(points[key]["accuracy"])) for a, key in zip(accuracy, sorted(points)))
    ys, xs = (len({key[k] for key in points}) for k in (0, 1))
    assert mesh.GetNumberOfPolys() == 2 * (xs - 1) * (ys - 1)


def read_vtk(reader, path):
    reader.SetFileName(path)
    reader.Update()
    return reader.GetOutput()


def read_facts(path):
    """Of the .json beside the file, by the split."""
    return json.load(open(path.rsplit(".", 1)[0].split("-")[0] + ".json"))["test"]


def check_facts(data, facts):
    """FieldData holds the facts, texts as texts and numbers as numbers."""
    fields = data.GetFieldData()
    assert len(facts) > 20, facts
    for key, value in facts.items():
        array = fields.GetAbstractArray(key)
        assert array is not None, key
        assert array.GetValue(0) == value, (key, array.GetValue(0), value)


def check_path(path, points):
    """-path.vtp holds the rows of -path.csv as lines, one for each run."""
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy
    data = read_vtk(vtk.vtkXMLPolyDataReader(), path)
    rows = [r for r in csv.DictReader(open(path.replace(".vtp", ".csv"))) if r["split"] == "test"]
    arrays = data.GetPointData()
    assert data.GetNumberOfPoints() == len(rows) > 1, (data.GetNumberOfPoints(), len(rows))
    for name in ("epoch", "true_loss", "true_accuracy", "plane_loss", "residual", "distance"):
        values = vtk_to_numpy(arrays.GetArray(name))
        assert all(v == float(r[name]) for v, r in zip(values, rows)), name
    for name in ("run", "checkpoint"):
        texts = arrays.GetAbstractArray(name)
        assert [texts.GetValue(i) for i in range(len(rows))] == [r[name] for r in rows], name
    assert all(
        data.GetPoint(i)[0] == float(r["x"]) and data.GetPoint(i)[1] == float(r["y"])
        for i, r in enumerate(rows))
    runs = sorted({r["run"] for r in rows})
    assert data.GetNumberOfLines() == len(runs) > 1, data.GetNumberOfLines()
    assert sum(data.GetCell(k).GetNumberOfPoints()
               for k in range(data.GetNumberOfCells())) == len(rows)
    assert len(set(vtk_to_numpy(arrays.GetArray("run_number")))) == len(runs)
    check_facts(data, read_facts(path))


def check_criticals(path, points):
    """G.vtp holds the rows of G.csv as points."""
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy
    data = read_vtk(vtk.vtkXMLPolyDataReader(), path)
    rows = list(csv.DictReader(open(path.replace(".vtp", ".csv"))))
    arrays = data.GetPointData()
    assert data.GetNumberOfPoints() == data.GetNumberOfVerts() == len(rows) > 0
    for name in ("loss", "grid_loss", "persistence", "border"):
        assert all(v == float(r[name])
                   for v, r in zip(vtk_to_numpy(arrays.GetArray(name)), rows)), name
    kinds = arrays.GetAbstractArray("kind")
    assert [kinds.GetValue(i) for i in range(len(rows))] == [r["kind"] for r in rows]
    assert all(data.GetPoint(i)[:2] == (float(r["x"]), float(r["y"])) for i, r in enumerate(rows))
    assert data.GetFieldData().GetAbstractArray("model").GetValue(0)


def check_npz(path, points):
    import numpy
    arrays = numpy.load(path)
    meta = json.loads(arrays["meta"].tobytes())
    assert meta == json.load(open(path.replace(".npz",
                                               ".json"))) and meta["test"]["images"] == 40, meta
    for (iy, ix), row in points.items():
        assert arrays["x"][ix] == float(row["x"]) and arrays["y"][iy] == float(row["y"])
        assert arrays["loss_test"][iy, ix] == float(row["loss"])
        assert arrays["accuracy_test"][iy, ix] == float(row["accuracy"])
        assert arrays["evaluated_test"][iy, ix]
    assert arrays["loss_test"].shape == (len(arrays["y"]), len(arrays["x"]))


def check_assimp(path, points):
    text = subprocess.run(["assimp", "info", path], capture_output=True, text=True,
                          check=True).stdout
    figures = {
        l.split(":")[0].strip(): l.split(":")[1].split()[0]
        for l in text.splitlines() if ":" in l and l.split(":")[1].split()
    }
    ys, xs = (len({key[k] for key in points}) for k in (0, 1))
    assert int(figures["Faces"]) == 2 * (xs - 1) * (ys - 1), text


if __name__ == "__main__":
    kind, path, points = sys.argv[1:]
    {
        "ply": check_ply, "vti": check_vti, "vtp": check_vtp, "npz": check_npz, "path": check_path,
        "criticals": check_criticals, "assimp": check_assimp
    }[kind](path, read_points(points))
