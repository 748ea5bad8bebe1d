#!/usr/bin/env bash
# A test set that the system refuses to open is an error, not a run without a test.
. "$(dirname "$0")/common.bash"
make_data data
model=resnet20:width=0.25
train() { ${1:+setpriv --reuid=65534 --regid=65534 --clear-groups} ./lossgrid train --model $model --data data --epochs 1 --limit 40 --out "$2"; }
cp "$LOSSGRID" lossgrid
chmod 777 .

chmod 000 data/t10k-images-idx3-ubyte
if [ "$(id -u)" -ne 0 ]; then
    refuse "no permission" 1 t10k-images train "" run
elif setpriv --reuid=65534 --regid=65534 --clear-groups ./lossgrid --help >/dev/null 2>&1; then
    refuse "no permission" 1 t10k-images train nobody run
else
    echo "ok - no permission # SKIP no other user can run lossgrid here"
fi
check "no run was made" test ! -e run/log.csv
chmod 644 data/t10k-images-idx3-ubyte

# Fewer files may be open than the training set needs, then one more, and so on, until all goes well. Each is the whole
# run or an error.
half=0 whole=0
for n in 3 4 5 6 7 8 9 10 12 16; do
    rm -rf few
    if (ulimit -n "$n" && train "" few) >out 2>said; then
        whole=$((whole + 1))
        grep -q ",.*,.*,.*" few/log.csv && ! grep -q "no test after" said || half=$((half + 1))
    elif ! grep -q lossgrid: said; then
        half=$((half + 1))
    fi
done
check "no run is made without its test because files are few" test $half -eq 0
check "with enough of them there is a run" test $whole -gt 0
