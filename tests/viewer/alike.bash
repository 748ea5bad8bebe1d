# Whether two pictures show the same: sourced. Needs ImageMagick.
# shellcheck shell=bash
# A font or a driver of another version moves edges by parts of a pixel everywhere; a mark, a line
# or a label that is missing or wrong is in one place. So both pictures are blurred, by more than
# such a part, and what counts is the worst square of 24 x 24 pixels: its root mean square, of 1.
# Measured: fonts without hinting 0.02 to 0.03, all moved by half a pixel both ways 0.04 to 0.047;
# the last dot of a path missing 0.08, no contour lines 0.09, one level of them moved 0.12, a mark
# or a path missing 0.25.
tolerance=0.05
# worst_square A B: of two pictures of one size, by the means of squares of 12 x 12, four at a time.
worst_square() {
    convert \( "$1" -alpha off -blur 0x2 \) \( "$2" -alpha off -blur 0x2 \) \
        -compose difference -composite -evaluate Pow 2 -scale 8.3333333% -statistic Mean 2x2 -format '%[fx:sqrt(maxima)]' info:
}
# store A B: A as B, in so few colours that it is small; this makes a worst square of 0.01
store() { convert "$1" -strip +dither -colors 255 -define png:exclude-chunks=date,time "png8:$2"; }
# told A B: what the log says of them
told() { echo "worst square $(worst_square "$1" "$2"), allowed $tolerance"; }
alike() {
    [ "$(identify -format %wx%h "$1")" = "$(identify -format %wx%h "$2")" ] &&
        awk -v d="$(worst_square "$1" "$2")" -v t=$tolerance 'BEGIN {exit !(d != "" && d <= t)}'
}
