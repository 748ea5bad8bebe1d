#!/usr/bin/env bash
# A landscape tells the command that made it, which makes it again from any folder.
. "$(dirname "$0")/common.bash"
make_data data 8
mkdir "a folder" && cd "a folder" || exit 1
"$LOSSGRID" train --model mlp:hidden=8 --data ../data --epochs 1 --limit 100 --out "it's a run" --quiet
"$LOSSGRID" surface "it's a run" --limit 50 --x=-1:1:3 --y -1:1:3 --out first.landscape --quiet
cd ..
"$LOSSGRID" info "a folder/first.landscape" --command >command
check "the command, with its folder" grep -qF "cd '$tmp/a folder' && lossgrid surface 'it'\\''s a run' --limit 50 --x=-1:1:3 --y -1:1:3 --out first.landscape --quiet" command
check "the machine" sh -c "sqlite3 'a folder/first.landscape' \"select value from metadata where key='host'\" | grep -qxF '$(hostname)'"
points() { sqlite3 "$1" "select * from points" | sed 's/|[^|]*$//' | md5sum; }
mv "a folder/first.landscape" kept.landscape
mkdir bin && ln -s "$LOSSGRID" bin/lossgrid
check "it makes the file again, elsewhere" env PATH="$tmp/bin:$PATH" sh command
check "with the same points" test "$(points kept.landscape)" = "$(points "a folder/first.landscape")"
cd "a folder" || exit 1
"$LOSSGRID" surface "it's a run" --limit 50 --x=-1:1:3 --y -1:1:3 --part 1/2 --out p1.landscape --quiet
"$LOSSGRID" surface "it's a run" --limit 50 --x=-1:1:3 --y -1:1:3 --part 2/2 --out p2.landscape --quiet
"$LOSSGRID" merge p1.landscape --out whole.landscape >log
"$LOSSGRID" merge p2.landscape p1.landscape --out whole.landscape >log
cd ..
"$LOSSGRID" info "a folder/whole.landscape" --command >command
check "a merged one tells those of its parts once, and its own" sh -c 'test $(grep -o -- "--part 1/2" command | wc -l) -eq 1 -a $(grep -o "lossgrid merge" command | wc -l) -eq 2'
rm "a folder"/*.landscape
check "they make it again" env PATH="$tmp/bin:$PATH" sh command
check "the same points" test "$(points kept.landscape)" = "$(points "a folder/whole.landscape")"
sqlite3 kept.landscape "update metadata set value = 'a' || char(27) || '[31mb' where key = 'command'"
check "bytes that a terminal obeys are shown" sh -c "\"$LOSSGRID\" info kept.landscape --command | grep -qF 'a\\x1b[31mb'"
sqlite3 kept.landscape "delete from metadata where key = 'command'"
refuse "a file that does not say" 1 "kept.landscape: it does not say which command made it" "$LOSSGRID" info kept.landscape --command
refuse "no landscape" 1 "data" "$LOSSGRID" info data --command
