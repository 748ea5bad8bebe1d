#!/usr/bin/env bash
# Debian packages: `make check-deb`. Lints them, then installs, uses and removes them on a bare Debian 12
# (debootstrap; needs root). Speaks TAP.
#
#   tests/deb.sh PACKAGES [FOLDER]    PACKAGES: a folder of .deb; FOLDER: keep the system there
set -eu
cd "$(dirname "$0")/.."
. tests/bare.bash
packages=$1

# Of a package that is in no archive: no bug number to close, no maintainer's address.
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs,bogus-mail-host,bogus-mail-host-in-debian-changelog \
    "$packages"/*.changes >lint.log 2>&1 && lint=ok || lint="not ok"
sed 's/^/# /' lint.log
rm -f lint.log
echo "$lint - lintian"
[ "$lint" = ok ] || failed=1

bare_make "packages on a bare system" "${2:-}"
rm -rf "$root/deb" && mkdir "$root/deb"
cp "$packages"/*.deb examples/01-evaluate.c "$root/deb"
check "they install" "apt-get update && apt-get install -y --no-install-recommends /deb/*[!m]_*.deb"
check "lossgrid runs, and computes" "cd /tmp && lossgrid version && lossgrid info --model resnet20 --input-shape 3,32,32 --classes 10"
check "lossview runs" "lossview --version && lossview --list-bindings"
check "lossgrid-mpi runs" "lossgrid-mpi version"
check "they load the library of libloss0" "for program in lossgrid lossgrid-mpi lossview; do
    ldd /usr/bin/\$program | grep 'libloss.so.0 => /' || exit; done"
check "pages and completion are there" "test -s /usr/share/man/man1/lossgrid-surface.1.gz -o -e /etc/dpkg/dpkg.cfg.d/excludes
    test -s /usr/share/bash-completion/completions/lossgrid && test -s /usr/share/bash-completion/completions/lossview"
check "a program of the user" "apt-get install -y --no-install-recommends gcc libc6-dev pkg-config &&
    cc /deb/01-evaluate.c \$(pkg-config --cflags --libs loss) -o /tmp/evaluate && ldd /tmp/evaluate | grep 'libloss.so.0 => /'"
check "the same with the static library" "cc /deb/01-evaluate.c \$(pkg-config --cflags loss) -Wl,-Bstatic -lloss -Wl,-Bdynamic \
    \$(pkg-config --static --libs loss | sed 's/-lloss//') -o /tmp/static && ! ldd /tmp/static | grep libloss"
check "a landscape of Fashion-MNIST" "apt-get install -y --no-install-recommends dataset-fashion-mnist && cd /tmp &&
    lossgrid train --model lenet5 --data fashion-mnist --limit 500 --epochs 1 --out run &&
    lossgrid surface run --limit 100 --x=-1:1:5 --y=-1:1:5 --out a.landscape && lossgrid plot a.landscape --out a.png && test -s a.png"
check "they are removed" "apt-get purge -y libloss0 libloss-dev lossgrid lossgrid-mpi lossview && ! dpkg -S '*lossgrid*' '*lossview*'"
exit $failed
