#!/bin/bash
# One part of a surface for each task of a job array; merge.sh then puts them together.
#
#     parts=$(sbatch --parsable examples/slurm/parts.sh run --limit 1000)
#     sbatch --dependency=afterok:$parts examples/slurm/merge.sh whole.landscape
#
# Words after the script's name are those of `lossgrid surface`. A task that is repeated, after a
# failure or by hand (sbatch --array=3 ...), goes on where it was. Tasks need not run at the same
# time, nor on the same machines, but on one kind of them (docs/scale.md).

#SBATCH --job-name=parts
#SBATCH --array=1-8
#SBATCH --cpus-per-task=16
#SBATCH --time=04:00:00
#SBATCH --requeue

# As many as --array says. A task that is repeated alone would not know: PARTS=N sbatch ... for others.
parts=${PARTS:-8}

# --threads: a job has some of the machine's processors, and not every Slurm hides the others.
exec lossgrid surface "$@" --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --part "$SLURM_ARRAY_TASK_ID/$parts" --out "part-$SLURM_ARRAY_TASK_ID.landscape"
