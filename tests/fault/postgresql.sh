# postgresql.sh - the driver (fault.c), over a PostgreSQL of its own.  sh postgresql.sh FAULT ARGUMENTS...
work=$(mktemp -d "${TMPDIR:-/tmp}/varve-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
VARVE_SOURCE=$(realpath "$(dirname "$0")/../..")
. "$VARVE_SOURCE/tests/postgresql.sh"
postgresql_begin
"$@" --postgresql "$PGURL"
