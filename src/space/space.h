/* space.h - floor 1, inside: what other modules may know of a build's handle beyond the public space.h. */
#ifndef VVI_SPACE_SPACE_H
#define VVI_SPACE_SPACE_H

#include "base/base.h"
#include <varve/space.h>

/* ---- conditions ------------------------------------------------------------------------------------------------- */

/* One statement of vv_when, in the order of stating. Lives as long as the hp. */
typedef struct vvi_condition {
    const vv_active *parent;
    const vv_value *values; /* of the parent's type */
    size_t n_values;
    bool holds;      /* has the parent one of the values? */
    size_t position; /* how many hyperparameters this build had asked for when it was stated */
    const struct vvi_condition *next;
} vvi_condition;
const vvi_condition *vvi_hp_conditions(const vv_hp *hp); /* the first; NULL: none */

/* ---- telling what was asked for --------------------------------------------------------------------------------- */

/* "num_layers=4, filters_0=32". As snprintf; a cut never splits a UTF-8 character. */
int vvi_hp_describe(const vv_hp *hp, char *text, size_t size);

/* From now on each value that is given is also put into `buffer`: when that is shared memory, and the process dies in
 * its build, it tells at which values (journal.c). Borrowed until the build ends or this is called with NULL. */
void vvi_hp_journal(vv_hp *hp, char *buffer, size_t size);
/* What such a buffer tells, as vvi_hp_describe does. As snprintf. */
int vvi_hp_journal_read(const char *buffer, size_t size, char *text, size_t text_size);

/* vvi_hash_text of the name of the index-th that was asked for; it is there already. */
uint64_t vvi_hp_hash(const vv_hp *hp, size_t index);
/* For choosers: the same of the name that a handle asks them for, by the domain that it gave them. */
uint64_t vvi_asked_hash(const vv_domain *domain);

/* Did the build ask for more than it may? Unlike its other errors this one is about its values, and not a mistake in the
 * hypermodel: a count can be too large. */
bool vvi_hp_is_over_limit(const vv_hp *hp);

/* Ends the build and all that was borrowed from the handle; the next one starts as on a fresh handle. What it asks as
 * this one did costs less (entries.c). */
void vvi_hp_reset(vv_hp *hp, const vv_chooser *chooser);

/* One thing of the builder's own that lives until the handle ends, so that the next build can use it again. keep hands
 * it over with what frees it, in place of what was there; take gets it back (NULL: there is none). */
void vvi_hp_keep(vv_hp *hp, void *thing, void (*free_thing)(void *thing));
void *vvi_hp_take(vv_hp *hp);

/* Forgets the chooser, whose context may end before the hp does: names asked for later get their defaults. */
void vvi_hp_detach(vv_hp *hp);

/* A domain with values and texts in the arena, that outlives its owner. false: no memory. */
bool vvi_domain_copy(vvi_arena *arena, const vv_domain *from, vv_domain *to);

/* ---- one line of text in the caller's buffer -------------------------------------------------------------------- */

/* `n` counts what was wanted, as snprintf. Zero `n`; `text` may be NULL when `size` is 0. */
typedef struct vvi_line {
    char *text;
    size_t size, n;
} vvi_line;
void vvi_line_printf(vvi_line *line, const char *format, ...) VV_PRINTF(2, 3);
void vvi_line_value(vvi_line *line, vv_value value);

/* Texts for error messages: cut with "..." where they do not fit. */
enum { VVI_SHORT_TEXT = 100 };
const char *vvi_value_text(vv_value value, char text[VVI_SHORT_TEXT]);
const char *vvi_domain_text(const vv_domain *domain, char text[VVI_SHORT_TEXT]);

/* As strcmp; numbers by size, whatever their types, before strings. */
int vvi_value_compare(vv_value a, vv_value b);

/* ---- grids of numbers: INT with or without step, FLOAT with one. The domain has passed its check. --------------- */

bool vvi_grid_exists(const vv_domain *domain); /* is it an INT or FLOAT with a finite number of values? */
uint64_t vvi_grid_size(const vv_domain *domain);
double vvi_grid_at(const vv_domain *domain, uint64_t index);
int64_t vvi_grid_index(const vv_domain *domain, double value); /* -1: not on the grid */

/* ---- positions: every value of a domain as a number 0, 1, ..., ascending; a continuum has one for each double in it */

uint64_t vvi_position_count(const vv_domain *domain);
vv_value vvi_position_value(const vv_domain *domain, uint64_t position);
uint64_t vvi_position_of(const vv_domain *domain, vv_value value); /* the value is in the domain */
/* Others to try in its place: the ends, a neighbour, and the one at u in [0, 1) by the domain's sampling; any of them may be
 * the position itself, but for the neighbour. Of a domain with two values at least. */
enum { VVI_OTHERS = 4 };
void vvi_positions_other(const vv_domain *domain, uint64_t position, double u, uint64_t others[VVI_OTHERS]);
uint64_t vvi_positions_below(const vv_domain *domain, vv_value value); /* of a domain whose values ascend */
/* One of positions first..last, at u in [0, 1): of all values as the domain's sampling says, of a part uniformly. */
uint64_t vvi_position_between(const vv_domain *domain, uint64_t first, uint64_t last, double u);

/* The rules of a domain but for its default. */
vv_status vvi_domain_check_values(const vv_domain *domain, const char *name, vv_error *error);

#endif
