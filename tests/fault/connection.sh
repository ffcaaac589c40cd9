# connection.sh - the database goes away in mid-search: restarted as in a crash, its connections ended, away for a while, the
# network cut. The search goes on by itself, and comes to what it would have come to.
#
# In a network namespace of its own, whose only interface can be taken down. Where there is none to be had (it takes root),
# that is said, and the test is not passed.
. "$(dirname "$0")/../cli/lib.sh"
absent() {
    echo "connection.sh: $*" >&2
    [ -z "${CI:-}${VARVE_REQUIRE_ALL:-}" ] || exit 1
    exit 77
}
if [ -z "${VARVE_TEST_NAMESPACE:-}" ]; then
    command -v ip >/dev/null || absent "no ip (Debian: apt-get install iproute2)"
    unshare -n true 2>/dev/null || absent "no network namespace can be made here"
    VARVE_TEST_NAMESPACE=1
    export VARVE_TEST_NAMESPACE
    exec unshare -n sh "$0"
fi
ip link set lo up || absent "the loopback interface of a network namespace cannot be brought up"
. "$VARVE_SOURCE/tests/postgresql.sh"
postgresql_begin
control() { sh "$VARVE_SOURCE/tests/postgresql.sh" ctl "$PGFOLDER" "$@" || fail "pg_ctl $*: $(cat "$PGFOLDER/said")"; }
ask() { psql -qAt -c "$1" "$PGURL" || fail "psql: $1"; }
printf "listen_addresses = '127.0.0.1'\nport = 54321\n" >>"$PGFOLDER/data/postgresql.conf"
control restart -m fast
PGURL="$PGURL&port=54321"
TCP=postgresql://postgres@127.0.0.1:54321/postgres

write_model model.c
write_table table.csv
search() { varve search model.c --data "$TABLE" --tuner random --epochs 10 --json "$@"; }
search --project whole >/dev/null || fail "the undisturbed search"
trials_of whole >expected
[ "$(wc -l <expected)" -eq 4 ] || fail "the undisturbed search has other than 4 trials"

# Drawn from a fixed seed: so long after each other.
moments() { awk -v seed="$1" 'BEGIN { srand(seed); for (i = 0; i < 3; i++) printf "%.2f ", 0.1 + 0.8 * rand() }'; }

SLOW=1
export SLOW
disturb() { # NAME SEED COMMAND...: a search, and what is done to it at three moments
    name=$1 seed=$2
    shift 2
    "$VARVE" search model.c --data "$TABLE" --tuner random --epochs 10 --workers 2 --storage "$TCP" --study "$name" --json >events 2>err &
    child=$!
    for _ in $(seq 300); do grep -q '"event": "epoch"' events && break; sleep 0.05; done
    for moment in $(moments "$seed"); do
        sleep "$moment"
        "$@"
    done
    kill -0 $child 2>/dev/null || fail "$name: the search ended before it was disturbed: $(cat err)"
    wait $child
    code=$? command="a search, and $name"
    cp events out
    exits 0; out_json '.[-1].event == "search_end" and .[-1].reason == "max_trials"'
    trials_of "$PGURL#$name" >got
    cmp -s expected got || fail "$name: not the undisturbed search: $(diff expected got | head -n 4)"
}

cut() {
    ip link set lo down
    sleep 1.5
    ip link set lo up
}
cut_and_restart() { # the connection that is found again is nobody's
    ip link set lo down
    control restart -m immediate
    sleep 0.5
    ip link set lo up
}
away() {
    control stop -m fast
    sleep 1
    control start
}
disturb restarted 1 control restart -m immediate
disturb ended 2 ask "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
disturb away 3 away
disturb cut 4 cut
disturb lost 5 cut_and_restart
