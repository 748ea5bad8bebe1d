#!/usr/bin/env bash
# What was built for AArch64 computes the same losses as what was built for this machine, to the bit. Speaks TAP.
#   LOSSGRID  the program of this machine
#   FOREIGN   the other, and the command that runs it
set -u
. "$(dirname "$0")/../cli/common.bash"
read -ra foreign <<<"$FOREIGN"
case $("$LOSSGRID" version) in
*avx2* | *avx512*) ;;
*) echo "ok - the same bits # SKIP this machine has no kernels on vectors" && exit ;;
esac

make_data data 32
"$LOSSGRID" train --model resnet20:width=0.25 --data data --epochs 1 --lr 0.01 --limit 64 --quiet --out run 2>log || fail "train"
# surface NAME COMMAND...: the losses of a surface.
surface() {
    local name=$1
    shift
    "$@" surface run --x=-1:1:3 --y=-1:1:3 --limit 20 --quiet --out "$name.landscape" >/dev/null 2>log
    sqlite3 "$name.landscape" 'select x, y, quote(loss), quote(accuracy) from surface order by 1, 2' >"$name.txt"
}
surface here "$LOSSGRID"
surface there "${foreign[@]}"
check "nine points were computed" sh -c "[ \$(wc -l <here.txt) -eq 9 ]"
check "the losses of this machine and of AArch64 have the same bits" cmp here.txt there.txt
check "the file says which kernels ran" sh -c "'$LOSSGRID' info there.landscape | grep -qw neon"
