#!/usr/bin/env bash
# --help everywhere, with examples; wrong use is told.
. "$(dirname "$0")/common.bash"
check "--help" sh -c '"$LOSSGRID" --help | grep -q "Examples:"'
check "--version" sh -c '"$LOSSGRID" --version | grep -qE "^lossgrid [0-9]+\.[0-9]+\.[0-9]+"'
for command in train eval surface path curvature export plot info; do
    check "$command --help" sh -c "\"$LOSSGRID\" $command --help | grep -q 'Examples:'"
    refuse "$command --nonsense" 2 "--nonsense: no such option" "$LOSSGRID" $command --nonsense
done
refuse "no such command" 2 "trian: no such command; the nearest is train (there are train," "$LOSSGRID" trian
refuse "train without anything" 2 "which network? Give --model NAME" "$LOSSGRID" train
refuse "eval without weights" 2 "which weights?" "$LOSSGRID" eval --model lenet5 --data fashion-mnist
refuse "a number that is none" 2 "--epochs=3x: expected a whole number of at least 1" "$LOSSGRID" train --epochs 3x
refuse "a zero" 2 "--limit=0: expected a whole number of at least 1" "$LOSSGRID" eval run --limit 0
refuse "a choice that is none" 2 "--schedule=warm: expected one of constant, step, cosine" "$LOSSGRID" train --schedule warm
refuse "mean of two channels" 2 "--mean=1,2: two numbers; expected one or three" "$LOSSGRID" eval run --mean 1,2
refuse "a missing value" 2 "--model needs a value" "$LOSSGRID" train --model
refuse "one word too many" 2 "c: one word too many" "$LOSSGRID" info a b c
refuse "an option misspelt" 2 "--epoch-s: no such option; the nearest is --epochs" "$LOSSGRID" train --epoch-s 3
refuse "a value for a flag" 2 "--quiet=3: --quiet takes no value" "$LOSSGRID" train --quiet=3
refuse "a hexadecimal number" 2 "--lr=0x1: expected a number" "$LOSSGRID" train --lr 0x1
refuse "a number after a blank" 2 "--x= -1:1:3: expected MIN:MAX:N" "$LOSSGRID" surface run "--x= -1:1:3"
refuse "an infinite number" 2 "--lr=inf: expected a number" "$LOSSGRID" train --lr inf
refuse "a size" 2 "--size=100: expected WIDTHxHEIGHT" "$LOSSGRID" plot a.landscape --out a.png --size 100
refuse "a picture's ending" 2 "a.gif: its ending names no picture" "$LOSSGRID" plot a.landscape --out a.gif
