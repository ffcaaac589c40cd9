# compile.sh - a hypermodel is compiled when it has to be, and only then.
. "$(dirname "$0")/lib.sh"

# A compiler that counts how often it is called.
mkdir bin
cat >bin/counting-cc <<'SH'
#!/bin/sh
echo called >>"$CALLS"
exec cc "$@"
SH
chmod +x bin/counting-cc
CALLS=$work/calls
CC=$work/bin/counting-cc
export CALLS CC
calls() {
    n=$(cat "$CALLS" 2>/dev/null | wc -l)
    [ "$n" -eq "$1" ] || fail "the compiler was called $n times, not $1: $2"
}

mkdir 'with space'
file='with space/it'"'"'s a $model.c'
write_model "$file"
sed -i 's|#include <varve/varve.h>|&\n#include "own.h"|; s|VV_INTS(4, 8, 16)|VV_INTS(UNITS)|' "$file"
echo '#define UNITS 4, 8, 16' >'with space/own.h'
sleep 0.02

run varve summary "$file"
exits 0; err_empty; out_has "{4, 8, 16}"
calls 1 "first time"
run varve summary "$file"
exits 0
calls 1 "nothing has changed"
(cd 'with space' && run varve summary 'it'"'"'s a $model.c' && exits 0) || exit 1
calls 1 "the same file by another path"

echo '#define UNITS 4, 8, 32' >'with space/own.h'
sleep 0.02
run varve summary "$file"
exits 0; out_has "{4, 8, 32}"
calls 2 "an included file has changed"
touch -d '1 hour ago' 'with space/own.h'
run varve summary "$file"
calls 3 "an included file has another, older time"
[ "$(ls "$XDG_CACHE_HOME"/varve/hypermodels/*.so | wc -l)" -eq 1 ] || fail "older objects are kept"

CC="$CC -DNOTHING"
run varve summary "$file"
exits 0
calls 4 "another way to compile"

# A ready shared object is taken as it is.
cp "$(ls -t "$XDG_CACHE_HOME"/varve/hypermodels/*.so | head -n 1)" ready.so
run varve summary ready.so
exits 0; out_has "ready: "
calls 4 "a shared object"
echo garbage >broken.so
run varve summary broken.so
exits 2; out_empty; err_has "broken.so: does not load"

# Without a cache that can be written to it works all the same, and leaves nothing behind.
mkdir tmp
XDG_CACHE_HOME=/dev/null/no HOME=/dev/null/no TMPDIR=$work/tmp run varve summary "$file"
exits 0
calls 5 "no cache"
[ -z "$(ls -A tmp)" ] || fail "left behind in TMPDIR: $(ls -A tmp)"
echo '#error no' >no.c
XDG_CACHE_HOME=/dev/null/no HOME=/dev/null/no TMPDIR=$work/tmp run varve summary no.c
exits 2
[ -z "$(ls -A tmp)" ] || fail "left behind in TMPDIR: $(ls -A tmp)"

CC=no-such-compiler run varve summary no.c
exits 1; err_has "cannot run the compiler no-such-compiler"

# Warnings are shown, and are no failure.
write_model warned.c
echo 'static int unused;' >>warned.c
run varve summary warned.c
exits 0; err_has "unused"
