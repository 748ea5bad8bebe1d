#!/bin/bash
# Puts the parts of parts.sh together, in the same folder: sbatch merge.sh WHOLE.landscape
# It tells which parts lack points.

#SBATCH --job-name=merge
#SBATCH --ntasks=1
#SBATCH --time=00:10:00

exec lossgrid merge part-*.landscape --out "$1"
