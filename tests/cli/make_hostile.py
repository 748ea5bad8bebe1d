"""Makes landscape files that were made to do harm: make_hostile.py GOOD.landscape FOLDER.
Prints a line for each: NAME refused|shown. Each is GOOD with one change."""
import os
import shutil
import sqlite3
import struct
import sys

good, folder = sys.argv[1], sys.argv[2]


def make(name, expected, change):
    path = os.path.join(folder, name + ".landscape")
    shutil.copy(good, path)
    try:
        change(path)
    except sqlite3.Error:  # this SQLite cannot make it
        os.remove(path)
        return
    print(name, expected)


def sql(*statements):
    def change(path):
        db = sqlite3.connect(path)
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.close()

    return change


def schema(name, text):
    """Other text for a table, behind SQLite's back."""
    return sql("PRAGMA writable_schema = ON",
               f"UPDATE sqlite_schema SET sql = '{text}' WHERE name = '{name}'")


ENDLESS = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT "
COLUMNS = {
    "metadata": "'k' || i, printf('%1000000d', i)",
    "axes": "'x', 0, 1, i",
    "points": "'test', i, 0, 1, 1, 1, 1",
    "path": "'r', 'c' || i, 'test', i, 0, 0, 1, 1, 1, 0, 0, ''",
    "directions": "'x', zeroblob(1000000)",
}
for table, columns in COLUMNS.items():
    view = f"CREATE VIEW {table} AS {ENDLESS}{columns} FROM c"
    if table != "points":
        make(f"endless-{table}", "refused", sql("DROP VIEW surface", f"DROP TABLE {table}", view))
make("endless-points", "refused",
     sql("DROP VIEW surface", "DROP TABLE points",
         "CREATE VIEW points(split, iy, ix, loss, standard_error, accuracy, seconds) AS "
         f"{ENDLESS}{COLUMNS['points']} FROM c"))
make("endless-surface", "refused",
     sql("DROP VIEW surface", f"CREATE VIEW surface AS {ENDLESS} i FROM c"))
make("trigger", "refused",
     sql("CREATE TRIGGER t AFTER INSERT ON points BEGIN DELETE FROM points; END"))
make("virtual", "refused", sql("CREATE VIRTUAL TABLE v USING fts5(a)"))
make("further-table", "refused", sql('CREATE TABLE "points; DROP TABLE x"(a)'))
make("index", "refused", sql("CREATE INDEX i ON points(abs(loss))"))
make("generated", "refused", sql("ALTER TABLE points ADD COLUMN g AS (randomblob(100000000))"))
make("default", "refused", sql("ALTER TABLE points ADD COLUMN d DEFAULT 1"))
make("schema-text", "refused", schema("points", "CREATE TABLE points(a)"))
make("schema-garbage", "refused", schema("points", "CREATE NONSENSE"))

make("loss-text", "refused", sql("UPDATE points SET loss = 'abc'"))
make("loss-blob", "refused", sql("UPDATE points SET accuracy = x'00ff'"))
make("metadata-blob", "refused", sql("UPDATE metadata SET value = x'00ff' WHERE key = 'model'"))
make("metadata-nul", "refused",
     sql("UPDATE metadata SET value = CAST(x'410042' AS TEXT) WHERE key = 'model'"))
make("axis-text", "refused", sql("UPDATE axes SET n = 'many'"))
make("point-outside", "refused",
     sql("UPDATE points SET ix = 9223372036854775807 WHERE ix = 0 AND iy = 0"))

for name, low, high in (("far", -1e308, 1e308), ("further", -1e200, 1e200), ("close", 1e9,
                                                                             1e9 + 1e-6)):
    make(f"axes-{name}", "refused", sql(f"UPDATE axes SET min = {low!r}, max = {high!r}"))
make("axes-wide", "shown", sql("UPDATE axes SET min = -1e38, max = 1e38"))
make("axes-narrow", "shown", sql("UPDATE axes SET min = -1e-30, max = 1e-30"))
for n in (10**9, 10**5, 10**4):
    make(f"grid-{n}", "refused", sql(f"UPDATE axes SET n = {n}"))
