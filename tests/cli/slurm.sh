#!/usr/bin/env bash
# The scripts of examples/slurm/ are run on a Slurm of its own: slurmctld and three slurmds on this
# machine, in a temporary folder and on free ports, without munge. Skipped where it cannot start.
. "$(dirname "$0")/common.bash"
src=${SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
skip() {
    echo "ok - the scripts of examples/slurm # SKIP $1"
    exit 0
}
PATH=$(dirname "$LOSSGRID"):$PATH:/usr/sbin:/sbin
for program in slurmctld slurmd sbatch srun; do
    command -v $program >/dev/null || skip "slurm-wlm is not installed"
done

# Nothing of a Slurm that runs this test.
unset ${!SLURM_*} ${!SBATCH_*} ${!PMIX_*} ${!OMPI_*}
export SLURM_CONF=$tmp/slurm.conf OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
SECONDS_OF_ALL=540 daemons=()

read -r p0 p1 p2 p3 < <(python3 -c '
import socket
found = [socket.socket() for _ in range(4)]
for s in found: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in found])')
mkdir state spool-n{1..3} tmp-n{1..3}
cat >slurm.conf <<END
ClusterName=libloss-test
SlurmctldHost=localhost
SlurmctldPort=$p0
AuthType=auth/none
CredType=cred/none
# A job that was requeued waits as long as a credential lives: 5 s is the least that Slurm takes.
AuthInfo=cred_expire=5
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$tmp/state
SlurmdSpoolDir=$tmp/spool-%n
SlurmctldPidFile=$tmp/slurmctld.pid
SlurmdPidFile=$tmp/slurmd-%n.pid
SlurmctldLogFile=$tmp/slurmctld.log
SlurmdLogFile=$tmp/slurmd-%n.log
TmpFS=$tmp/tmp-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1
# The nodes may have more processors than the machine.
SlurmdParameters=config_overrides
KillWait=5
MailProg=/bin/true
NodeName=n1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$p1 CPUs=2
NodeName=n2 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$p2 CPUs=2
NodeName=n3 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$p3 CPUs=2
PartitionName=all Nodes=ALL Default=YES MaxTime=10 State=UP
END

# Also where this script is killed, the daemons end after a while: timeout ends them.
start() {
    local name=$1
    shift
    timeout -k 5 $SECONDS_OF_ALL "$@" >"$name.out" 2>&1 &
    daemons+=($!)
}
stop() {
    timeout 10 scancel --user "$(id -un)" >/dev/null 2>&1
    for _ in $(seq 50); do [ -z "$(timeout 5 squeue -h 2>/dev/null)" ] && break; sleep 0.1; done
    kill "${daemons[@]}" 2>/dev/null
    wait
    rm -rf "$tmp"
}
trap stop EXIT
trap 'exit 143' INT TERM
start slurmctld slurmctld -D
for n in n1 n2 n3; do start $n slurmd -D -N $n; done
for _ in $(seq 600); do
    [ "$(timeout 5 sinfo -h -o %D -t idle 2>/dev/null)" = 3 ] && break
    sleep 0.1
done
if ! timeout 60 srun -N3 -n3 true >log 2>&1; then
    skip "slurmctld or slurmd does not start here: $(grep -hiE 'fatal|error' ./*.out ./*.log log | head -n 1)"
fi

make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
grid=(--x=-1:1:31 --y=-1:1:31 --limit 1000)
check "by lossgrid" "$LOSSGRID" surface run "${grid[@]}" --threads 1 --quiet --out plain.landscape
points plain.landscape >plain.points

# submit OUTPUT [WORDS...]: the number of the job.
submit() {
    local output=$1
    shift
    sbatch --parsable --time=5 --cpus-per-task=1 --output="$output" "$@"
}
# wait_for JOB: until it has ended, in whatever way; a job of its own tells.
wait_for() {
    timeout 120 srun --quiet --dependency="afterany:$1" true
}
same() {
    points "$1" >job.points && cmp plain.points job.points
}

parts=$(PARTS=3 submit part-%a.log --array=1-3 "$src/examples/slurm/parts.sh" run "${grid[@]}")
merge=$(submit merge.log --dependency="afterok:$parts" "$src/examples/slurm/merge.sh" whole.landscape)
wait_for "$merge" >log 2>&1
cat part-*.log merge.log >log 2>&1
check "a job array and its merge" same whole.landscape
check "three parts" test -s part-1.landscape -a -s part-3.landscape -a ! -e part-4.landscape

requeued=$(submit requeued.log "$src/examples/slurm/requeue.sh" run "${grid[@]}" --out requeued.landscape)
for _ in $(seq 300); do grep -qs "images/s" requeued.log && break; sleep 0.05; done
# What --signal sends before the limit, which is too far away for a test.
scancel --signal=TERM "$requeued"
wait_for "$requeued" >log 2>&1
cp requeued.log log
check "the job was interrupted" grep -q "interrupted; everything finished is kept" requeued.log
check "it went on from there" grep -qE "^[0-9]+ of 961 points are there already" requeued.log
check "and ended with the same points" same requeued.landscape

mpi=$(dirname "$LOSSGRID")/lossgrid-mpi
if [ ! -x "$mpi" ] || ! command -v mpirun >/dev/null || ! timeout 60 mpirun -n 2 --oversubscribe true >log 2>&1; then
    echo "ok - ranks on three nodes # SKIP Open MPI is not here, or mpirun does not run"
    exit 0
fi
job=$(submit mpi.log --nodes=3 --ntasks-per-node=1 "$src/examples/slurm/mpi.sh" run "${grid[@]}" --out mpi.landscape)
wait_for "$job" >log 2>&1
cp mpi.log log
check "ranks on three nodes" same mpi.landscape
if srun --mpi=list 2>&1 | grep -q pmix; then
    check "ranks that srun starts" timeout 120 srun --mpi=pmix --nodes=3 --ntasks=3 \
        "$mpi" surface run "${grid[@]}" --threads 1 --quiet --out srun.landscape
    check "and their points" same srun.landscape
else
    echo "ok - ranks that srun starts # SKIP this Slurm has no PMIx"
fi
