#!/bin/sh
# Installs the Debian packages given as arguments that are missing. On a system without apt-get it says what a build needs
# and stops if it is not there. Called by `make deps`, `make check` and `make demo`.
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
    for module in openblas lapacke zlib libzip libpng libjpeg libarchive sqlite3 libcjson libprotobuf-c cairo; do
        pkg-config --exists "$module" 2>/dev/null || missing="${missing:-} $module"
    done
    [ -z "${missing:-}" ] && exit 0
    echo "This system has no apt-get. Please install the libraries that pkg-config knows as:$missing" >&2
    echo "(Debian's names of all packages: $*)" >&2
    exit 1
fi

missing=
for package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "Installing with apt-get:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086  # a list of words
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
