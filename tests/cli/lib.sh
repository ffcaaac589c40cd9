# lib.sh - what the command's tests share. A test is a shell script that begins with
#
#     . "$(dirname "$0")/lib.sh"
#
# It runs in an empty folder with a cache of its own; `run` runs a command, and what follows says what was expected of
# it. The first thing that is not so ends the test and is shown with the command's output.
# From the environment: VARVE, the command; VARVE_SOURCE and VARVE_BUILD, the trees; SCREEN_OF, see screen_of.c.
set -u
LC_ALL=C.UTF-8
export LC_ALL
unset CC NO_COLOR VARVE_DATA

work=$(mktemp -d "${TMPDIR:-/tmp}/varve-test-XXXXXX")
searchers=
trap 'kill -KILL $searchers 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
varve() { "$VARVE" "$@"; }

fail() {
    echo "FAILED: $*"
    echo "--- command: $command (exit status $code)"
    echo "--- standard output"; head -c 4000 out
    echo "--- standard error"; head -c 4000 err
    exit 1
}

run() {
    command="$*"
    "$@" >out 2>err
    code=$?
}

exits() { [ "$code" -eq "$1" ] || fail "exits with $code, not $1"; }
out_has() { grep -qF -- "$1" out || fail "standard output lacks: $1"; }
out_lacks() { if grep -qF -- "$1" out; then fail "standard output has: $1"; fi; }
err_has() { grep -qF -- "$1" err || fail "standard error lacks: $1"; }
out_empty() { [ ! -s out ] || fail "standard output is not empty"; }
err_empty() { [ ! -s err ] || fail "standard error is not empty"; }
one_line_err() { [ "$(wc -l <err)" -eq 1 ] || fail "standard error is not one line"; }
# Holds for every JSON document on standard output?
out_json() { jq -e -s "$1" out >/dev/null 2>&1 || fail "JSON on standard output: not so: $1"; }
# What all trials of a project came to: no times, and not who ran them.
trials_of() {
    varve results "$1" --top 1000 --json |
        jq -S -c '.trials | sort_by(.trial)[] | {trial, status, reason, scores, violation, epochs, hyperparameters, executions}'
}
# Columns, not bytes.
within_columns() { [ "$(wc -L <"$2")" -le "$1" ] || fail "$2: a line is longer than $1 columns"; }
within_80_columns() { within_columns 80 "$1"; }
within_100_columns() { within_columns 100 "$1"; }

# A hypermodel with the body of its build function on standard input; $2: what VV_HYPERMODEL is given besides.
write_build() {
    {
        printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <varve/varve.h>\n'
        printf 'static vv_model *build(vv_hp *hp, void *user)\n{\n    (void)hp, (void)user;\n'
        cat
        printf '}\nVV_HYPERMODEL(.build = build%s);\n' "${2:-}"
    } >"$1"
}

# The hypermodel of most tests: one or two dense layers over 4 columns; SLOW makes each epoch take a moment, or as
# many seconds as NAP says.
write_model() {
    cat >"$1" <<'C'
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <unistd.h>
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int layers = vv_int(hp, "layers", .min = 1, .max = 2);
    for (int i = 0; i < layers; i++) {
        const int units = vv_choice_int(hp, vv_name(hp, "units_%d", i), VV_INTS(4, 8, 16));
        vv_add(m, vv_dense(units, .activation = VV_TANH));
    }
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE, .metrics = VV_METRICS(VV_METRIC_MAE));
    return m;
}

static vv_status nap(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict, vv_error *error)
{
    (void)self, (void)state, (void)epoch, (void)verdict, (void)error;
    const char *seconds = getenv("NAP");
    if (getenv("SLOW") != NULL) usleep(seconds == NULL ? 200000 : (unsigned)(1e6 * atof(seconds)));
    return VV_OK;
}

static vv_status fit(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_callback list[8] = { { .name = "nap", .epoch_end = nap } };
    vv_fit_args mine = *args;
    for (size_t i = 0; i < args->callbacks.n; i++) list[i + 1] = args->callbacks.list[i];
    mine.callbacks = (vv_callbacks){ list, args->callbacks.n + 1 };
    return vv_fit_with(model, &mine);
}

VV_HYPERMODEL(.build = build, .fit = fit, .objective = "val_loss", .max_trials = 4, .executions_per_trial = 2, .epochs = 3);
C
}

# A hypermodel whose trials stand still after so many epochs ($HELD_AT, or 1) as long as there is a file "hold".
write_held_model() {
    write_model "$1.free"
    sed 's/if (getenv("SLOW") != NULL) usleep(.*);$/const char *at = getenv("HELD_AT"); while (epoch->epoch >= (at == NULL ? 1 : atoi(at)) \&\& access("hold", F_OK) == 0) usleep(20000);/' \
        "$1.free" >"$1"
    grep -q HELD_AT "$1" || fail "the model cannot be held"
    rm "$1.free"
}

# Begins $SEARCH, which begins with "$VARVE", in the background; $1: where what it says goes, the rest: its options. `ends`
# waits for it; one that does not end is killed with the test.
begin() {
    log=$1
    shift
    $SEARCH --json "$@" >"$log" 2>"$log.err" &
    searcher=$!
    searchers="$searchers $searcher"
}
ends() {
    command="the search that says $1"
    wait "$searcher"
    code=$?
    cp "$1" out
    cp "$1.err" err
    exits 0
}

# Until what status says of $1 is so.
until_so() {
    command="varve status $1, until $2"
    for tries in $(seq 900); do
        varve status "$1" --json >out 2>err && jq -e "$2" out >/dev/null 2>&1 && return
        sleep 0.1
    done
    code=-
    fail 'it never was so'
}
held() { until_so "$1" "[.running[] | select(.epochs == ${HELD_AT:-1})] | length == $2"; }

# 60 rows: a, b, c, d and y = a - 2 b + c d.
write_table() {
    awk 'BEGIN {
        print "a,b,c,d,y"
        for (i = 0; i < 60; i++) {
            a = (i * 7 % 13) / 13; b = (i * 5 % 11) / 11; c = (i * 3 % 17) / 17; d = (i % 5) / 5
            printf "%.4f,%.4f,%.4f,%.4f,%.4f\n", a, b, c, d, a - 2 * b + c * d
        }
    }' >"$1"
}
TABLE='csv:table.csv?target=y'
command= code=
