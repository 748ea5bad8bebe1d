#!/usr/bin/env bash
# What is not known is left out of JSON: "NaN" is a number that was found. Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
python=/usr/bin/python3 # Debian's, which sees python3-jsonschema
$python -c "import jsonschema" 2>/dev/null || python=python3

# knows NAME KIND ARGUMENT...: what lossgrid says has no NaN, and is as the schema says.
knows() {
    local name=$1 kind=$2
    shift 2
    "$LOSSGRID" "$@" --json >document 2>log
    check "$name: a document" grep -q '"kind"' document
    check "$name: nothing unknown is a number" sh -c '! grep NaN document'
    if $python -c "import jsonschema" 2>/dev/null; then
        check "$name: as the schema says" $python -W ignore "$SRC/tests/cli/check_json.py" \
            "$SRC/docs/lossgrid.schema.json" "$kind" document
    else
        echo "ok - $name: as the schema says # SKIP no python3-jsonschema"
    fi
}
printf '%s\n' x,y,loss -1,-1,1 0,-1,2 1,-1,3 -1,0,4 0,0,1 1,0,2 -1,1,3 0,1,1 1,1,inf >theirs.csv
knows "a surface of another program" landscape info theirs.csv
make_data data
"$LOSSGRID" train --model mlp --data data --epochs 1 --out run --quiet 2>log
knows "one image" evaluation eval run --limit 1
knows "one random vector" curvature curvature run --limit 2 --top 1 --smallest 0 --steps 2 --trace 1
