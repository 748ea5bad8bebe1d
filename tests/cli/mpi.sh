#!/usr/bin/env bash
# lossgrid-mpi: the same bits by any number of ranks, whoever is killed. Skipped without Open MPI.
. "$(dirname "$0")/common.bash"
mpi=${LOSSGRID%lossgrid}lossgrid-mpi
if [ ! -x "$mpi" ] || ! command -v mpirun >/dev/null; then
    echo "ok - lossgrid-mpi # SKIP Open MPI is not here"
    exit 0
fi
# ranks N [OPTIONS...]: lossgrid-mpi in N ranks; mpirun does not mind root or few processors here.
ranks() {
    local n=$1
    shift
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        mpirun --oversubscribe --mca btl self,vader,tcp --mca btl_vader_single_copy_mechanism none -n "$n" "$@"
}
export -f ranks
if ! timeout 60 bash -c "ranks 2 true" >log 2>&1; then
    echo "ok - lossgrid-mpi # SKIP mpirun does not run here: $(tail -n 1 log)"
    exit 0
fi
make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
surface=(surface run --x=-1:1:9 --y=-1:1:7 --split both --threads 1)
check "by lossgrid" "$LOSSGRID" "${surface[@]}" --quiet --out whole.landscape
points whole.landscape >whole.points

for n in 1 2 4; do
    ranks $n "$mpi" "${surface[@]}" --out ranks-$n.landscape >said 2>told
    points ranks-$n.landscape >ranks.points
    check "$n ranks give the same points" cmp whole.points ranks.points
    check "one of $n tells the result" test "$(grep -c '63 of 63 points' said)" -eq 2
    check "and the progress" grep -q "^126 of 126 points" told
    "$LOSSGRID" info ranks-$n.landscape --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["metadata"]["model_loss_test"])' >ranks.fact
    "$LOSSGRID" info whole.landscape --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["metadata"]["model_loss_test"])' >whole.fact
    check "the model's own loss, too, in $n" cmp whole.fact ranks.fact
done

# Beside a process without MPI, on the same file.
ranks 2 "$mpi" "${surface[@]}" --quiet --out beside.landscape >log 2>&1 &
"$LOSSGRID" "${surface[@]}" --quiet --out beside.landscape >log.2 2>&1
wait
points beside.landscape >beside.points
check "ranks beside a process" cmp whole.points beside.points

# A rank is killed: all end, what was committed stays, the same command goes on.
for i in 1 2 3; do
    rm -f killed.landscape
    ranks 3 "$mpi" "${surface[@]}" --out "$tmp/killed.landscape" >log 2>&1 &
    job=$!
    for _ in $(seq 6000); do [ -s killed.landscape ] && break; sleep 0.01; done
    sleep 0.0$((3 * i))
    pgrep -f "$mpi surface run .*$tmp/killed" | sed -n "$((i + 1))p" | xargs -r kill -9
    wait $job
    ranks 2 "$mpi" "${surface[@]}" --quiet --out killed.landscape >log 2>&1
    points killed.landscape >killed.points
    check "after kill -9 of one rank ($i)" cmp whole.points killed.points
done
rm -f ended.landscape
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n 2 "$mpi" "${surface[@]}" --x=-1:1:61 --out ended.landscape >log 2>&1 &
job=$!
for _ in $(seq 6000); do grep -q "images/s" log && break; sleep 0.01; done
kill -TERM $job
wait $job
check "SIGTERM fails" test $? -ne 0
check "what was committed stays" test "$("$LOSSGRID" info ended.landscape --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["splits"]["test"]["evaluated"])')" -gt 0

# A rank that hangs: the others notice.
rm -f hung.landscape
LOSSGRID_SILENCE=3 ranks 3 "$mpi" "${surface[@]}" --x=-1:1:61 --y=-1:1:21 \
    --out "$tmp/hung.landscape" >log 2>&1 &
job=$!
for _ in $(seq 6000); do grep -q "images/s" log && break; sleep 0.01; done
pgrep -f "$mpi surface run .*$tmp/hung" | sed -n 4p | xargs -r kill -STOP
timeout 60 tail --pid=$job -f /dev/null
cp log told
check "a rank that hangs ends all in bounded time" sh -c '! kill -0 "$1" 2>/dev/null' sh $job
check "and is told" grep -q "has heard nothing of rank [12] on .* for [0-9]* s: it hangs, or it is cut off" told
pgrep -f "$mpi surface run .*$tmp/hung" | xargs -r kill -9
wait $job
check "what was committed of it stays" "$LOSSGRID" info hung.landscape

