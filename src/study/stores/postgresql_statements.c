/* postgresql_statements.c - what is said to PostgreSQL. Parameters: vvi_pg_ask; of writing calls, $1 to $3 are the
 * study, the worker and the number of the call (vvi_pg_write). */
#include "study/stores/postgresql.h"

#define TRIALS                                                                                                         \
    "SELECT t.id, t.status, t.scores, t.violation, t.reason, t.seconds, t.epochs, t.epochs_total, t.goal,"             \
    " extract(epoch FROM t.began)::float8, extract(epoch FROM t.ended)::float8, t.worker,"                             \
    " t.status = 'RUNNING' AND coalesce(t.lease < clock_timestamp(), false), t.best_epochs, t.execution_scores,"       \
    " t.execution_seconds, t.attempt_reasons, t.attempt_seconds, b.hyperparameters, b.vals, b.model"                   \
    " FROM varve.trials t JOIN varve.builds b USING (study, id) WHERE t.study = $1 AND "

/* The best of one objective that keep the constraints: by an index. */
#define BEST(direction)                                                                                                \
    "SELECT id, scores[1] FROM varve.trials WHERE study = $1 AND status = 'COMPLETED' AND coalesce(violation, 0) = 0"  \
    " ORDER BY scores[1] " direction ", id LIMIT $2"

/* clang-format off */

/* Trials of one kind that are to go on, but for those by hand, and the epochs that they are yet to have. */
#define OPEN(kind) \
    "SELECT count(*) FILTER (WHERE status <> 'RUNNING' OR lease IS NOT NULL) AS n, coalesce(sum(greatest(0," \
    " (CASE WHEN goal > 0 AND goal < $4 THEN goal ELSE $4 END)::int8 * $5 - epochs_total)), 0) AS epochs" \
    " FROM varve.trials WHERE study = $1 AND " kind

#define LAST_ID "(SELECT id FROM varve.trials WHERE study = $1 ORDER BY id DESC LIMIT 1)"

/* Each kind has an index of its own. Of those that have ended, the last that failed, up to the first that did not. */
#define STANDING \
    "SELECT coalesce(" LAST_ID ", -1) + 1, o.n, p.n, f.n, CASE WHEN $3 THEN o.epochs +" \
    "  (SELECT coalesce(sum(epochs_total), 0) FROM varve.trials WHERE study = $1)::int8 ELSE 0 END" \
    " FROM (SELECT sum(n)::int8 AS n, sum(epochs)::int8 AS epochs FROM (" \
    OPEN("status IN ('WAITING', 'INTERRUPTED')") " UNION ALL " OPEN("lease IS NOT NULL") " UNION ALL " \
    OPEN("status = 'RUNNING' AND lease IS NULL") ") AS kinds) AS o," \
    " (SELECT count(*) AS n FROM varve.trials WHERE study = $1 AND status = 'PAUSED') AS p," \
    " (SELECT count(*) AS n FROM (SELECT bool_and(status = 'FAILED') OVER (ORDER BY id DESC) AS failed FROM" \
    "   (SELECT id, status FROM varve.trials WHERE study = $1" \
    "    AND status NOT IN ('WAITING', 'INTERRUPTED', 'RUNNING')" \
    "    AND NOT (status = 'FAILED' AND coalesce(reason, '') = '" VVI_STOPPED_ON_REQUEST "')" \
    "    ORDER BY id DESC LIMIT $2) AS ended) AS run" \
    "  WHERE failed) AS f"

/* clang-format on */

