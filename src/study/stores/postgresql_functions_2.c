/* postgresql_functions_2.c - what version 2 of the schema adds to its functions: requests, and taking a trial of which the
 * number is known.
 *
 * Invariants:
 *   - Numbers of requests are given under a lock of the study's row: each once, none left out. Whoever posts one has a token,
 *     by which a call that is made again, because its answer was lost, finds what it did.
 *   - Everybody who listens is told of a request, whether idle or not: it is for all of them, and there are few.
 */
#include "study/stores/postgresql.h"

const char *const vvi_pg_request_functions[] = {
    /* Its number; -7: there is no such trial; -101: no such study. */
    "CREATE FUNCTION varve.request_post(s integer, who text, what text, t integer, v text) RETURNS bigint"
    " LANGUAGE plpgsql AS $$ DECLARE r bigint; BEGIN"
    "  PERFORM FROM varve.studies WHERE id = s FOR NO KEY UPDATE;"
    "  IF NOT FOUND THEN RETURN -101; END IF;"
    "  SELECT id INTO r FROM varve.requests WHERE study = s AND token = who;"
    "  IF FOUND THEN RETURN r; END IF;"
    "  IF t IS NOT NULL THEN PERFORM FROM varve.trials WHERE study = s AND id = t;"
    "   IF NOT FOUND THEN RETURN -7; END IF; END IF;"
    "  SELECT coalesce(max(id), -1) + 1 INTO r FROM varve.requests WHERE study = s;"
    "  INSERT INTO varve.requests (study, id, token, kind, trial, vals, made)"
    "    VALUES (s, r, who, what, t, v, clock_timestamp());"
    "  PERFORM pg_notify('varve_' || s, 'request');"
    "  RETURN r; END $$",

    "CREATE FUNCTION varve.trial_take(s integer, w text, r bigint, l double precision, t integer) RETURNS integer"
    " LANGUAGE plpgsql AS $$ DECLARE past integer; BEGIN"
    "  past := varve.gate(s, w, r); IF past IS NOT NULL THEN RETURN past; END IF;"
    "  UPDATE varve.trials SET status = 'RUNNING', worker = w, reason = NULL,"
    "    began = coalesce(began, clock_timestamp()), lease = clock_timestamp() + l * interval '1 second'"
    "    WHERE study = s AND id = t AND (status IN ('WAITING', 'INTERRUPTED') OR lease < clock_timestamp()"
    "      OR worker = w AND status = 'RUNNING');"
    "  IF NOT FOUND THEN RETURN varve.refuse(s, w, t); END IF;"
    "  RETURN varve.done(s, w, r, t); END $$",

    /* As in version 1, and its requests go, too. */
    "CREATE OR REPLACE FUNCTION varve.study_remove(what text, w text) RETURNS text LANGUAGE plpgsql AS $$"
    " DECLARE s integer; live text; BEGIN"
    "  SELECT id INTO s FROM varve.studies WHERE name = what FOR UPDATE;"
    "  IF NOT FOUND THEN RETURN NULL; END IF;"
    "  SELECT name INTO live FROM varve.workers"
    "    WHERE study = s AND name <> w AND beat + lease * interval '1 second' > clock_timestamp() LIMIT 1;"
    "  IF FOUND THEN RETURN live; END IF;"
    "  DELETE FROM varve.workers WHERE study = s;"
    "  DELETE FROM varve.requests WHERE study = s;"
    "  DELETE FROM varve.facts WHERE study = s;"
    "  DELETE FROM varve.files WHERE study = s;"
    "  DELETE FROM varve.epochs WHERE study = s;"
    "  DELETE FROM varve.builds WHERE study = s;"
    "  DELETE FROM varve.refusals WHERE study = s;"
    "  DELETE FROM varve.trials WHERE study = s;"
    "  DELETE FROM varve.hyperparameters WHERE study = s;"
    "  DELETE FROM varve.studies WHERE id = s;"
    "  RETURN NULL; END $$",
    NULL,
};
