# run.sh - runs one page of the documentation in a folder of its own: what it shows is what happens. PAGE is its path in the
# tree; run_page.py says by which rules, tests/docs/NAME.sh what is to hold besides, when the page has been run.
. "$(dirname "$0")/../cli/lib.sh"
page=$VARVE_SOURCE/$1
here=$VARVE_SOURCE/tests/docs
name=$(basename "$1" .md)
mkdir bin build page state
ln -s "$VARVE_SOURCE/examples" "$VARVE_SOURCE/docs" "$VARVE_SOURCE/data" page

# The command, as it is called on the pages: in the path, and as what `make` leaves.
cat >bin/varve <<'SH'
#!/bin/sh
command=$1
case $command in
search) shift; exec "$VARVE" search $VARVE_MORE "$@" ;;
*) exec "$VARVE" "$@" ;;
esac
SH
# What `make install` does once all is built.
cat >bin/make <<'SH'
#!/bin/sh
[ "$1" = install ] || { echo "only make install is run" >&2; exit 1; }
exec cmake --install "$VARVE_BUILD" --prefix "${2#PREFIX=}"
SH
chmod +x bin/varve bin/make
mkdir page/build
ln -s "$work/bin/varve" page/build/varve
# A library with sanitizers needs them in its programs, too.
if [ -n "$VARVE_SANITIZE" ]; then
    printf '#!/bin/sh\nexec /usr/bin/cc "$@" -fsanitize=%s\n' "$VARVE_SANITIZE" >bin/cc
    chmod +x bin/cc
fi
HOME=$work/page
PATH=$work/bin:$PATH
export HOME PATH

needs=$(sed -n 's/^<!-- needs: \(.*\) -->$/\1/p' "$page")
case " $needs " in *" postgresql "*)
    . "$VARVE_SOURCE/tests/postgresql.sh"
    postgresql_begin
    DB=$PGURL
    export DB
    ;;
esac
case " $needs " in *" slurm "*)
    . "$VARVE_SOURCE/tests/slurm.sh"
    slurm_begin
    ;;
esac

python3 -B "$here/run_page.py" "$page" "$work/page" "$work/state" || exit 1

[ -e "$here/$name.sh" ] || exit 0
cd page || exit 1
. "$here/$name.sh"
