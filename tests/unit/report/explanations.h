/* explanations.h - explanations made by hand, as the tests of this folder need them. */
#ifndef VARVE_TESTS_EXPLANATIONS_H
#define VARVE_TESTS_EXPLANATIONS_H

#include "report/report.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const vv_standing exact = { .kind = VV_EXACT }, sampled = { VV_SAMPLED, 4096 }, observed = { VV_OBSERVED, 64 };
static const vv_domain range = { .kind = VV_DOMAIN_INT,
                                 .type = VV_VALUE_INT,
                                 .min = 1,
                                 .max = 5,
                                 .step = 1,
                                 .default_value = { VV_VALUE_INT, { .i = 1 } } },
                       flag = { .kind = VV_DOMAIN_BOOL,
                                .type = VV_VALUE_BOOL,
                                .default_value = { .type = VV_VALUE_BOOL } };

/* A hyperparameter of one role, always active, that does nothing yet. */
static inline vv_explained make_one(const char *name, vv_role role)
{
    return (vv_explained){ .name = name,
                           .domain = range,
                           .domain_text = "int 1..5",
                           .active_when = "always",
                           .active_structures = 3,
                           .structures = 3,
                           .role = role,
                           .dead_text = "" };
}

static inline vv_size make_size(const char *digits)
{
    return (vv_size){ .digits = digits, .log10 = log10(strtod(digits, NULL)) };
}

/* num_layers and add_dropout over dense layers. */
static const char *const added[] = { "dense_1", "dense_2" };
static const char *const dropped[] = { "dropout" };
static const vv_set_field set_units[] = { { "dense_10", "units" }, { "dense_2", "units" }, { "dense", "units" } };
static const vv_formula formulas[] = { { "dense layers", "always", "num_layers + 1", { .kind = VV_EXACT } },
                                       { "dropout layers", "always", "add_dropout", { .kind = VV_EXACT } },
                                       { "params", "num_layers = 1", "11*units + 1", { .kind = VV_EXACT } } };
static const vv_layer_line lines[] = { { "input", "input", { 1, { 10 } }, { .live_bytes = 10 } },
                                       { "dense", "dense", { 1, { 1 } }, { 11, 10, 14, 11 } } };
static const vv_assignment small[] = { { "num_layers", { VV_VALUE_INT, { .i = 1 } } },
                                       { "add_dropout", { .type = VV_VALUE_BOOL } } };

static inline vv_explanation make_explanation(vv_explained list[3])
{
    const vv_range range_of_cost = { 11, 4321000, { small, 2 }, { small, 2 } };
    list[0] = make_one("num_layers", VV_ROLE_STRUCTURE);
    list[0].adds_layers = (vv_texts){ added, 2 };
    list[0].structural = true;
    list[1] = make_one("units", VV_ROLE_LAYER);
    list[1].sets = set_units;
    list[1].n_sets = 3;
    list[2] = make_one("add_dropout", VV_ROLE_STRUCTURE);
    list[2].domain = flag;
    list[2].domain_text = "bool";
    list[2].adds_layers = (vv_texts){ dropped, 1 };
    return (vv_explanation){ .hypermodel = "model",
                             .standing = exact,
                             .hyperparameters = list,
                             .n_hyperparameters = 3,
                             .layers = { .formula = "num_layers + add_dropout + 1",
                                         .with_input = "num_layers + add_dropout + 2",
                                         .standing = exact,
                                         .structures = 3,
                                         .least = 2,
                                         .most = 7 },
                             .formulas = formulas,
                             .n_formulas = COUNT(formulas),
                             .total = make_size("50"),
                             .buildable = make_size("50"),
                             .networks = make_size("50"),
                             .sizes = exact,
                             .cost = { range_of_cost, range_of_cost, range_of_cost, range_of_cost, exact, VV_INT8 },
                             .one = { .values = { small, 2 },
                                      .layers = lines,
                                      .n_layers = 2,
                                      .cost = { 11, 10, 11, 14 },
                                      .peak = 1,
                                      .peak_text = "10 of input + 1 of dense" },
                             .input = { 1, { 10 } },
                             .pure = true,
                             .builds = 123 };
}

/* ---- a family --------------------------------------------------------------------------------------------------- */

typedef struct kin {
    vv_explained list[4];
    vv_set_field sets[4][1];
    vv_family family;
    vv_explanation e;
} kin;

/* filters_0 .. filters_3, each sets the filters of a layer of its own. */
static inline void make_kin(kin *k)
{
    static const char *const names[] = { "filters_0", "filters_1", "filters_2", "filters_3" };
    static const char *const layers[] = { "conv2d", "conv2d_1", "conv2d_2", "conv2d_3" };
    vv_explained others[3];
    k->e = make_explanation(others);
    for (int i = 0; i < 4; i++) {
        k->list[i] = make_one(names[i], VV_ROLE_LAYER);
        k->list[i].family = "filters_{i}";
        k->sets[i][0] = (vv_set_field){ layers[i], "filters" };
        k->list[i].sets = k->sets[i];
        k->list[i].n_sets = 1;
    }
    k->family = (vv_family){ "filters_{i}", "i < num_layers", 0, 4, true };
    k->e.hyperparameters = k->list;
    k->e.n_hyperparameters = 4;
    k->e.families = &k->family;
    k->e.n_families = 1;
}

/* ---- writers to a text, which is freed -------------------------------------------------------------------------- */

typedef vv_status (*writer)(const vv_explanation *e, FILE *out, vv_error *error);

static inline vv_status write_plain(const vv_explanation *e, FILE *out, vv_error *error)
{
    return vvi_explain_write(e, false, out, error);
}

static inline vv_status write_layers(const vv_explanation *e, FILE *out, vv_error *error)
{
    return vvi_explain_write(e, true, out, error);
}

static inline char *written_by(writer write, const vv_explanation *e)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK_OK(write(e, out, NULL));
    fclose(out);
    return text;
}

/* A text without its line ends and what is doubled in it, so that tests do not hang on where lines break. */
static inline char *in_one_line(char *text)
{
    char *to = text;
    for (const char *c = text; *c != '\0'; c++) {
        const char here = *c == '\n' ? ' ' : *c;
        if (here != ' ' || to == text || to[-1] != ' ') *to++ = here;
    }
    *to = '\0';
    return text;
}

static inline char *explained(const vv_explanation *e)
{
    return in_one_line(written_by(write_plain, e));
}

#define CHECK_LACKS(text, part)                                                                                        \
    do {                                                                                                               \
        if (strstr((text), (part)) != NULL) fail_msg("\"%s\" contains \"%s\"", (text), (part));                        \
    } while (0)

static inline size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text != '\0') {
        const size_t n = strcspn(text, "\n"), columns = vvi_report_columns(text, n);
        if (columns > longest) longest = columns;
        text += n + (text[n] == '\n');
    }
    return longest;
}

#endif
