#!/bin/sh
# postgresql.sh - a throw-away PostgreSQL cluster for tests, on a Unix socket in a folder of its own.
#
#     postgresql.sh start [scram]   makes and starts one, prints its folder; it ends, and is removed, as soon as standard
#                                   input ends: when the test does, however it ends. scram: user postgres needs the password
#                                   "s3cr3t-w0rd".
#     postgresql.sh ctl FOLDER ...  pg_ctl: "restart -m immediate", "stop -m fast", "start"
#
# URL: postgresql://postgres@/postgres?host=FOLDER
# Exit status 77: there is no PostgreSQL to be started here (1 where CI or VARVE_REQUIRE_ALL is set). PostgreSQL does not run
# as root: then it runs as the user postgres.
# A shell test: . tests/postgresql.sh; postgresql_begin || exit; then $PGURL.
unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGSERVICE PGOPTIONS

postgresql_absent() {
    echo "postgresql.sh: no PostgreSQL can be started here: $*" >&2
    [ -z "${CI:-}${VARVE_REQUIRE_ALL:-}" ] || exit 1
    exit 77
}

postgresql_find() {
    for pg_ctl in /usr/lib/postgresql/*/bin/pg_ctl /usr/local/pgsql/bin/pg_ctl "$(command -v pg_ctl)"; do
        [ -x "$pg_ctl" ] && bin=${pg_ctl%/*}
    done
    [ -n "${bin:-}" ] || postgresql_absent 'no pg_ctl (Debian: apt-get install postgresql)'
}

as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# The server must not hold open what tells that the test has ended.
postgresql_ctl() {
    folder=$1
    shift
    as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 -s "$@" </dev/null >/dev/null 2>"$folder/said" 9>&-
}

postgresql_start() {
    postgresql_find
    self=$(realpath "$0")
    folder=$(mktemp -d /tmp/varve-pg-XXXXXX) # sockets need short names
    cd "$folder" || exit 1
    auth=trust
    echo s3cr3t-w0rd >"$folder/password"
    [ "${1:-}" != scram ] || auth=scram-sha-256
    [ "$(id -u)" -ne 0 ] || chown -R postgres "$folder" || postgresql_absent 'no user postgres'
    # When our input ends, all of it does, even if whoever began it was killed. (What runs in the background has lost it.)
    exec 8<&0
    setsid sh "$self" keep "$folder" <&8 >/dev/null 2>&1 &
    exec 8<&-
    if ! as_postgres "$bin/initdb" -D "$folder/data" -U postgres -A "$auth" --pwfile="$folder/password" -N -E UTF8 \
        --locale=C </dev/null >"$folder/initdb" 2>&1; then
        postgresql_absent "$(tail -n 1 "$folder/initdb")"
    fi
    cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 150
CONF
    postgresql_ctl "$folder" start || postgresql_absent "$(tail -n 1 "$folder/log")"
    echo "$folder"
}

postgresql_keep() {
    cat >/dev/null
    cd / || exit 1
    postgresql_find
    if [ -e "$1/data/postmaster.pid" ]; then postgresql_ctl "$1" stop -m immediate; fi
    rm -rf "$1"
}

# For shell tests; needs $work, a folder of the test's own.
postgresql_begin() {
    mkfifo "$work/alive"
    exec 9<>"$work/alive"
    PGFOLDER=$(sh "$VARVE_SOURCE/tests/postgresql.sh" start "$@" <"$work/alive" 9>&-) || exit $?
    PGURL="postgresql://postgres@/postgres?host=$PGFOLDER"
    export PGURL PGFOLDER
}

case ${0##*/}:${1:-} in
postgresql.sh:start)
    shift
    postgresql_start "$@"
    ;;
postgresql.sh:keep) postgresql_keep "$2" ;;
postgresql.sh:ctl)
    postgresql_find
    shift
    postgresql_ctl "$@"
    ;;
esac
