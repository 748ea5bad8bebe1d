#!/usr/bin/env bash
# --json-progress: every line of the file is a JSON object, whatever is said elsewhere.
. "$(dirname "$0")/common.bash"
make_data data
cat >lines.py <<'PY'
# lines.py FILE KIND CODE: all lines are objects, the kind comes to its end, the last line has the code.
import json, sys
path, kind, code = sys.argv[1], sys.argv[2], int(sys.argv[3])
lines = [json.loads(line) for line in open(path)]
assert lines[-1] == {"kind": "end", "exit_code": code}, lines[-1]
of_kind = [line for line in lines if line["kind"] == kind]
assert of_kind, [line["kind"] for line in lines]
if kind not in ("error", "waiting"):
    done = [line["done"] for line in of_kind]
    assert done == sorted(done) and all(0 < d <= line["total"] for d, line in zip(done, of_kind)), done
    assert code or done[-1] == of_kind[-1]["total"] or kind in ("eigenvalues", "eigenvectors"), of_kind[-1]
PY
log() { python3 lines.py "$@"; }
train=(train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --batch 16)
check "train" "$LOSSGRID" "${train[@]}" --out run --json-progress train.jsonl
check "its lines" log train.jsonl steps 0
check "with losses" grep -q '"test_loss":' train.jsonl
check "surface" "$LOSSGRID" surface run --x=-1:1:5 --y=-1:1:3 --split both --run run --out a.landscape --json-progress surface.jsonl
check "its points" log surface.jsonl points 0
check "its path" log surface.jsonl path 0
check "surface of principal components" "$LOSSGRID" surface run --directions pca --x=-1:1:3 --y=-1:1:3 --out p.landscape --json-progress pca.jsonl
check "its components" log pca.jsonl principal_components 0
check "surface of eigenvectors" "$LOSSGRID" surface run --directions hessian --curvature --limit 16 \
    --x=-1:1:3 --y=-1:1:3 --out h.landscape --json-progress hessian.jsonl
check "its eigenvectors" log hessian.jsonl eigenvectors 0
check "and eigenvalues at points" grep -q '"min_eigenvalue":' hessian.jsonl
check "an estimate" "$LOSSGRID" surface run --estimate 0.6 --x=-1:1:11 --y=-1:1:11 --out e.landscape --json-progress estimate.jsonl
check "its lines" log estimate.jsonl estimate 0
check "path" "$LOSSGRID" path h.landscape --run run --json-progress path.jsonl
check "its lines" log path.jsonl path 0
check "curvature" "$LOSSGRID" curvature run --limit 20 --trace 3 --json-progress curvature.jsonl
check "its eigenvalues" log curvature.jsonl eigenvalues 0
check "its trace" log curvature.jsonl trace 0

"$LOSSGRID" surface nowhere --out b.landscape --json-progress failed.jsonl 2>log
check "a failure" log failed.jsonl error 1
printf 'what was there\n' >kept
"$LOSSGRID" surface run --x=-1:1:3 --y=-1:1:2 --quiet --out c.landscape --json-progress kept >log 2>&1
check "lines are added to a file" test "$(head -n 1 kept)" = "what was there" -a "$(wc -l <kept)" -gt 2
"$LOSSGRID" surface run --x=-1:1:3 --y=-1:1:2 --quiet --out d.landscape --json-progress /dev/fd/3 3>&1 >log 2>&1 | cat >fd.jsonl
check "a file descriptor" log fd.jsonl points 0
mkfifo pipe
head -n 1 pipe >first &
check "a reader that goes away stops nothing" "$LOSSGRID" surface run --x=-1:1:9 --y=-1:1:9 --quiet --out f.landscape --json-progress pipe
wait
check "and has had its line" grep -q '^{"kind":"points",' first
refuse "a file that cannot be" 2 "--json-progress no/such/file: No such file" \
    "$LOSSGRID" surface run --quiet --out g.landscape --json-progress no/such/file
check "makes no landscape" test ! -e g.landscape
