#!/bin/bash
# A surface that takes longer than a job may: before the limit the job ends itself and is put into
# the queue again, as often as it takes.
#
#     sbatch --time=01:00:00 examples/slurm/requeue.sh run --limit 50000 --out long.landscape

#SBATCH --job-name=requeue
#SBATCH --cpus-per-task=16
#SBATCH --time=04:00:00
# Two minutes before the limit, SIGTERM to the steps, those that srun starts. lossgrid then ends
# with the exit code 130; what was finished is in the file.
#SBATCH --signal=TERM@120
# Also after a failure of the machine, and where jobs of others have precedence.
#SBATCH --requeue
#SBATCH --open-mode=append

srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
    lossgrid surface "$@" --threads "${SLURM_CPUS_PER_TASK:-1}"
code=$?
if [ "$code" -eq 130 ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
