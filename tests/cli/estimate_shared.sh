#!/usr/bin/env bash
# An estimate by several threads, points in work, processes and ranks: the same bits, by all of them.
. "$(dirname "$0")/common.bash"
make_data data
make_data data32 32
"$LOSSGRID" train --model mlp --data data --epochs 3 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
surface=(surface run --x=-1:1:13 --y=-1:1:13 --split both)
estimate=("${surface[@]}" --estimate 0.5)
# all FILE: everything that an estimate puts into a file, but for the seconds.
all() {
    python3 - "$1" <<'PY'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for row in c.execute("select split, iy, ix, loss, standard_error, accuracy from points order by 1, 2, 3"): print(row)
for row in c.execute("select split, iy, ix, loss, error, low, high, accuracy, accuracy_error, images from estimates order by 1, 2, 3"): print(row)
for row in c.execute("select split, iy, ix, first, hex(losses), hex(correct) from image_losses order by 1, 2, 3, 4"): print(row)
for row in c.execute("select * from metadata where key like 'estimate%' or key like 'model_loss%' order by 1"): print(row)
PY
}

"$LOSSGRID" "${estimate[@]}" --threads 4 --out whole.landscape >log 2>told
all whole.landscape >whole.all
check "an estimate of two splits" grep -q "^('test', 12, 12, " whole.all
check "points are in work side by side" grep -q "4 points in work, 1 thread each" told
check "its progress ends with all of the work" grep -q "^100 % of the work (test)" told
"$LOSSGRID" "${estimate[@]}" --quiet --threads 1 --out one.landscape >log 2>&1
all one.landscape >one.all
check "one thread gives the same" cmp whole.all one.all
refuse "memory of a byte" 1 "memory of 1 bytes for weights" "$LOSSGRID" "${estimate[@]}" --memory 1 --out small.landscape

"$LOSSGRID" eval run --split train --json >eval.json
check "the model's own loss is recorded" python3 - <<'PY'
import json, sqlite3
own = json.load(open("eval.json"))
own = own["loss"] if "loss" in own else own["result"]["loss"]
facts = dict(sqlite3.connect("whole.landscape").execute("select key, value from metadata"))
assert float(facts["model_loss_train"]) == own, (facts["model_loss_train"], own)
assert "model_loss_test" in facts
PY
"$LOSSGRID" info whole.landscape >info
check "and the centre is held against it" test "$(grep -c "the model's own loss, to the bit" info)" -eq 2

# What precedes the first layer that moves is computed once for each image, whichever share a sample's chunks.
"$LOSSGRID" train --model lenet5 --data data32 --epochs 1 --lr 0.05 --batch 16 --quiet --out run5 >log 2>&1
some=(surface run5 --x=-1:1:13 --y=-1:1:13 --split train --estimate 0.5 --layers "fc*")
"$LOSSGRID" "${some[@]}" --threads 2 --out kept.landscape >log 2>told
check "layers that do not move are computed once, too" grep -q "layers are computed once" told
"$LOSSGRID" "${some[@]}" --threads 1 --keep 1 --quiet --out disk.landscape >log 2>&1
"$LOSSGRID" "${some[@]}" --threads 1 --memory 1M --quiet --out none.landscape >log 2>&1
for f in kept disk none; do all $f.landscape >$f.all; done
check "from disk they are the same" cmp kept.all disk.all
check "and computed each time" cmp kept.all none.all
check "an estimate of them is there" grep -q "^('train', 12, 12, " kept.all

for i in 1 2 3; do "$LOSSGRID" "${estimate[@]}" --quiet --threads 1 --out shared.landscape >log.$i 2>&1 & done
wait
all shared.landscape >shared.all
check "three processes make the same file" cmp whole.all shared.all
# One that wants more comes while the other is at it; both choose the same coarse points.
train=(surface run --x=-1:1:13 --y=-1:1:13 --split train --quiet)
"$LOSSGRID" "${train[@]}" --estimate 0.3 --threads 1 --out mixed.landscape >log.1 2>&1 &
check "a process that wants more comes" "$LOSSGRID" "${train[@]}" --estimate 0.6 --threads 1 --out mixed.landscape
wait $!
check "the one before it is not disturbed" test $? -eq 0
"$LOSSGRID" "${train[@]}" --estimate 0.6 --out mixed.landscape >log 2>&1
all mixed.landscape >mixed.all
"$LOSSGRID" "${train[@]}" --estimate 0.6 --out mixed.landscape >log 2>&1
all mixed.landscape >again.all
sed -i "/^('estimate_/d" mixed.all again.all # of the command that ended last
check "and nothing is left to do" cmp mixed.all again.all

mpi=${LOSSGRID%lossgrid}lossgrid-mpi
ranks() {
    local n=$1
    shift
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        mpirun --oversubscribe --mca btl self,vader,tcp --mca btl_vader_single_copy_mechanism none -n "$n" "$@"
}
export -f ranks
if [ ! -x "$mpi" ] || ! timeout 60 bash -c "ranks 2 true" >log 2>&1; then
    echo "ok - ranks # SKIP Open MPI is not here"
    exit 0
fi
for n in 1 3; do
    ranks $n "$mpi" "${estimate[@]}" --threads 1 --out ranks-$n.landscape >said 2>told
    all ranks-$n.landscape >ranks.all
    check "$n ranks make the same file" cmp whole.all ranks.all
    check "one of $n tells the progress" grep -q "^100 % of the work (test)" told
done
ranks 3 "$mpi" "${estimate[@]}" --threads 1 --out "$tmp/killed.landscape" >log 2>&1 &
job=$!
for _ in $(seq 6000); do grep -q "images/s" log && break; sleep 0.01; done
pgrep -f "$mpi surface run .*$tmp/killed" | sed -n 2p | xargs -r kill -9
wait $job
check "after a kill the ranks go on" ranks 2 "$mpi" "${estimate[@]}" --threads 1 --quiet --out killed.landscape
all killed.landscape >killed.all
check "and end with the same" cmp whole.all killed.all
refuse "a share that is too small, by ranks" 1 "a share of 0.05 is too small" \
    ranks 2 "$mpi" "${surface[@]}" --estimate 0.05 --threads 1 --out refused.landscape
