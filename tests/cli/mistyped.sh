#!/usr/bin/env bash
# What people type by mistake: the message names what they typed, and nothing is left behind.
# Speaks TAP.
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

printf 'x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n' >./-dash.csv
refuse "a file with a dash in front" 2 "-dash.csv: no such option" "$LOSSGRID" info -dash.csv
check "can be given nevertheless" "$LOSSGRID" info ./-dash.csv
check "also behind two dashes" "$LOSSGRID" info -- -dash.csv
refuse "the word in the middle is named" 2 "-dash.csv: no such option" \
    "$LOSSGRID" plot -dash.csv --out x.png

make_data data
"$LOSSGRID" train --model mlp --data data --epochs 1 --out run --quiet 2>log
mkdir closed
refuse "a folder in place of a landscape" 1 "run: a folder; expected a file" \
    "$LOSSGRID" surface run --limit 10 --out run
refuse "in no folder" 1 "nowhere/x.landscape: cannot open: No such file or directory" \
    "$LOSSGRID" surface run --limit 10 --out nowhere/x.landscape
refuse "within a file" 1 "cannot open: Not a directory" \
    "$LOSSGRID" surface run --limit 10 --out run/run.json/x.landscape
chmod 500 closed
if [ -w closed ]; then
    echo "ok - in a folder that may not be written to # SKIP root may write everywhere"
else
    refuse "in a folder that may not be written to" 1 "cannot open: Permission denied" \
        "$LOSSGRID" surface run --limit 10 --out closed/x.landscape
fi

"$LOSSGRID" import ./-dash.csv --out there.landscape --quiet
refuse "a landscape is not imported" 1 "if it is a landscape, there is nothing to import" \
    "$LOSSGRID" import there.landscape --out new.landscape
check "nor is anything left behind" test ! -e new.landscape
for command in "eval there.landscape" "curvature there.landscape" \
    "surface there.landscape --curvature" \
    "eval there.landscape --weights run/epoch-001.safetensors --data data"; do
    # shellcheck disable=SC2086  # words
    refuse "$command" 1 "nothing can be computed of it" "$LOSSGRID" $command
done
refuse "an estimate of too small a share" 1 "a share of 0.05 is too small" \
    "$LOSSGRID" surface run --limit 60 --x=-1:1:9 --y=-1:1:9 --estimate 0.05 --out small.landscape
check "leaves no file behind" test ! -e small.landscape
