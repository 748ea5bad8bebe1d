# The library installed into a folder of the test's own: sourced. Speaks TAP.
# shellcheck shell=bash disable=SC2034  # the test uses them
set -u
cd "${SRC:-$(dirname "$0")/../..}" || exit 1
cc=${CC:-cc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
prefix=$tmp/usr
build=$(dirname "$BUILD")

check() { # check NAME COMMAND...: output is shown on failure
    local name=$1
    shift
    if "$@" >"$tmp/log" 2>&1; then echo "ok - $name"; else
        echo "not ok - $name"
        sed 's/^/# /' "$tmp/log"
    fi
}

# Tests run at the same time, and make writes the pages of the manual into the build.
check "make install" flock "$build" make -s BUILD="$build" CC="$cc" PREFIX="$prefix" install
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
