# Shared by the tests of lossview: sourced. Speaks TAP.
# shellcheck shell=bash
set -u
SRC=${SRC:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
fixture=$SRC/tests/data/viewer/lenet5-pca.landscape
# Leaks inside the drivers and libraries named there are not ours. They are known by their library's name only while it is
# loaded, so under AddressSanitizer nothing is unloaded.
export LSAN_OPTIONS=suppressions=$SRC/tests/viewer/leaks.txt:print_suppressions=0
keep_loaded() {
    grep -q __asan_init "$LOSSVIEW" || return
    kept=$(mktemp -d)
    echo 'int dlclose(void *library); int dlclose(void *library) { (void)library; return 0; }' >"$kept/keep.c"
    ${CC:-cc} -shared -fPIC -o "$kept/keep.so" "$kept/keep.c"
    printf '#!/bin/sh\nASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=%s exec %s "$@"\n' \
        "$kept/keep.so" "$LOSSVIEW" >"$kept/lossview"
    chmod +x "$kept/lossview"
    LOSSVIEW=$kept/lossview
    export kept
}

pass() { echo "ok - $1"; }
fail() {
    echo "not ok - $1"
    [ -f log ] && sed 's/^/#   /' log
}
check() { # check NAME COMMAND...: it must succeed
    local name=$1
    shift
    if "$@" >log 2>&1; then pass "$name"; else fail "$name"; fi
}
refuse() { # refuse NAME CODE PATTERN COMMAND...: it must fail with that exit code and say PATTERN
    local name=$1 code=$2 pattern=$3 got
    shift 3
    "$@" >out 2>log
    got=$?
    if [ "$got" -eq "$code" ] && grep -qF -- "$pattern" log; then pass "$name"; else
        echo "exit code $got, expected $code; expected to read: $pattern" >>log
        fail "$name"
    fi
}
skip_all() {
    echo "ok - $1 # SKIP $2"
    exit 0
}
[ -x "${LOSSVIEW:-}" ] || skip_all "$(basename "$0")" "lossview was not built"
keep_loaded
