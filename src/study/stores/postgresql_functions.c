/* postgresql_functions.c - what writes to studies in PostgreSQL, as functions inside of it: one round trip for each
 * call.
 *
 * Invariants:
 *   - Every writing call of a worker has a number and goes through the gate, which locks the worker's row, and ends
 *     with its answer there. A call that is made again, because its answer was lost with the connection, waits for its
 *     predecessor, finds the answer and does nothing; one that arrives late, after its successor, does nothing either.
 *   - A trial is changed only where `worker` is the caller and it is RUNNING; else the answer is TAKEN. What was said
 *     before by a call with another number is recognised by what it left, and changes nothing. Calls of a batch have
 *     the number 0 and pass: a batch is not made again, and only its last call, the mark, has a number.
 *   - Ids are given under a lock of the study's row: each once, none left out. No row is written again with every trial
 *     of a batch: PostgreSQL would look through all of its versions each time.
 *   - Locks are taken in the order worker, hyperparameters, study, trial.
 * Answers: an id or 0; -7 NOT_FOUND, -16 TAKEN, -2 BAD_ARG (vv_status); -100 nothing to claim, -102 the same, and the
 * worker is idle since now, -101 gone.
 */
#include "study/stores/postgresql.h"

#define FUNCTION(name, arguments, declarations, body)                                                                  \
    "CREATE FUNCTION varve." name "(s integer, w text, r bigint" arguments ") RETURNS integer LANGUAGE plpgsql AS "    \
    "$$ DECLARE past integer; " declarations " BEGIN"                                                                  \
    "  past := varve.gate(s, w, r); IF past IS NOT NULL THEN RETURN past; END IF; " body " END $$"
#define MINE        " WHERE study = s AND id = t AND worker = w AND status = 'RUNNING'"
#define ELSE_REFUSE " IF NOT FOUND THEN RETURN varve.refuse(s, w, t); END IF; "
/* Nothing changed: was the same said before? `who`: whose trial it would have to be. */
#define UNLESS(who, said)                                                                                              \
    " IF NOT FOUND THEN PERFORM FROM varve.trials WHERE study = s AND id = t AND " said ";"                            \
    "  IF FOUND THEN RETURN varve.done(s, w, r, t); END IF; RETURN varve.refuse(s, " who ", t); END IF; "
#define ENDED                                                                                                          \
    "status = st AND (sc IS NULL OR scores = sc) AND reason IS NOT DISTINCT FROM why AND (worker = w OR st = "         \
    "'PRUNED')"
#define WOKEN "status = 'WAITING' AND epochs > 0 AND goal = up_to"
#define RETRIED                                                                                                        \
    "status = 'WAITING' AND worker = w"                                                                                \
    " AND attempt_reasons[array_upper(attempt_reasons, 1)] IS NOT DISTINCT FROM why"
#define BUSY " UPDATE varve.workers SET idle = false WHERE study = s AND name = w AND idle; "
#define DONE " RETURN varve.done(s, w, r, t); "

