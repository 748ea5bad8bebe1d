#!/usr/bin/env bash
# Pages of the manual and completion in shells are made of the same tables as --help.
. "$(dirname "$0")/common.bash"

commands=$("$LOSSGRID" help --man | sed -n 's/^\.Xr lossgrid-\([a-z]*\) 1.*/\1/p')
check "the first page names the commands" test "$(wc -w <<<"$commands")" -ge 13
mkdir pages
for command in $commands; do
    "$LOSSGRID" help "$command" --man >"pages/lossgrid-$command.1"
    "$LOSSGRID" help "$command" >"$command.help"
    check "help $command is $command --help" sh -c "\"$LOSSGRID\" $command --help | cmp - $command.help"
    options=$(sed -n 's/^  --\(\[no-\]\)\?\([a-z0-9-]*\).*/\2/p' "$command.help")
    missing=
    for option in $options; do
        grep -q "^\.It Fl .*[]-]$option\b" "pages/lossgrid-$command.1" || missing="$missing $option"
    done
    check "the page of $command has its options" test -z "$missing" -a -n "$options"
done
"$LOSSGRID" help --man >pages/lossgrid.1
[ -x "$LOSSVIEW" ] && "$LOSSVIEW" --man >pages/lossview.1
check "the date is that of SOURCE_DATE_EPOCH" \
    sh -c "SOURCE_DATE_EPOCH=86400 \"$LOSSGRID\" help plot --man | grep -qx '.Dd January  2, 1970'"
refuse "a page of no command" 2 "nothing: no such command" "$LOSSGRID" help nothing --man
refuse "a shell that is none" 2 "csh: expected bash, zsh or fish" "$LOSSGRID" completion csh

if command -v mandoc >/dev/null; then
    # A system without the installed pages, or f3d's, is none of our faults.
    for page in pages/*; do
        mandoc -T lint -W style "$page" | grep -v 'referenced manual not found' >lint
        check "mandoc has nothing to say of $page" sh -c 'cat lint; test ! -s lint'
    done
else
    echo "ok - mandoc has nothing to say of the pages # SKIP mandoc is not installed"
fi

"$LOSSGRID" completion bash >c.bash
completed() { # completed WORD...: what bash offers for the last of them
    bash -c '. ./c.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _"$1"; echo "${COMPREPLY[*]}"' - "$@"
}
check "bash: a command" test "$(completed lossgrid surf)" = surface
check "bash: an option" test "$(completed lossgrid surface --spl)" = --split
check "bash: a word of a choice" test "$(completed lossgrid surface --split b)" = both
check "bash: after an equals sign" test "$(completed lossgrid surface --split = b)" = both
check "bash: all of them" test "$(completed lossgrid surface --split =)" = "train test both"
check "bash: none of another command" test -z "$(completed lossgrid merge --split b)"
if [ -x "$LOSSVIEW" ]; then
    "$LOSSVIEW" --completion bash >c.bash
    check "bash: lossview" test "$(completed lossview --texture ch)" = checker
    check "bash: lossview's switches" test "$(completed lossview --no-cont)" = --no-contours
fi
for shell in zsh fish; do
    if command -v $shell >/dev/null; then
        "$LOSSGRID" completion $shell >c.$shell
        check "$shell reads its script" $shell -n c.$shell
    else
        echo "ok - $shell reads its script # SKIP $shell is not installed"
    fi
done
if command -v fish >/dev/null; then
    check "fish: a word of a choice" \
        sh -c "fish -c 'source c.fish; complete -C \"lossgrid surface --split b\"' | grep -q '^both'"
fi
