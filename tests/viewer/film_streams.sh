#!/usr/bin/env bash
# Films of a lossview without standard streams, as programs start others: what it opens then has
# their numbers. And how long films are. Speaks TAP.
. "$(dirname "$0")/common.bash"
unset DISPLAY WAYLAND_DISPLAY
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "${kept:-$tmp}"' EXIT
cd "$tmp" || exit 1
printf 'x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n' >a.csv
# film NAME [FRAMES]
film() { "$LOSSVIEW" a.csv --turntable="$1" --size=64x64 --frames="${2:-2}"; }

endings="" has_gif=""
if film first.gif >log 2>&1; then endings=gif has_gif=1; else
    grep -q 'no OpenGL 3.3' log && skip_all "films without standard streams" "$(head -n 1 log)"
    if grep -q giflib log; then echo "ok - a GIF without standard streams # SKIP $(cat log)"; else
        fail "a GIF"
    fi
fi
if command -v ffmpeg >/dev/null; then endings+=" mp4"; else
    echo "ok - a video without standard streams # SKIP no ffmpeg"
fi
for ending in $endings; do
    film "all.$ending"
    check "a .$ending" test -s "all.$ending"
    film "in.$ending" <&-
    check "the same .$ending without standard input" cmp "all.$ending" "in.$ending"
    film "out.$ending" >&-
    check "the same .$ending without standard output" cmp "all.$ending" "out.$ending"
    film "none.$ending" <&- >&- 2>&-
    check "the same .$ending without any" cmp "all.$ending" "none.$ending"
done
# The graphics control extension: 21 f9 04, flags, the delay in hundredths of a second.
if command -v ffprobe >/dev/null && [ -e all.mp4 ]; then
    film long.mp4 4
    check "a video takes six seconds" sh -c \
        "ffprobe -v error -show_entries format=duration -of csv=p=0 long.mp4 | grep -qE '^6\\.0'"
else
    echo "ok - a video takes six seconds # SKIP no ffprobe"
fi
[ "$has_gif" ] || exit 0
film many.gif 900
check "no frame of a GIF is shorter than browsers show" sh -c \
    "od -An -tx1 -v many.gif | tr -d ' \n' | grep -qE '21f904..0200'"
