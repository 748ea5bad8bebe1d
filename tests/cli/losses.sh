#!/usr/bin/env bash
# --loss and --l2: chosen, recorded, compared, and the same in evaluation, landscape, path and curvature.
. "$(dirname "$0")/common.bash"
make_data data
number() { sed -n "s/.*\"$1\":[[:space:]]*\(-\{0,1\}[0-9.e-]*\).*/\1/p" "$2" | head -1; }
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !((d < 0 ? -d : d) <= 1e-5 * (1 + (b < 0 ? -b : b))) }'; }
train() { "$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --limit 60 --batch 20 --quiet "$@"; }

check "training with another loss" train --loss mse:onehot=1 --l2 0.01 --out run
check "run.json has it" grep -q '"loss":.*"mse:onehot=1"' run/run.json
refuse "the run goes on with that loss only" 1 'loss is "mse:onehot=1"; now asked for: missing' train --l2 0.01 --out run
refuse "and with that L2 term" 1 'l2 is 0.01; now asked for: missing' train --loss mse:onehot=1 --out run
check "the same command goes on" train --loss mse:onehot=1 --l2 0.01 --out run
refuse "a loss that there is not" 1 "no such loss; the nearest is mse" train --loss msee --out other
"$LOSSGRID" eval run --json --quiet >own.json
check "a run stands for its loss" grep -q '"objective":.*"mse:onehot=1"' own.json
"$LOSSGRID" eval run --l2 0 --json --quiet >without.json
check "--l2 0 leaves the term out" awk -v a="$(number loss own.json)" -v b="$(number loss without.json)" 'BEGIN { exit !(a > b + 1e-4) }'
check "the error is that of the images" test "$(number standard_error own.json)" = "$(number standard_error without.json)"
"$LOSSGRID" eval run --json --quiet --loss cross-entropy --l2 0 >first.json
check "the option beats the run" grep -q '"objective":.*"cross-entropy"' first.json

surface() { "$LOSSGRID" surface run --x=-0.1:0.1:3 --y=-0.1:0.1:3 --limit 40 --quiet "$@"; }
check "a landscape of it" surface --out a.landscape
"$LOSSGRID" eval run --limit 40 --json --quiet >centre.json
"$LOSSGRID" info a.landscape --json >a.json
check "its centre is the evaluation" near "$(number loss <(sed -n '/"centre"/,$p' a.json))" "$(number loss centre.json)"
refuse "which is not gone on with under another loss" 1 "its loss: mse:onehot=1; asked for: none" surface --loss cross-entropy --out a.landscape
refuse "nor with another L2 term" 1 "its L2 term: 0.01" surface --l2 0.02 --out a.landscape
check "the path has the loss of the file" "$LOSSGRID" path a.landscape --run run --quiet
"$LOSSGRID" info a.landscape >text
check "the validity report agrees" sh -c '! grep -qi "centre.*off" text'
"$LOSSGRID" curvature run --limit 40 --top 1 --smallest 0 --json --quiet --l2 100 >with.json
"$LOSSGRID" curvature run --limit 40 --top 1 --smallest 0 --json --quiet --l2 0 >bare.json
check "lambda moves an eigenvalue by itself" awk -v a="$(number value with.json)" -v b="$(number value bare.json)" 'BEGIN { exit !(a - b > 98 && a - b < 102) }'