const char *const vvi_pg_functions[] = {
    "CREATE FUNCTION varve.gate(s integer, w text, r bigint) RETURNS integer LANGUAGE plpgsql AS $$"
    " DECLARE past varve.workers; BEGIN"
    "  IF r = 0 THEN RETURN NULL; END IF;"
    "  SELECT * INTO past FROM varve.workers WHERE study = s AND name = w FOR NO KEY UPDATE;"
    "  IF NOT FOUND THEN RETURN -101; END IF;"
    "  IF past.request >= r THEN RETURN past.answer; END IF;"
    "  RETURN NULL; END $$",

    "CREATE FUNCTION varve.done(s integer, w text, r bigint, a integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN"
    "  IF r = 0 THEN RETURN a; END IF;"
    "  UPDATE varve.workers SET request = r, answer = a, beat = clock_timestamp() WHERE study = s AND name = w;"
    "  RETURN a; END $$",

    /* A trial that is the caller's, and is refused all the same, was asked for something else that it lacks. */
    "CREATE FUNCTION varve.refuse(s integer, w text, t integer) RETURNS integer LANGUAGE plpgsql AS $$"
    " DECLARE mine boolean; BEGIN"
    "  SELECT status = 'RUNNING' AND worker IS NOT DISTINCT FROM w INTO mine"
    "    FROM varve.trials WHERE study = s AND id = t;"
    "  RETURN CASE WHEN NOT FOUND THEN -7 WHEN mine THEN -2 ELSE -16 END; END $$",

    /* ---- workers ---- */

    /* A worker comes, or comes back: the number of its last call; or the name and version of a live worker that is of
     * another version. */
    "CREATE FUNCTION varve.worker_enter(s integer, w text, h text, p integer, v text, l double precision,"
    "  OUT request bigint, OUT other text, OUT other_version text) LANGUAGE plpgsql AS $$"
    " DECLARE moment timestamptz; BEGIN"
    "  PERFORM FROM varve.studies WHERE id = s FOR NO KEY UPDATE;"
    "  IF NOT FOUND THEN RETURN; END IF;"
    "  moment := clock_timestamp();"
    "  SELECT name, version INTO other, other_version FROM varve.workers"
    "    WHERE study = s AND version <> v AND beat + lease * interval '1 second' > moment LIMIT 1;"
    "  IF FOUND THEN RETURN; END IF;"
    "  DELETE FROM varve.workers WHERE study = s AND lease = 0 AND beat < moment - interval '30 days';"
    "  INSERT INTO varve.workers AS x (study, name, host, pid, version, began, beat, lease)"
    "    VALUES (s, w, h, p, v, moment, moment, l)"
    "    ON CONFLICT (study, name) DO UPDATE SET beat = moment, lease = l RETURNING x.request INTO request; END $$",

    "CREATE FUNCTION varve.worker_leave(s integer, w text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN"
    "  DELETE FROM varve.workers WHERE study = s AND name = w AND slots IS NULL;"
    "  UPDATE varve.workers SET lease = 0, beat = clock_timestamp() WHERE study = s AND name = w;"
    "  UPDATE varve.trials SET status = 'INTERRUPTED', reason = 'its worker ended', lease = NULL"
    "    WHERE study = s AND lease IS NOT NULL AND worker = w;"
    "  RETURN 0; END $$",

    /* Which of its trials are the worker's still. A heartbeat that a crash of the server takes back does no harm: it is
     * not waited for until it is on the disk. */
    "CREATE FUNCTION varve.beat(s integer, w text, n integer, l double precision, ids integer[]) RETURNS integer[]"
    " LANGUAGE plpgsql AS $$ DECLARE kept integer[]; moment timestamptz; BEGIN"
    "  PERFORM set_config('synchronous_commit', 'off', true);"
    "  UPDATE varve.workers SET beat = clock_timestamp(), lease = l, slots = n WHERE study = s AND name = w;"
    "  moment := clock_timestamp() + l * interval '1 second';"
    "  WITH mine AS (UPDATE varve.trials SET lease = moment WHERE study = s AND id = ANY (ids) AND worker = w"
    "    AND status = 'RUNNING' RETURNING id) SELECT array_agg(id) INTO kept FROM mine;"
    "  RETURN kept; END $$",

    /* The name of another live worker; NULL: there is none, and the study is gone. */
    "CREATE FUNCTION varve.study_remove(what text, w text) RETURNS text LANGUAGE plpgsql AS $$"
    " DECLARE s integer; live text; BEGIN"
    "  SELECT id INTO s FROM varve.studies WHERE name = what FOR UPDATE;"
    "  IF NOT FOUND THEN RETURN NULL; END IF;"
    "  SELECT name INTO live FROM varve.workers"
    "    WHERE study = s AND name <> w AND beat + lease * interval '1 second' > clock_timestamp() LIMIT 1;"
    "  IF FOUND THEN RETURN live; END IF;"
    "  DELETE FROM varve.workers WHERE study = s;"
    "  DELETE FROM varve.facts WHERE study = s;"
    "  DELETE FROM varve.files WHERE study = s;"
    "  DELETE FROM varve.epochs WHERE study = s;"
    "  DELETE FROM varve.builds WHERE study = s;"
    "  DELETE FROM varve.refusals WHERE study = s;"
    "  DELETE FROM varve.trials WHERE study = s;"
    "  DELETE FROM varve.hyperparameters WHERE study = s;"
    "  DELETE FROM varve.studies WHERE id = s;"
    "  RETURN NULL; END $$",

    FUNCTION("mark", "", "t integer := 0;", DONE), /* the end of a batch */

    /* ---- a trial's life ---- */

    "CREATE FUNCTION varve.digest(name text, domain text) RETURNS bytea LANGUAGE sql STABLE AS $$"
    " SELECT sha256(convert_to(name || chr(10) || domain, 'UTF8')) $$",

    /* How: 0 RUNNING, 1 WAITING, 2 by hand. */
    FUNCTION(
        "trial_begin",
        ", l double precision, how integer, goal integer, expected integer, names text[], domains text[],"
        " vals text[], model text, reasons text[], examples text[], counts bigint[]",
        "t integer;",
        "INSERT INTO varve.hyperparameters (study, digest, name, domain)"
        "  SELECT DISTINCT s, varve.digest(n, d), n, d FROM unnest(names, domains) AS u (n, d)"
        "  WHERE NOT EXISTS (SELECT FROM varve.hyperparameters h WHERE h.study = s AND h.digest = varve.digest(n, d))"
        "  ORDER BY 2 ON CONFLICT DO NOTHING;"
        " PERFORM FROM varve.studies WHERE id = s FOR NO KEY UPDATE; IF NOT FOUND THEN RETURN -101; END IF;"
        " SELECT id + 1 INTO t FROM varve.trials WHERE study = s ORDER BY id DESC LIMIT 1; t := coalesce(t, 0);"
        " IF t <> expected THEN RETURN -16; END IF;"
        " INSERT INTO varve.trials (study, id, status, worker, lease, goal, began) VALUES (s, t,"
        "  CASE how WHEN 1 THEN 'WAITING' ELSE 'RUNNING' END, CASE how WHEN 0 THEN w END,"
        "  CASE how WHEN 0 THEN clock_timestamp() + l * interval '1 second' END, goal,"
        "  CASE WHEN how <> 1 THEN clock_timestamp() END);"
        " INSERT INTO varve.builds VALUES (s, t, array(SELECT h.id FROM unnest(names, domains) WITH ORDINALITY"
        "  AS u (n, d, i) JOIN varve.hyperparameters h ON h.study = s AND h.digest = varve.digest(n, d) ORDER BY i),"
        "  vals, model);"
        " INSERT INTO varve.refusals AS x SELECT s, a, b, c FROM unnest(reasons, examples, counts) AS u (a, b, c)"
        "  ON CONFLICT (study, reason) DO UPDATE SET n = x.n + excluded.n;"
        " IF how = 0 THEN" BUSY " END IF;" DONE),

    /* The lowest id of two kinds, each found in an index of just that kind. */
    FUNCTION("trial_claim", ", l double precision", "t integer; late integer; moment timestamptz := clock_timestamp();",
             "SELECT id INTO late FROM varve.trials WHERE study = s AND lease < moment"
             "  AND worker <> w ORDER BY id + 0 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;"
             " SELECT id INTO t FROM varve.trials WHERE study = s AND status IN ('WAITING', 'INTERRUPTED')"
             "  ORDER BY id + 0 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;"
             " IF late < t OR t IS NULL THEN t := late; END IF;"
             " IF t IS NULL THEN UPDATE varve.workers SET idle = true WHERE study = s AND name = w AND NOT idle;"
             "  RETURN CASE WHEN FOUND THEN -102 ELSE -100 END; END IF;"
             " UPDATE varve.trials SET status = 'RUNNING', worker = w, reason = NULL,"
             "  began = coalesce(began, moment), lease = clock_timestamp() + l * interval '1 second' WHERE study = s "
             "AND id = t;" BUSY DONE),

    FUNCTION("trial_take_in_hand", ", l double precision, t integer", "",
             "UPDATE varve.trials SET worker = w, lease = clock_timestamp() + l * interval '1 second'"
             "  WHERE study = s AND id = t AND status = 'RUNNING' AND (lease IS NULL OR worker = w);" ELSE_REFUSE DONE),

    FUNCTION(
        "trial_put_back", ", t integer", "",
        "UPDATE varve.trials SET worker = NULL, lease = NULL"
        "  WHERE study = s AND id = t AND status = 'RUNNING' AND (worker = w OR worker IS NULL);" ELSE_REFUSE DONE),

    FUNCTION("trial_epoch", ", t integer, x integer, e integer, names text[], vals double precision[]", "",
             "PERFORM FROM varve.trials" MINE " FOR NO KEY UPDATE;" ELSE_REFUSE
             "INSERT INTO varve.epochs VALUES (s, t, x, e, names, vals) ON CONFLICT DO NOTHING;"
             " IF FOUND THEN UPDATE varve.trials SET epochs = greatest(epochs, e + 1), epochs_total = epochs_total + 1"
             "  WHERE study = s AND id = t; END IF;" DONE),

    FUNCTION("trial_execution", ", t integer, x integer, e integer, score double precision, seconds_ double precision",
             "",
             "PERFORM FROM varve.trials" MINE " FOR NO KEY UPDATE;" ELSE_REFUSE
             "UPDATE varve.trials SET best_epochs[x + 1] = e, execution_scores[x + 1] = score,"
             "  execution_seconds[x + 1] = seconds_ WHERE study = s AND id = t AND best_epochs[x + 1] IS NULL;" DONE),

    /* A PAUSED trial can only be PRUNED, by anybody, and keeps what it has. */
    FUNCTION("trial_end",
             ", t integer, st text, sc double precision[], v double precision, why text, sec double precision", "",
             "UPDATE varve.trials SET status = st, scores = coalesce(sc, scores), violation = coalesce(v, violation),"
             "  reason = why, seconds = seconds + sec, lease = NULL,"
             "  ended = CASE WHEN st IN ('COMPLETED', 'FAILED', 'PRUNED') THEN clock_timestamp() END"
             "  WHERE study = s AND id = t AND (worker = w AND status = 'RUNNING' AND (epochs > 0 OR st <> 'PAUSED')"
             "    OR status = 'PAUSED' AND st = 'PRUNED');" UNLESS("w", ENDED) DONE),

    FUNCTION("trial_wake", ", t integer, up_to integer", "",
             "UPDATE varve.trials SET status = 'WAITING', goal = up_to, scores = NULL, violation = NULL, reason = NULL,"
             "  best_epochs = NULL, execution_scores = NULL, execution_seconds = NULL"
             "  WHERE study = s AND id = t AND status = 'PAUSED';" UNLESS("''", WOKEN) DONE),

    FUNCTION("trial_retry", ", t integer, why text, sec double precision", "",
             "UPDATE varve.trials SET status = 'WAITING', lease = NULL, seconds = seconds + sec, epochs = 0,"
             "  epochs_total = 0, best_epochs = NULL, execution_scores = NULL, execution_seconds = NULL,"
             "  attempt_reasons = array_append(attempt_reasons, why),"
             "  attempt_seconds = array_append(attempt_seconds, sec)" MINE
             ";" UNLESS("w", RETRIED) "DELETE FROM varve.epochs WHERE study = s AND trial = t;"
                                      " DELETE FROM varve.files WHERE study = s AND trial = t;" DONE),
    NULL,
};
