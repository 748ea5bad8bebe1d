#!/usr/bin/env bash
# Programs of others against the installed library: pkg-config, static and shared, CMake, Meson; what a
# desktop reads. Speaks TAP.
. "$(dirname "$0")/installed.bash"

missing() { # missing PROGRAM NAME: whether it is not installed, and says so
    command -v "$1" >/dev/null && return 1
    echo "ok - $2 # SKIP $1 is not installed"
}

mkdir "$tmp/program"
cd "$tmp/program" || exit 1
cat >program.c <<'C'
#include <stdio.h>
#include <loss/loss.h>
int main(void)
{
    loss_net *net = NULL;
    loss_status st = loss_net_create(&net, "resnet20", (loss_shape){3, 32, 32, 10});
    if (!st)
        printf("%s has %zu parameters\n", loss_net_model(net), loss_net_n_parameters(net));
    loss_net_free(net);
    return st ? 1 : 0;
}
C
runs() { "$1" | grep -q "resnet20 has 269722 parameters"; }

# shellcheck disable=SC2046  # flags are words
check "pkg-config --static" $cc program.c $(pkg-config --cflags loss) "$prefix/lib/libloss.a" \
    $(pkg-config --static --libs loss | tr ' ' '\n' | grep -v '^-lloss$') -o static
check "the program runs without libloss.so" env LD_LIBRARY_PATH= bash -c "$(declare -f runs); runs ./static"

if ! missing cmake "CMake: find_package(loss)"; then
    cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(program C)
find_package(loss 0.1 REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE loss::loss)
CMAKE
    check "CMake: find_package(loss)" cmake -S . -B by-cmake -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc"
    check "it builds" cmake --build by-cmake
    check "it runs" runs by-cmake/program
    sed -i 's/loss 0.1/loss 0.2/' CMakeLists.txt
    check "another version is refused" bash -c \
        "! cmake -S . -B other -DCMAKE_PREFIX_PATH=$prefix 2>&1 | tee said; tr '\n' ' ' <said | grep -q 'version: 0.1'"
fi
if ! missing meson "Meson: dependency('loss')"; then
    cat >meson.build <<'MESON'
project('program', 'c', default_options: ['c_std=c11'])
executable('program', 'program.c', dependencies: dependency('loss', version: '>=0.1'))
MESON
    check "Meson: dependency('loss')" env CC="$cc" meson setup by-meson
    check "it builds" meson compile -C by-meson
    check "it runs" runs by-meson/program
fi

if [ -e "$prefix/share/applications/lossview.desktop" ]; then
    missing desktop-file-validate "the desktop entry" ||
        check "the desktop entry" desktop-file-validate "$prefix/share/applications/lossview.desktop"
    missing appstreamcli "the AppStream component" ||
        # It warns that the name has no domain.
        check "the AppStream component" bash -c \
            "appstreamcli validate --no-net $prefix/share/metainfo/lossview.metainfo.xml | tee said; ! grep '^E:' said"
    if ! missing update-mime-database "a landscape's MIME type"; then
        check "the MIME database takes it" update-mime-database "$prefix/share/mime"
        check "a landscape's MIME type" grep -q '^application/x-loss-landscape:\*.landscape$' "$prefix/share/mime/globs"
    fi
fi
