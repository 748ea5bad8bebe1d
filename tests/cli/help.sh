#!/usr/bin/env bash
# --help everywhere, with examples; wrong use is told.
. "$(dirname "$0")/common.bash"
check "--help" sh -c '"$LOSSGRID" --help | grep -q "Examples:"'
check "--version" sh -c '"$LOSSGRID" --version | grep -qE "^lossgrid [0-9]+\.[0-9]+\.[0-9]+"'
for command in train eval surface export plot info; do
    check "$command --help" sh -c "\"$LOSSGRID\" $command --help | grep -q 'Examples:'"
    refuse "$command --nonsense" 2 "--nonsense: no such option" "$LOSSGRID" $command --nonsense
done
refuse "no such command" 2 "trian: no such command; there are train" "$LOSSGRID" trian
refuse "train without anything" 2 "which network? Give --model NAME" "$LOSSGRID" train
refuse "eval without weights" 2 "which weights?" "$LOSSGRID" eval --model lenet5 --data fashion-mnist
refuse "a number that is none" 2 "--epochs=3x: expected a whole number of at least 1" "$LOSSGRID" train --epochs 3x
refuse "a zero" 2 "--limit=0: expected a whole number of at least 1" "$LOSSGRID" eval run --limit 0
refuse "a choice that is none" 2 "--schedule=warm: expected one of constant, step, cosine" "$LOSSGRID" train --schedule warm
refuse "mean of two channels" 2 "--mean=1,2: two numbers; expected one or three" "$LOSSGRID" eval run --mean 1,2
refuse "a missing value" 2 "--model needs a value" "$LOSSGRID" train --model
refuse "one word too many" 2 "b: one word too many" "$LOSSGRID" info a b
refuse "a picture's ending" 2 "a.gif: its ending names no picture" "$LOSSGRID" plot a.landscape --out a.gif
