/* rule.h - conditions over a table of cases: the shortest that are true.
 *
 * A clause is a conjunction ("num_layers = 3 and kernel_size_2 = 5"), a rule a disjunction of clauses.
 */
#ifndef VVI_EXPLAIN_RULE_H
#define VVI_EXPLAIN_RULE_H

#include "explain/rows.h"

enum { VVI_MOST_LITERALS = 8, VVI_MOST_CLAUSES = 12 };

/* The column's hyperparameter is active, and its value is in an atom that is marked. */
typedef struct vvi_literal {
    const vvi_column *column;
    const bool *marked; /* n_atoms of them */
} vvi_literal;

/* All literals hold; without any: always. */
typedef struct vvi_clause {
    vvi_literal literals[VVI_MOST_LITERALS];
    size_t n;
} vvi_clause;

/* One of the clauses holds; without any: never. */
typedef struct vvi_rule {
    vvi_clause clauses[VVI_MOST_CLAUSES];
    size_t n;
    bool whole; /* it holds in every row where it is wanted */
} vvi_rule;

/* What is wanted of a rule in one row. */
typedef enum vvi_wish { VVI_WISH_NO = 0, VVI_WISH_YES, VVI_WISH_ANY } vvi_wish;

/* Short clauses that hold in no row that says no, together in as many that say yes as can be had with at most
 * `most_clauses`. Literals use the columns before number `n_columns`. The first clause holds in the most configurations. */
vv_status vvi_rule_find(const vvi_rows *rows, const unsigned char *wishes, size_t n_columns, size_t most_clauses,
                        vvi_arena *arena, vvi_rule *rule, vv_error *error) VV_MUST_USE;

/* Does every configuration of the row satisfy the clause? Does any? */
bool vvi_clause_covers(const vvi_rows *rows, size_t row, const vvi_clause *clause);
bool vvi_clause_touches(const vvi_rows *rows, size_t row, const vvi_clause *clause);

/* As texts say it: an ordered column's first and last marked atoms reach to the ends of its domain. `of`: the space that
 * the trace's numbers are of, if it is another than the clause's. */
bool vvi_clause_holds(const vv_space *space, const vvi_clause *clause, const vv_space *of, const vvi_trace *trace);
bool vvi_rule_holds(const vv_space *space, const vvi_rule *rule, const vv_space *of, const vvi_trace *trace);

/* Are its lists of values short enough to be read? */
bool vvi_clause_is_readable(const vvi_clause *clause);
bool vvi_rule_is_readable(const vvi_rule *rule);
void vvi_clause_write(const vv_space *space, const vvi_clause *clause, vvi_text *text);
void vvi_rule_write(const vv_space *space, const vvi_rule *rule, vvi_text *text);

#endif