const vvi_pg_statement vvi_pg_statements[VVI_PG_STATEMENTS] = {
    [VVI_PG_STUDY_FIND] = { "t", "SELECT id FROM varve.studies WHERE name = $1" },
    [VVI_PG_STUDY_ADD] = { "t", "INSERT INTO varve.studies (name) VALUES ($1) ON CONFLICT DO NOTHING" },
    [VVI_PG_STUDY_REMOVE] = { "tt", "SELECT varve.study_remove($1, $2)" },
    [VVI_PG_STUDIES] = { "", "SELECT name FROM varve.studies ORDER BY name COLLATE \"C\"" },
    [VVI_PG_WORKER_ENTER] = { "ittitd", "SELECT * FROM varve.worker_enter($1, $2, $3, $4, $5, $6)" },
    [VVI_PG_WORKER_LEAVE] = { "it", "SELECT varve.worker_leave($1, $2)" },
    [VVI_PG_WORKERS] = { "i", "SELECT name, host, version, pid, slots, extract(epoch FROM began)::float8,"
                              " extract(epoch FROM clock_timestamp() - beat)::float8,"
                              " beat + lease * interval '1 second' > clock_timestamp()"
                              " FROM varve.workers WHERE study = $1 AND slots IS NOT NULL ORDER BY beat DESC, name" },
    [VVI_PG_REQUEST] = { "it", "SELECT request FROM varve.workers WHERE study = $1 AND name = $2" },
    [VVI_PG_MARK] = { "", "SELECT varve.mark($1, $2, $3)" },
    [VVI_PG_BEAT] = { "itidI", "SELECT varve.beat($1, $2, $3, $4, $5)" },
    [VVI_PG_TELL] = { "it",
                      "SELECT pg_notify('varve_' || $1, '') FROM varve.workers WHERE study = $1 AND idle AND name <> $2"
                      " AND beat + lease * interval '1 second' > clock_timestamp() LIMIT 1" },
    [VVI_PG_LOCK_TRY] = { "ii", "SELECT pg_try_advisory_lock($1, $2)" },
    [VVI_PG_UNLOCK] = { "ii", "SELECT pg_advisory_unlock($1, $2)" },
    [VVI_PG_FACT_SET] = { "itt", "INSERT INTO varve.facts VALUES ($1, $2, $3)"
                                 " ON CONFLICT (study, key) DO UPDATE SET text = excluded.text" },
    [VVI_PG_FACT_GET] = { "it", "SELECT text FROM varve.facts WHERE study = $1 AND key = $2" },

    [VVI_PG_BEGIN] = { "diimTTTtTTL",
                       "SELECT varve.trial_begin($1, $2, $3, $4, $5, $6, $7::int, $8, $9, $10, $11, $12, $13, $14)" },
    [VVI_PG_CLAIM] = { "d", "SELECT varve.trial_claim($1, $2, $3, $4)" },
    [VVI_PG_TAKE_IN_HAND] = { "di", "SELECT varve.trial_take_in_hand($1, $2, $3, $4, $5)" },
    [VVI_PG_PUT_BACK] = { "i", "SELECT varve.trial_put_back($1, $2, $3, $4)" },
    [VVI_PG_EPOCH] = { "iiiTD", "SELECT varve.trial_epoch($1, $2, $3, $4, $5, $6, $7, $8)" },
    [VVI_PG_EXECUTION] = { "iiidd", "SELECT varve.trial_execution($1, $2, $3, $4, $5, $6, $7, $8)" },
    [VVI_PG_END] = { "itDmtd", "SELECT varve.trial_end($1, $2, $3, $4, $5, $6, $7, $8, $9)" },
    [VVI_PG_WAKE] = { "ii", "SELECT varve.trial_wake($1, $2, $3, $4, $5)" },
    [VVI_PG_RETRY] = { "itd", "SELECT varve.trial_retry($1, $2, $3, $4, $5, $6)" },
    [VVI_PG_WHOSE] = { "ii", "SELECT status, worker FROM varve.trials WHERE study = $1 AND id = $2" },

    [VVI_PG_TRIALS_COUNT] = { "i", "SELECT coalesce(" LAST_ID ", -1) + 1 FROM varve.studies WHERE id = $1" },
    [VVI_PG_TRIALS_FROM] = { "iii", TRIALS "t.id >= $2 ORDER BY t.id LIMIT $3" },
    [VVI_PG_TRIALS_OF] = { "iI", TRIALS "t.id = ANY ($2) ORDER BY t.id" },
    [VVI_PG_HYPERPARAMETERS] = { "i",
                                 "SELECT id, name, domain FROM varve.hyperparameters WHERE study = $1 ORDER BY id" },
    [VVI_PG_KEYS] = { "ii", "SELECT id, status = 'COMPLETED', violation, scores FROM varve.trials"
                            " WHERE study = $1 AND id >= $2 ORDER BY id LIMIT 20000" },
    [VVI_PG_SMALLEST] = { "ii", BEST("ASC") },
    [VVI_PG_LARGEST] = { "ii", BEST("DESC") },
    [VVI_PG_EPOCHS_OF] = { "iI", "SELECT trial, execution, epoch, metrics, vals FROM varve.epochs"
                                 " WHERE study = $1 AND trial = ANY ($2) ORDER BY trial, execution, epoch" },
    /* The total of all rows rides along on each. */
    [VVI_PG_REFUSALS] = { "ii", "SELECT (sum(n) OVER ())::int8, reason, example, n FROM varve.refusals WHERE study = $1"
                                " ORDER BY n DESC, reason COLLATE \"C\" LIMIT $2" },
    [VVI_PG_STANDING] = { "iifii", STANDING },
    [VVI_PG_COUNTS] = { "i", "SELECT status, count(*), coalesce(sum(epochs_total), 0)::int8,"
                             " extract(epoch FROM min(began))::float8, extract(epoch FROM max(ended))::float8"
                             " FROM varve.trials WHERE study = $1 GROUP BY status" },
    /* What is another after anything has happened to a trial, or a worker has come, gone or fallen silent. */
    [VVI_PG_PULSE] = { "i", "SELECT count(*), coalesce(sum(epochs_total), 0)::int8,"
                            " coalesce(sum(hashtext(status)::int8), 0)::int8, max(extract(epoch FROM ended))::float8,"
                            " (SELECT coalesce(sum(hashtext(name)::int8), 0)::int8 FROM varve.workers WHERE study = $1"
                            " AND slots IS NOT NULL AND beat + lease * interval '1 second' > clock_timestamp())"
                            " FROM varve.trials WHERE study = $1" },
    [VVI_PG_PULSE_OF_REQUESTS] = { "i", "SELECT count(*), count(answer) FROM varve.requests WHERE study = $1" },
    /* By the indexes of those that are leased and of those that are held by hand. */
    [VVI_PG_RUNNING] = { "i", "SELECT id FROM (SELECT id FROM varve.trials WHERE study = $1 AND lease IS NOT NULL"
                              "  UNION ALL SELECT id FROM varve.trials WHERE study = $1 AND status = 'RUNNING'"
                              "  AND lease IS NULL) AS running ORDER BY id" },

    [VVI_PG_FILE_FENCE] = { "iti",
                            "SELECT FROM varve.trials WHERE study = $1 AND worker = $2 AND id = $3 FOR NO KEY UPDATE" },
    [VVI_PG_FILE_DROP] = { "iii", "DELETE FROM varve.files WHERE study = $1 AND trial = $2 AND execution = $3" },
    [VVI_PG_FILE_ADD] = { "iiiib", "INSERT INTO varve.files VALUES ($1, $2, $3, $4, $5)" },
    [VVI_PG_FILE_SIZE] = { "iii", "SELECT count(*)::int4 FROM varve.files WHERE study = $1 AND trial = $2 AND "
                                  "execution = $3" },
    [VVI_PG_FILE_PIECE] = { "iiii", "SELECT bytes FROM varve.files WHERE study = $1 AND trial = $2 AND execution = $3"
                                    " AND piece = $4" },
    /* Files are few, trials are many. */
    [VVI_PG_FILES_KEEP] = { "iI", "DELETE FROM varve.files f WHERE study = $1 AND (execution >= 0 OR trial <> ALL ($2))"
                                  " AND (SELECT status FROM varve.trials t WHERE t.study = $1 AND t.id = f.trial)"
                                  " IN ('COMPLETED', 'FAILED', 'PRUNED')" },

    [VVI_PG_FACTS] = { "i", "SELECT key, text FROM varve.facts WHERE study = $1 ORDER BY key COLLATE \"C\"" },
    [VVI_PG_ALL_REFUSALS] = { "i", "SELECT reason, example, n FROM varve.refusals WHERE study = $1"
                                   " ORDER BY reason COLLATE \"C\"" },
    [VVI_PG_REFUSAL_PUT] = { "ittl", "INSERT INTO varve.refusals AS x VALUES ($1, $2, $3, $4)"
                                     " ON CONFLICT (study, reason) DO UPDATE SET n = x.n + excluded.n" },
    [VVI_PG_DOMAINS_PUT] = { "iTT", "INSERT INTO varve.hyperparameters (study, digest, name, domain)"
                                    " SELECT DISTINCT $1, varve.digest(n, d), n, d FROM unnest($2, $3) AS u (n, d)"
                                    " WHERE NOT EXISTS (SELECT FROM varve.hyperparameters h"
                                    "  WHERE h.study = $1 AND h.digest = varve.digest(n, d)) ORDER BY 2" },
    [VVI_PG_BUILD_PUT] = { "iiTTTt", "INSERT INTO varve.builds VALUES ($1, $2, array(SELECT h.id FROM unnest($3, $4)"
                                     " WITH ORDINALITY AS u (n, d, i) JOIN varve.hyperparameters h"
                                     " ON h.study = $1 AND h.digest = varve.digest(n, d) ORDER BY i), $5, $6)" },
    [VVI_PG_TRIAL_PUT] = { "iitDmtdiitmmIDDi",
                           "INSERT INTO varve.trials (study, id, status, scores, violation, reason, seconds, epochs,"
                           " epochs_total, worker, began, ended, best_epochs, execution_scores, execution_seconds, "
                           "goal)"
                           " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11), to_timestamp($12), $13,"
                           " $14, $15, $16 WHERE $2 ="
                           " (SELECT coalesce(max(id), -1) + 1 FROM varve.trials WHERE study = $1) RETURNING id" },
    [VVI_PG_ATTEMPTS_PUT] = { "iiTD", "UPDATE varve.trials SET attempt_reasons = $3, attempt_seconds = $4"
                                      " WHERE study = $1 AND id = $2" },
    [VVI_PG_EPOCHS_PUT] = { "iiIIIITD", "INSERT INTO varve.epochs SELECT $1, $2, x, e, ($7::text[])[a:b],"
                                        " ($8::float8[])[a:b] FROM unnest($3, $4, $5, $6) AS u (x, e, a, b)" },
    /* A token is that of the handle, which posts once. */
    [VVI_PG_REQUEST_POST] = { "itttm", "SELECT varve.request_post($1, $2, $3, $5::int, $4)" },
    [VVI_PG_REQUEST_ANSWER] = { "ilt", "UPDATE varve.requests SET answer = $3, answered = clock_timestamp()"
                                       " WHERE study = $1 AND id = $2 AND answer IS NULL" },
    [VVI_PG_REQUESTS] = { "ili", "SELECT id, kind, trial, CASE WHEN $3 = 0 THEN vals END,"
                                 " extract(epoch FROM made)::float8, answer FROM varve.requests"
                                 " WHERE study = $1 AND id >= $2 AND ($3 = 0 OR answer IS NULL) ORDER BY id" },
    [VVI_PG_REQUEST_BOUNDS] = { "i", "SELECT coalesce(max(id), -1) + 1, min(id) FILTER (WHERE answer IS NULL)"
                                     " FROM varve.requests WHERE study = $1" },
    [VVI_PG_TAKE] = { "di", "SELECT varve.trial_take($1, $2, $3, $4, $5)" },
    [VVI_PG_STUDY_RENAME] = { "it", "UPDATE varve.studies SET name = $2 WHERE id = $1" },
};
