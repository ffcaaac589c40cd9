# headers.sh - every public header stands alone, without a warning, as C11 and, where there is a C++ compiler, as C++17.
. "$(dirname "$0")/lib.sh"

for header in "$VARVE_SOURCE"/include/varve/*.h; do
    echo "#include <varve/$(basename "$header")>" >unit.c
    run ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror -fsyntax-only \
        -I"$VARVE_SOURCE/include" unit.c
    exits 0; err_empty
    command -v c++ >/dev/null || continue
    run c++ -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -isystem "$VARVE_SOURCE/include" unit.c
    exits 0; err_empty
done
command -v c++ >/dev/null || echo "skipped as C++: there is no c++ here"
