#!/usr/bin/env bash
# Films: turns of the camera and the path of training, as GIF, APNG and video. Without a display.
. "$(dirname "$0")/common.bash"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" ${kept:-}' EXIT
cd "$tmp" || exit 1
python=/usr/bin/python3 # Debian's, which sees Debian's PIL
[ -x $python ] || python=python3
has_pil=
$python -c 'import PIL' 2>/dev/null && has_pil=1
# frames FILE N WIDTH HEIGHT FIRST.png BOUND: that many frames of that size, the first as that picture but for BOUND.
frames() {
    $python - "$@" <<'PY'
import sys
from PIL import Image, ImageChops, ImageStat
path, n, width, height, first, bound = sys.argv[1:]
film = Image.open(path)
assert film.n_frames == int(n) and film.size == (int(width), int(height)), (film.n_frames, film.size)
assert film.info.get("loop") == 0 or path.endswith(".png"), film.info
pictures = []
for i in range(film.n_frames):
    film.seek(i)
    pictures.append(film.convert("RGB"))
mean = lambda a, b: max(ImageStat.Stat(ImageChops.difference(a, b)).mean)
assert mean(pictures[0], Image.open(first).convert("RGB")) <= float(bound), mean(pictures[0], Image.open(first).convert("RGB"))
assert all(mean(a, b) > 0.02 for a, b in zip(pictures, pictures[1:])), "a film that stands still"
PY
}

"$LOSSVIEW" "$fixture" --screenshot=first.png --size=200x150 2>log || fail "a picture"
"$LOSSVIEW" "$fixture" --turntable=turn.png --frames=4 --size=200x150 2>log || fail "a turn as a file"
"$LOSSVIEW" "$fixture" --turntable=turn --frames=4 --size=200x150 2>log || fail "a turn as a folder"
check "a turn is one animation, or frames and the same animation" sh -c 'cmp turn.png turn/turntable.png && cmp first.png turn/frame-000.png'
"$LOSSVIEW" "$fixture" --training=training.png --frames=3 --size=200x150 2>log || fail "a path as a file"
"$LOSSVIEW" "$fixture" --training=training --frames=3 --size=200x150 2>log || fail "a path as a folder"
check "the last frame of training is the whole picture" cmp first.png training/frame-002.png
check "the first one is not" sh -c '! cmp -s first.png training/frame-000.png'
"$LOSSVIEW" "$fixture" --growth=growth --frames=4 --size=200x150 2>log || fail "a growth"
check "the last frame of growth is the whole picture" cmp first.png growth/frame-003.png
check "those before it differ" sh -c '! cmp -s growth/frame-000.png growth/frame-001.png && ! cmp -s growth/frame-002.png first.png'
echo "x,y,loss
0,0,1
1,0,2
0,1,3
1,1,5" >plain.csv
refuse "a file without a path has no film of it" 1 "no path of training" "$LOSSVIEW" plain.csv --training=none.gif --size=200x150
check "and leaves none" test ! -e none.gif
refuse "an ending that is no film's" 2 "names no film" "$LOSSVIEW" "$fixture" --turntable=turn.avi

if [ -n "$has_pil" ]; then
    check "Pillow reads the APNG" frames turn.png 4 200 150 first.png 0
    check "and that of training" frames training.png 3 200 150 training/frame-000.png 0
else
    echo "ok - Pillow reads the APNG # SKIP no python3-pil"
fi
if ! "$LOSSVIEW" "$fixture" --turntable=turn.gif --frames=4 --size=200x150 2>log && grep -q "without giflib" log; then
    echo "ok - GIF # SKIP built without giflib"
else
    check "a GIF is written" test -s turn.gif
    "$LOSSVIEW" "$fixture" --turntable=again.gif --frames=4 --size=200x150 2>log
    check "the same frames give the same bytes" cmp turn.gif again.gif
    "$LOSSVIEW" "$fixture" --turntable=clear.gif --frames=2 --size=200x150 --no-background 2>log
    if [ -n "$has_pil" ]; then
        check "Pillow reads the GIF" frames turn.gif 4 200 150 first.png 2
        check "without a background it is clear there" $python -c 'from PIL import Image; assert Image.open("clear.gif").convert("RGBA").getpixel((2, 100))[3] == 0'
    else
        echo "ok - Pillow reads the GIF # SKIP no python3-pil"
    fi
    echo "mine" >mine.gif
    refuse "a file that is no GIF is not written over" 1 "mine.gif" "$LOSSVIEW" "$fixture" --turntable=mine.gif --frames=2 --size=200x150
    refuse "a folder that is not there" 1 "No such file" "$LOSSVIEW" "$fixture" --turntable=no/such.gif --frames=2 --size=200x150
fi

refuse "a video has no transparency" 1 "no transparency" "$LOSSVIEW" "$fixture" --turntable=v.mp4 --no-background --frames=2 --size=200x150
mkdir empty
refuse "without ffmpeg it says what to do" 1 "ffmpeg is not installed" env PATH="$tmp/empty" "$LOSSVIEW" "$fixture" --turntable=v.mp4 --frames=2 --size=200x150
# Programs that fail, in ffmpeg's place: at once, and after everything.
mkdir bad late
printf '#!/bin/sh\necho "codec is missing" >&2\nexit 3\n' >bad/ffmpeg
printf '#!/bin/sh\n/bin/cat >/dev/null\necho "disk is full" >&2\nexit 1\n' >late/ffmpeg
chmod +x bad/ffmpeg late/ffmpeg
refuse "an ffmpeg that fails at once" 1 "codec is missing" env PATH="$tmp/bad" "$LOSSVIEW" "$fixture" --turntable=v.mp4 --frames=20 --size=400x300
refuse "an ffmpeg that fails in the end" 1 "disk is full" env PATH="$tmp/late" "$LOSSVIEW" "$fixture" --turntable=v.mp4 --frames=2 --size=200x150
check "neither leaves a file" test ! -e v.mp4
if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then
    for film in v.mp4:200x150 v.webm:201x151; do
        file=${film%%:*}
        check "a video: $file" "$LOSSVIEW" "$fixture" --turntable="$file" --frames=3 --size="${film#*:}"
        ffprobe -v error -count_frames -show_entries stream=width,height,nb_read_frames -of csv=p=0 "$file" >probe 2>&1
        check "its frames and size" grep -qx "20[02],15[02],3" probe
    done
    if [ -n "$has_pil" ]; then
        ffmpeg -v error -i v.mp4 -vframes 1 still.png 2>log
        check "its first frame is the picture" $python -c '
from PIL import Image, ImageChops, ImageStat
a, b = (Image.open(p).convert("RGB") for p in ("first.png", "still.png"))
assert max(ImageStat.Stat(ImageChops.difference(a, b)).mean) < 4'
    fi
else
    echo "ok - videos # SKIP no ffmpeg"
fi