make("grid-2000", "shown", sql("UPDATE axes SET n = 2000"))
make("losses-huge", "shown",
     sql("UPDATE points SET loss = CASE ix WHEN 0 THEN -1e308 ELSE 1e308 END"))
make("losses-tiny", "shown", sql("UPDATE points SET loss = ix * 5e-324"))
make("losses-inf", "shown",
     sql("UPDATE points SET loss = CASE ix WHEN 0 THEN -9e999 ELSE 9e999 END"))

for name, value in (("none", None), ("unknown", "validation"), ("odd", "train,test,train"),
                    ("empty", "")):
    make(f"splits-{name}", "refused",
         sql("DELETE FROM metadata WHERE key = 'splits'" if value is None else
             f"UPDATE metadata SET value = '{value}' WHERE key = 'splits'"))
make(
    "metadata-many", "shown",
    sql("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200000)"
        " INSERT INTO metadata SELECT printf('k%06d', i), i FROM c"))
make("metadata-long", "shown",
     sql("UPDATE metadata SET value = printf('%.*c', 3000000, 'x') WHERE key = 'model'"))
make("metadata-gone", "refused", sql("DELETE FROM metadata"))
FORGED = ("CAST(x'410a70617468202e2e2e0d0a656e645f6865616465720a1b5b324a1b5d303b780795fffec280"
          "e280ae' AS TEXT)")
make("metadata-forged", "shown",
     sql(f"UPDATE metadata SET value = {FORGED} WHERE key NOT IN ('splits', 'id')"))
for key in "solutions", "repeat":
    make(f"{key}-many", "shown",
         sql(f"INSERT OR REPLACE INTO metadata VALUES('{key}', '18446744073709551615')"))
make("path-forged", "shown",
     sql(f"INSERT INTO path VALUES({FORGED}, {FORGED}, 'test', 1, 0, 0, 1, 1, 1, 0, 0, '')"))
make("path-epoch", "refused",
     sql("INSERT INTO path VALUES('r', 'c', 'test', -1, 0, 0, 1, 1, 1, 0, 0, '')"))
make("path-far", "shown",
     sql("INSERT INTO path VALUES('r', 'c', 'test', 9223372036854775807, 1e308, -1e308, 1, 1, 1, "
         "0, 0, '')"))


def cycle(path):
    """A tree of 400 x 400 x ... pages in a few: all children of the metadata's root are the first
    one, itself a copy of the root."""
    sql("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)"
        " INSERT INTO metadata SELECT printf('k%06d', i), i FROM c")(path)
    db = sqlite3.connect(path)
    size = db.execute("PRAGMA page_size").fetchone()[0]
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'metadata'").fetchone()[0]
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.close()
    data = bytearray(open(path, "rb").read())
    assert data[(root - 1) * size] == 2  # an interior page of an index
    count = struct.unpack(">H", data[(root - 1) * size + 3 : (root - 1) * size + 5])[0]
    cells = [
        struct.unpack(">H", data[(root - 1) * size + 12 + 2 * i:(root - 1) * size + 14 + 2 * i])[0]
        for i in range(count)
    ]
    first = struct.unpack(">I",
                          data[(root - 1) * size + cells[0]:(root - 1) * size + cells[0] + 4])[0]

    def point(page, at, child):
        data[(page - 1) * size + at : (page - 1) * size + at + 4] = struct.pack(">I", child)

    copies = 8  # levels: each page's children are all the next copy, the last one's the leaf
    for level in range(copies):
        page = pages + 1 + level
        data += data[(root - 1) * size : root * size]
        for cell in cells:
            point(page, cell, page + 1 if level + 1 < copies else first)
        point(page, 8, page + 1 if level + 1 < copies else first)
    for cell in cells:
        point(root, cell, pages + 1)
    point(root, 8, pages + 1)
    data[28:32] = struct.pack(">I", pages + copies)
    open(path, "wb").write(data)


make("pages-shared", "refused", cycle)
