# A bare Debian 12: sourced by tests that need one. Needs root and debootstrap. Speaks TAP.
# shellcheck shell=bash

# bare_make NAME [FOLDER]: a system with nothing but its essential packages, in $root: FOLDER, which is kept, or a
# temporary folder. Ends the test where that cannot be.
bare_make() {
    command -v debootstrap >/dev/null || { echo "ok - $1 # SKIP debootstrap is not installed"; exit 0; }
    [ "$(id -u)" -eq 0 ] || { echo "ok - $1 # SKIP debootstrap needs root"; exit 0; }
    root=${2:-}
    # /dev brings what is mounted below it.
    unmount() { umount -R "$root/proc" "$root/dev" 2>/dev/null || true; }
    if [ -z "$root" ]; then
        root=$(mktemp -d)
        trap 'unmount; rm -rf --one-file-system "$root"' EXIT
    else
        trap unmount EXIT
    fi
    [ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 ||
        { tail "$root.log"; echo "not ok - debootstrap"; exit 1; }
    cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --make-rslave "$root/dev"
}

inside() { env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" bash -ec "$1"; }

failed=0
check() { # check NAME COMMANDS: within the system; the last one's output is /before
    [ ! -e "$root/log" ] || mv "$root/log" "$root/before"
    if inside "$2" >"$root/log" 2>&1; then echo "ok - $1"; else
        tail -n 40 "$root/log" | sed 's/^/# /'
        echo "not ok - $1"
        failed=1
    fi
}
