/* sobol.c - quasi-random search: points that fill the space more evenly than independent draws (Bergstra, Bengio: Random
 * search for hyper-parameter optimization; JMLR 13, 2012, section 4, found the same of hyperparameters). Of the first 2^k
 * trials each of the 2^k equal parts of a hyperparameter's range has one, and so have many boxes of several.
 *
 * Trial t is point t: any number of workers, and any number of interruptions, give the same trials. A point that does not
 * build, or was tried, gives way to a random draw of its own, so that those after it stay where they are. What a space's
 * conditions make of dimensions is told in sobol_sampler.c, how points are scrambled in search/sobol.c.
 */
#include "search/sobol.h"

static const char *const words[] = { "off", "on", NULL };

static const vv_option_row options[] = {
    { .name = "scramble",
      .preset = 1,
      .max = 1,
      .words = words,
      .help =
          "random scrambling by the seed; without it every search has the same points, the first at all lower ends" },
};

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    vvi_sobol_draw draw;
    vv_sampler sampler;
    VVI_TRY(vvi_sobol_begin(question, &draw, &sampler, error));
    draw.plain = !(question->options[0] > 0);
    return vv_oracle_propose(question, &sampler, answer, error);
}

const vv_oracle_kind vvi_oracle_sobol = {
    .name = "sobol",
    .summary = "quasi-random search: scrambled Sobol points, which fill the space evenly",
    .paper =
        "Owen: Randomly permuted (t,m,s)-nets and (t,s)-sequences, 1995; Joe, Kuo: Constructing Sobol sequences with "
        "better two-dimensional projections, 2008",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
};
