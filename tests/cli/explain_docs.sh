# explain_docs.sh - what docs/explain.md and the README show is what the command prints. Each block that begins with
# "$ COMMAND" is run; a line "..." in it stands for any number of lines. Blocks of C that begin with their name in a
# comment are files of the examples.
. "$(dirname "$0")/lib.sh"
mkdir bin build
ln -s "$VARVE" bin/varve
ln -s "$VARVE" build/varve
ln -s "$VARVE_SOURCE/examples" examples
PATH=$work/bin:$PATH

# Writes block-N.command, block-N.expected, and the files.
split_page() {
    awk -v prefix="$2" '
        /^```/ { if (inside) inside = 0; else { inside = 1; first = 1; file = "" }; next }
        !inside { next }
        first && /^\$ / { n++; command = prefix n ".command"; print substr($0, 3) >command; file = prefix n ".expected"
                          printf "" >file; first = 0; next }
        first && /^\/\* [a-z_]*\.c - / { file = $2 }
        { first = 0; if (file != "") print >file }' "$1"
}

# Is the output what the block shows?
matches() {
    awk 'NR == FNR { shown[++n] = $0; next }
         { lines[++m] = $0 }
         END {
             at = 1; any = 0
             for (i = 1; i <= n; i++) {
                 if (shown[i] == "...") { any = 1; continue }
                 while (any && at <= m && lines[at] != shown[i]) at++
                 if (lines[at] != shown[i]) { print "line " i " of the page: " shown[i]; print "the output has: " lines[at]; exit 1 }
                 at++; any = 0
             }
             if (!any && at <= m) { print "the output goes on: " lines[at]; exit 1 }
         }' "$1" "$2"
}

check_page() { # PAGE PREFIX HOW-MANY-AT-LEAST
    count=0
    split_page "$VARVE_SOURCE/$1" "$2"
    for command_file in "$2"*.command; do
        [ -e "$command_file" ] || continue
        run sh -c "$(cat "$command_file")"
        matches "${command_file%.command}.expected" out >why || fail "$1: $(cat why)"
        count=$((count + 1))
    done
    [ "$count" -ge "$3" ] || fail "$1 has $count commands, not $3"
}

check_page docs/explain.md page- 10
check_page README.md readme- 1

# Each piece of notation that explain.h has is taught, too.
for piece in 'floor(n/2)' 'ceil(n/2)' 'min(n, 3)' 'max(n - 3, 0)' 'sum(' '[n = 3]' '[kind = "deep"]' ' is active]'; do
    grep -qF -- "$piece" "$VARVE_SOURCE/docs/explain.md" || fail "docs/explain.md does not teach $piece"
done
