# install.sh - what is installed works from where it is: the command, the libraries, their pkg-config file.
. "$(dirname "$0")/lib.sh"

run cmake --install "$VARVE_BUILD" --prefix "$work/prefix"
exits 0
prefix=$work/prefix
for file in bin/varve include/varve/varve.h share/man/man1/varve.1 share/man/man1/varve-search.1 share/bash-completion/completions/varve \
    share/doc/varve/reference/index.html; do
    [ -f "$prefix/$file" ] || fail "$file is not installed"
done
library=$(dirname "$(find "$prefix" -name libvarve.a)")

# The shared library has the public names and no others.
nm -D --defined-only "$library/libvarve.so" | awk '{ print $3 }' >names
grep -q '^vv_search_with$' names || fail "libvarve.so lacks vv_search_with"
if grep -v '^vv_' names; then fail "libvarve.so exports names that are not public"; fi

# The installed command compiles hypermodels with the installed headers.
run "$prefix/bin/varve" summary "$VARVE_SOURCE/examples/dense_dropout.c"
exits 0; err_empty
grep -q "$prefix/include/varve/varve.h" "$XDG_CACHE_HOME"/varve/hypermodels/*.d || fail "not the installed headers"

# A program of one's own; with a sanitizer the library needs its runtime, which a plain program lacks.
[ -z "$VARVE_SANITIZE" ] || exit 0

PKG_CONFIG_PATH=$library/pkgconfig
export PKG_CONFIG_PATH
write_model model.c
cat >own.c <<'C'
#include <stdio.h>
#include <varve/varve.h>
extern const vv_hypermodel varve_hypermodel;
int main(void)
{
    vv_model *model = NULL;
    if (vv_hypermodel_build(&varve_hypermodel, NULL, NULL, &model, NULL) != VV_OK) return 1;
    vv_status status = vv_model_summary(model, stdout);
    vv_model_free(model);
    return status != VV_OK;
}
C
run cc model.c own.c -o shared $(pkg-config --cflags --libs varve)
exits 0
LD_LIBRARY_PATH=$library run ./shared
exits 0; out_has "Total params"
run cc model.c own.c -o static -I"$prefix/include" "$library/libvarve.a" $(pkg-config --static --libs jansson sqlite3 libpq yaml-0.1 zlib libcurl gmp lapacke lapack blas nlopt | tr ' ' '\n' | grep -E '^-L|^-l(jansson|sqlite3|pq|yaml|z|curl|gmp|lapacke|lapack|blas|nlopt)$') -pthread -lm
exits 0
run ./static
exits 0; out_has "Total params"
