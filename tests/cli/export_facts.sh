#!/usr/bin/env bash
# Every fact of a landscape that is about what was measured goes along in exports, and none that is
# about this machine. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

make_data data
"$LOSSGRID" train --model mlp --data data --epochs 1 --out run --quiet 2>log
"$LOSSGRID" surface run --limit 20 --sample --seed 3 --l2 0.01 --layers '*' --x=-1:1:3 --y=-1:1:3 \
    --out a.landscape --quiet >log 2>&1
"$LOSSGRID" export a.landscape --out a.json --quiet
cat >check.py <<'PY'
import json
import sqlite3

OF_THIS_MACHINE = {"command", "created", "data", "host", "id", "weights", "network_file", "splits",
                   "weights_read", "blas", "computed_once"}
facts = json.load(open("a.json"))["test"]
there = dict(sqlite3.connect("a.landscape").execute("select key, value from metadata"))
wanted = {k[:-len("_test")] if k.endswith("_test") else k for k in there} - OF_THIS_MACHINE
assert {"seed", "l2", "layers", "model", "isa", "images", "selection", "bn"} <= wanted, wanted
lacking, extra = wanted - set(facts), set(facts) - wanted - {"split"}
assert not lacking and not extra, (lacking, extra)
assert facts["seed"] == 3 and facts["images"] == 20
PY
check "facts go along" python3 check.py
