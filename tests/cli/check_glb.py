"""Holds a .glb against the .ply and the .csv of the same landscape, strictly by the specification
of glTF 2.0.

check_glb.py file FILE.glb MESH.ply POINTS.csv N   what is in it; N checkpoints of paths
check_glb.py assimp FILE.glb READ.ply MESH.ply     what assimp made of it
"""
import csv
import json
import struct
import sys

SIZES = {5123: ("H", 2), 5125: ("I", 4), 5126: ("f", 4)}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


def close(a, b, bound=1e-5):
    return abs(a - b) <= bound * (1 + abs(b))


def linear(byte):
    s = byte / 255
    return s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4


def read_glb(path):
    data = open(path, "rb").read()
    magic, version, size, n, kind = struct.unpack_from("<4sII I4s", data)
    assert (magic, version, size, kind) == (b"glTF", 2, len(data), b"JSON") and n % 4 == 0
    scene = json.loads(data[20:20 + n].decode("utf-8"))
    n_binary, kind = struct.unpack_from("<I4s", data, 20 + n)
    assert kind == b"BIN\0" and n_binary == len(data) - 28 - n == scene["buffers"][0]["byteLength"]
    return scene, data[28 + n:]


def values_of(scene, binary, index):
    """An accessor's values as tuples; its place, alignment and box are checked."""
    a = scene["accessors"][index]
    view = scene["bufferViews"][a["bufferView"]]
    letter, size = SIZES[a["componentType"]]
    width = WIDTHS[a["type"]]
    start = view["byteOffset"] + a["byteOffset"]
    assert a["count"] > 0 and start % 4 == 0 and a[
        "byteOffset"] + a["count"] * width * size <= view["byteLength"]
    assert view["byteOffset"] + view["byteLength"] <= len(binary)
    flat = struct.unpack_from(f"<{a['count'] * width}{letter}", binary, start)
    rows = [flat[i:i + width] for i in range(0, len(flat), width)]
    for name, which in (("min", min), ("max", max)):
        if name in a:
            box = [struct.unpack("<f", struct.pack("<f", v))[0] for v in a[name]]
            assert box == [which(r[k] for r in rows) for k in range(width)], (name, a)
    return rows


def read_ply(path):
    """Rows by the names of their properties, of a .ply as text or of ours in binary."""
    data = open(path, "rb").read()
    header, body = data.split(b"end_header\n", 1)
    lines = header.decode().splitlines()
    names = [l.split()[2] for l in lines if l.startswith("property") and "list" not in l]
    n = int(next(l for l in lines if l.startswith("element vertex")).split()[2])
    if "format ascii 1.0" in lines:
        rows = [[float(v) for v in l.split()] for l in body.decode().splitlines()[:n]]
    else:
        row = struct.Struct("<6f3Bf")
        rows = [row.unpack_from(body, i * row.size) for i in range(n)]
    return [dict(zip(names, r)) for r in rows]


def check_surface(scene, binary, ply, points):
    node = next(n for n in scene["nodes"] if n["name"] == "surface")
    primitive = scene["meshes"][node["mesh"]]["primitives"][0]
    of = {name: values_of(scene, binary, i) for name, i in primitive["attributes"].items()}
    triangles = [r[0] for r in values_of(scene, binary, primitive["indices"])]
    assert primitive["mode"] == 4 and len(triangles) % 3 == 0 and max(triangles) < len(ply)
    assert {len(rows) for rows in of.values()} == {len(ply)}
    for p, v in enumerate(ply):
        assert of["POSITION"][p] == (v["x"], v["y"],
                                     v["z"]) and of["NORMAL"][p] == (v["nx"], v["ny"], v["nz"])
        assert of["_LOSS"][p][0] == v["quality"]
        for k, name in enumerate(("red", "green", "blue")):
            assert abs(of["COLOR_0"][p][k] / 65535 - linear(v[name])) < 1e-5
        assert of["COLOR_0"][p][3] == 65535
    ys, xs = (len({r[name] for r in points}) for name in ("iy", "ix"))
    assert len(triangles) == 6 * (xs - 1) * (ys - 1)
    for i in range(0, len(triangles), 3):
        a, b, c = (of["POSITION"][k] for k in triangles[i:i + 3])
        assert (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0


def check_lines(scene, binary):
    """Each run's line lies a little above the surface, and a dot at each checkpoint."""
    low, high = (scene["accessors"][1][k] for k in ("min", "max"))
    lift = 0.004 * max(high[0] - low[0], high[1] - low[1])
    n = 0
    for run in (n for n in scene["nodes"] if "children" in n and n["name"] != "landscape"):
        children = [scene["nodes"][k] for k in run["children"]]
        for primitive in scene["meshes"][children[0]["mesh"]]["primitives"]:
            rows = values_of(scene, binary, primitive["attributes"]["POSITION"])
            assert primitive["mode"] == 3 and len(rows) > 1
            assert all(low[2] - lift <= r[2] <= high[2] + 2 * lift for r in rows)
        for dot in children[1:]:
            x, y, z = dot["translation"]
            assert dot["name"] == f"epoch {dot['extras']['epoch']}" and (x,
                                                                         y) == (dot["extras"]["x"],
                                                                                dot["extras"]["y"])
            assert any(close(r[0], x) and close(r[1], y) and close(r[2], z + lift) for r in rows)
            n += 1
    return n


def check_file(path, mesh, table, checkpoints):
    scene, binary = read_glb(path)
    points = [r for r in csv.DictReader(open(table)) if r["split"] == "test"]
    check_surface(scene, binary, read_ply(mesh), points)
    root = scene["nodes"][scene["scenes"][scene["scene"]]["nodes"][0]]
    facts = root["extras"]
    assert facts["split"] == "test" and facts["images"] == 40 and facts[
        "bn"] == "weights" and "directions" in facts
    assert not {"host", "command", "data"} & set(facts)
    reached = [0]
    for k in reached:
        reached += scene["nodes"][k].get("children", [])
    assert sorted(reached) == list(range(len(scene["nodes"])))
    for node in scene["nodes"]:
        if node.get("extras", {}).get("kind"):
            assert node["name"].startswith(node["extras"]["kind"]) and len(node["translation"]) == 3
    for k in range(len(scene["accessors"])):
        values_of(scene, binary, k)
    for mesh in scene["meshes"]:
        for p in mesh["primitives"]:
            assert scene["accessors"][p["attributes"]["POSITION"]].keys() >= {
                "min", "max"
            } and p["material"] < len(scene["materials"])
    assert check_lines(scene, binary) == int(checkpoints)


def check_assimp(path, read, mesh):
    scene, _ = read_glb(path)
    ours, theirs = read_ply(mesh), read_ply(read)[:len(read_ply(mesh))]
    for a, b in zip(ours, theirs):  # glTF's y is up
        assert close(b["x"], a["x"]) and close(b["y"], a["z"]) and close(b["z"], -a["y"]), (a, b)
        for name in ("red", "green", "blue"):
            assert abs(b[name] / 255 - linear(a[name])) < 1 / 128, (a, b)
    assert len(read_ply(read)) > len(ours), "no marks or lines"


if __name__ == "__main__":
    {"file": check_file, "assimp": check_assimp}[sys.argv[1]](*sys.argv[2:])
