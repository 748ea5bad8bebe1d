#!/usr/bin/env bash
# Ranks on machines of their own, which network namespaces stand for: TCP between them, host names of
# their own, and one that is cut off. Skipped where namespaces are not allowed.
. "$(dirname "$0")/common.bash"
mpi=$(dirname "$LOSSGRID")/lossgrid-mpi
PATH=$PATH:/usr/sbin:/sbin
net=libloss-$$
skip() {
    echo "ok - ranks in network namespaces # SKIP $1"
    exit 0
}
[ -x "$mpi" ] && command -v mpirun >/dev/null || skip "Open MPI is not here"
command -v ip >/dev/null || skip "iproute2 is not installed"

# Whoever is in a namespace of the test belongs to it.
end_all() {
    for n in 1 2 3; do ip netns pids $net-$n 2>/dev/null | xargs -r kill -9; done
}
take_down() {
    end_all
    for n in 1 2 3 hub; do ip netns del $net-$n 2>/dev/null; done
    rm -rf "$tmp"
}
trap take_down EXIT
trap 'exit 143' INT TERM

# Three machines on one switch.
build() {
    ip netns add $net-hub && ip -n $net-hub link add name switch0 type bridge && ip -n $net-hub link set switch0 up || return
    for n in 1 2 3; do
        ip netns add $net-$n &&
            ip -n $net-hub link add port$n type veth peer name eth0 netns $net-$n &&
            ip -n $net-hub link set port$n master switch0 up &&
            ip -n $net-$n addr add 10.77.0.$n/24 dev eth0 &&
            ip -n $net-$n link set eth0 up && ip -n $net-$n link set lo up || return
    done
}
# How mpirun starts something on another machine: agent HOST WORDS...
cat >agent <<SH
#!/bin/bash
number=\${1##*.}
shift
exec ip netns exec $net-\$number unshare --uts bash -c "hostname host-\$number; \$*"
SH
chmod +x agent
ranks() {
    ./agent 10.77.0.1 exec mpirun --allow-run-as-root --host 10.77.0.1,10.77.0.2,10.77.0.3 -n 3 \
        --mca plm_rsh_agent "$tmp/agent" --mca btl self,tcp --mca btl_tcp_if_include eth0 \
        --mca oob_tcp_if_include eth0 "$@"
}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
build >log 2>&1 || skip "network namespaces are not allowed: $(tail -n 1 log)"
export tmp; export -f ranks
timeout 60 bash -c "ranks hostname" >said 2>log || skip "mpirun does not run in them: $(tail -n 1 log)"
check "three machines" test "$(sort said | tr '\n' ' ')" = "host-1 host-2 host-3 "

make_data data
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 3 --lr 0.05 --batch 16 --quiet --out run >log 2>&1
surface=("$mpi" surface "$tmp/run" --data "$tmp/data" --x=-1:1:41 --y=-1:1:21 --split both --threads 1)
"$LOSSGRID" "${surface[@]:1}" --quiet --out whole.landscape >log 2>&1
points whole.landscape >whole.points

# cut_off WHICH SECONDS [WORDS of mpirun...]: a surface, during which a machine is cut off. What was said
# is in told; the seconds until no rank is left, or that limit, in took.
cut_off() {
    local which=$1 limit=$2 start
    shift 2
    rm -f cut.landscape
    : >told
    ranks "$@" "${surface[@]}" --out "$tmp/cut.landscape" >said 2>told &
    job=$!
    for _ in $(seq 600); do grep -q "images/s" told && break; sleep 0.05; done
    start=$SECONDS
    ip -n $net-hub link set port$which down
    while pgrep -f "^$mpi surface $tmp/run" >/dev/null && [ $((SECONDS - start)) -lt "$limit" ]; do sleep 0.2; done
    took=$((SECONDS - start))
    cp told log
}
# The machine is back, and the command is given again.
goes_on() {
    end_all
    wait $job 2>/dev/null
    for n in 1 2 3; do ip -n $net-hub link set port$n up; done
    for n in 1 2 3; do ip -n $net-$n neigh flush all; done # they still think that nobody is there
    check "$1: it was cut off in the middle" test "$(points cut.landscape | wc -l)" -lt "$(wc -l <whole.points)"
    # A busy machine may be silent for a while, and mpirun has been seen to hang or to fail at its start after the
    # network was gone and came back. Then the command is given again, and what is skipped is told.
    for _ in 1 2 3; do
        LOSSGRID_SILENCE=300 timeout -k 5 60 bash -c 'ranks "$@"' - "${surface[@]}" --quiet \
            --out "$tmp/cut.landscape" >log 2>&1
        ended=$?
        [ $ended -eq 0 ] && break
        echo "# $1: mpirun ended with $ended: $(grep -v '^ *-*$' log | head -n 1)"
        end_all
    done
    points cut.landscape >cut.points
    if [ $ended -eq 0 ]; then
        check "$1: the same command goes on to the same points" cmp whole.points cut.points
    else
        echo "ok - $1: the same command goes on to the same points # SKIP mpirun does not start again"
    fi
}

export LOSSGRID_SILENCE=8
cut_off 3 60
check "a machine is cut off: all ranks end" test $took -lt 60
check "which one is told" grep -q "rank 0 on host-1 has heard nothing of rank 2 on host-3 for [0-9]* s" told
goes_on "a machine"
cut_off 1 60
check "that of rank 0 is cut off: all ranks end" test $took -lt 60
goes_on "that of rank 0"

# mpirun, too, when it has been asked to look.
LOSSGRID_SILENCE=60
cut_off 2 45 --mca oob_tcp_keepalive_time 3 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 3
check "mpirun notices: all ranks end" test $took -lt 45
for _ in $(seq 100); do kill -0 $job 2>/dev/null || break; sleep 0.1; done
check "and mpirun ends itself" sh -c '! kill -0 "$1" 2>/dev/null' sh $job
check "and tells the machine" grep -q "lost communication" told
goes_on "mpirun notices"
