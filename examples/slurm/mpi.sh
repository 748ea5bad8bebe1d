#!/bin/bash
# One surface by many ranks on several machines:
#
#     sbatch --nodes=4 examples/slurm/mpi.sh run --limit 1000 --out whole.landscape
#
# A rank for each socket, say, with as many threads as that has cores. Where Slurm was built with
# PMIx, `srun --mpi=pmix lossgrid-mpi ...` does the same.

#SBATCH --job-name=mpi
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=16
#SBATCH --time=04:00:00
# A minute before the limit, SIGTERM to mpirun (B: is this shell, which it replaces): what was
# committed stays, and the same command goes on.
#SBATCH --signal=B:TERM@60

# mpirun notices within half a minute when a machine is cut off from the network.
export OMPI_MCA_oob_tcp_keepalive_time=10 OMPI_MCA_oob_tcp_keepalive_intvl=5
export OMPI_MCA_oob_tcp_keepalive_probes=3

# Open MPI learns the machines and the number of ranks from Slurm.
exec mpirun --bind-to none lossgrid-mpi surface "$@" --threads "${SLURM_CPUS_PER_TASK:-1}"