# Principal components with their path, and eigenvalues at the points.
cp -r run copy
pca=(surface run --directions pca --run copy --split both --x=-1:1:5 --y=-1:1:5 --quiet)
"$LOSSGRID" "${pca[@]}" --out pca.landscape >log 2>&1
for n in 2 3; do
    rm -f pca-ranks.landscape
    check "principal components and two paths by $n ranks" ranks $n "$mpi" "${pca[@]}" --out pca-ranks.landscape
    for f in pca pca-ranks; do
        points $f.landscape >$f.points
        "$LOSSGRID" info $f.landscape --json | python3 -c '
import json, sys
j = json.load(sys.stdin)
print(j["path"], [(k, v) for k, v in j["metadata"].items() if k.startswith(("direction", "explained", "path_held"))])' >$f.path
    done
    check "the same points of them by $n" cmp pca.points pca-ranks.points
    check "and the same directions and paths" cmp pca.path pca-ranks.path
done
check "there are two paths" grep -q "'run'.*'copy'\|'copy'.*'run'" pca.path
curved=(surface run --curvature --limit 16 --x=-1:1:3 --y=-1:1:3 --quiet)
"$LOSSGRID" "${curved[@]}" --out curved.landscape >log 2>&1
check "eigenvalues" ranks 3 "$mpi" "${curved[@]}" --out curved-ranks.landscape
for f in curved curved-ranks; do
    python3 -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT split, iy, ix, min_eigenvalue, max_eigenvalue FROM curvature ORDER BY 1, 2, 3").fetchall())' $f.landscape >$f.values
done
check "the same eigenvalues" cmp curved.values curved-ranks.values

# Ranks that are not like rank 0.
cat >other_seed <<'SH'
#!/bin/sh
[ "$OMPI_COMM_WORLD_RANK" = 1 ] && exec "$@" --seed 5
exec "$@"
SH
chmod +x other_seed
ranks 3 ./other_seed "$mpi" "${surface[@]}" --quiet --out mixed.landscape >said 2>told
check "a rank with another surface is told" grep -q "rank 1 has another surface: directions (digest): .*; rank 0: directions (digest): .*. It gets no points" told
points mixed.landscape >mixed.points
check "and the others give the same points" cmp whole.points mixed.points
cat >other_run.sh <<'SH'
#!/bin/sh
[ "$OMPI_COMM_WORLD_RANK" = 1 ] && cd other
exec "$@"
SH
chmod +x other_run.sh
mkdir other
cp -r run data other
cp other/run/epoch-000.safetensors other/run/epoch-001.safetensors
ranks 3 ./other_run.sh "$mpi" surface run --directions pca --x=-1:1:5 --y=-1:1:5 --quiet --out z.landscape >said 2>told
check "a rank with other checkpoints ends all" test $? -ne 0
check "and tells why" grep -q "others compute something else" told
cat >other_data <<'SH'
#!/bin/sh
[ "$OMPI_COMM_WORLD_RANK" = 1 ] && exec "$@" --data nowhere
exec "$@"
SH
chmod +x other_data
ranks 2 ./other_data "$mpi" "${surface[@]}" --x=-1:1:201 --quiet --out y.landscape >said 2>told
check "a rank that fails ends all" test $? -ne 0
check "and says which it is, and why" grep -q "rank 1 on .*nowhere" told

refuse "bad usage, told once" 2 "lossgrid surface: where to?" ranks 3 "$mpi" surface run
check "once" test "$(grep -c "where to?" log)" -eq 1
ranks 2 "$mpi" "${surface[@]}" --out data/t10k-images-idx3-ubyte >said 2>told
check "another file is refused, and all end" test $? -ne 0
check "with the message" grep -q "t10k-images-idx3-ubyte" told
ranks 2 "$mpi" eval run --limit 50 >said 2>told
check "other commands run on rank 0" test "$(grep -c accuracy said)" -eq 1
