#!/usr/bin/env bash
# sysroot.sh FOLDER: Debian's packages for arm64 that libloss and its tests need, unpacked into FOLDER/root.
# Nothing is installed on this machine. Needs apt, dpkg and the machine's list of sources.
set -euo pipefail
folder=$(realpath -m "$1")
[ -e "$folder/ready" ] && exit
packages="libc6-dev libgcc-12-dev libopenblas-dev liblapacke-dev zlib1g-dev libzip-dev libpng-dev
    libjpeg-dev libarchive-dev libsqlite3-dev libcjson-dev libprotobuf-c-dev libcairo2-dev libcmocka-dev"

mkdir -p "$folder"/{root,lists/partial,archives/partial}
: >"$folder/status"
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Install-Recommends=false
    -o Dir::State="$folder" -o Dir::State::Lists="$folder/lists" -o Dir::State::status="$folder/status"
    -o Dir::Cache="$folder" -o Dir::Cache::Archives="$folder/archives" -o Debug::NoLocking=1
    -o APT::Sandbox::User=root)
"${apt[@]}" update
# shellcheck disable=SC2086  # a list of words
"${apt[@]}" install --yes --download-only $packages
for package in "$folder"/archives/*.deb; do dpkg -x "$package" "$folder/root"; done

# Links to places on another machine lead into the folder.
find "$folder/root" -type l -lname '/*' | while read -r link; do
    ln -srf "$folder/root$(readlink "$link")" "$link"
done
# What the packages' scripts would have linked.
libraries=$folder/root/usr/lib/aarch64-linux-gnu
for name in blas lapack; do
    ln -sf "openblas-pthread/lib$name.so.3" "$libraries/lib$name.so.3"
    ln -sf "../openblas-pthread/pkgconfig/$name-openblas.pc" "$libraries/pkgconfig/$name.pc"
done
ln -sf openblas-pthread/libopenblas.so.0 "$libraries/libopenblas.so.0"
ln -sf openblas-pthread/libopenblas.so "$libraries/libopenblas.so"
ln -sf ../openblas-pthread/pkgconfig/openblas.pc "$libraries/pkgconfig/openblas.pc"
touch "$folder/ready"
