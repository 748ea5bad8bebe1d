#!/usr/bin/env bash
# LOSS_ISA forces each of the kernel sets that this processor runs, and the message for any other lists them.
. "$(dirname "$0")/common.bash"
make_data data 32
"$LOSSGRID" train --model resnet20:width=0.5 --data data --epochs 1 --lr 0.01 --limit 100 --quiet --out run 2>log || fail "train"
evaluate=("$LOSSGRID" eval run --limit 20 --json --quiet)

refuse "a set that there is not" 1 "LOSS_ISA=none: no kernel set that this processor runs; there are " \
    env LOSS_ISA=none "${evaluate[@]}"
sets=$(sed -n 's/.*; there are //p' log)
check "--version lists the same sets" sh -c "\"$LOSSGRID\" --version | grep -qx 'kernel sets of this processor: $sets'"
for known in blas ref; do
    [[ " $sets " == *" $known "* ]] && pass "$known is listed" || fail "$known is listed: $sets"
done
for set in avx512 avx2; do
    [[ " $sets " == *" $set "* ]] || refuse "$set, which this processor does not run" 1 "LOSS_ISA=$set: no kernel set" \
        env LOSS_ISA=$set "${evaluate[@]}"
done

# about A B: equal to five digits.
about() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > 0 && (a - b) ^ 2 <= (1e-5 * b) ^ 2) }'; }
loss_of() { "${evaluate[@]}" 2>log | sed -n 's/.*"loss":[[:space:]]*\([0-9.]*\),.*/\1/p'; }
reference=$(LOSS_ISA=ref loss_of)
for set in $sets; do
    loss=$(LOSS_ISA=$set loss_of)
    if about "$loss" "$reference"; then pass "$set gives the reference's loss"; else
        echo "$set: $loss; ref: $reference" >>log
        fail "$set gives the reference's loss"
    fi
    LOSS_ISA=$set "$LOSSGRID" surface run --x=0:0:1 --y=0:0:1 --limit 20 --quiet --out "$set.landscape" >/dev/null 2>log
    if "$LOSSGRID" info "$set.landscape" 2>log | grep -qw "$set"; then pass "$set is what ran"; else fail "$set is what ran"; fi
done
