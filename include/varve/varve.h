/* varve.h - everything: hyperparameter and architecture search for neural networks, in C.
 *
 * One idea: a build is a trace. A *hypermodel* is a C function that asks for hyperparameters by name while it builds a
 * model. Running it allocates no weights and takes microseconds. What one run asked for, and what it built or why it
 * could not, is its trace; the search proposes, compares and stores only what a trace says was asked for.
 *
 *     hp.h      asking for hyperparameters            space.h    domains, values, traces
 *     layers.h  layers, losses, optimizers            model.h    graphs of layers, weights, files
 *     data.h    data sets                             train.h    fit, evaluate, predict, callbacks
 *     search.h  oracles                               study.h    trials on disk
 *     tuner.h   hypermodels and their search          explain.h  what every hyperparameter means
 *     cost.h    what a model costs where it runs      status.h   errors
 *     tune.h    any function as objective             command.h  any program as objective
 *     ask.h     trials that somebody else runs
 *
 * A search from a program, but for its checks (examples/embed.c is whole):
 *
 *     vv_data *training = NULL, *validation = NULL;
 *     vv_search_result result = { 0 };
 *     vv_error error = { 0 };
 *     vv_data_open("digits:28x28", &(vv_data_args){ .validation_split = 0.2 }, &training, &validation, &error);
 *     vv_search(&result, &error, &hypermodel, training, validation, .max_trials = 5);
 *
 * Without a search: vv_fit, vv_evaluate and vv_predict (train.h) work on any model.
 */
#ifndef VARVE_H
#define VARVE_H

#include <varve/ask.h>
#include <varve/command.h>
#include <varve/cost.h>
#include <varve/data.h>
#include <varve/explain.h>
#include <varve/hp.h>
#include <varve/layers.h>
#include <varve/model.h>
#include <varve/pruner.h>
#include <varve/search.h>
#include <varve/space.h>
#include <varve/status.h>
#include <varve/study.h>
#include <varve/train.h>
#include <varve/tune.h>
#include <varve/tuner.h>

#define VV_VERSION_MAJOR 0
#define VV_VERSION_MINOR 1
#define VV_VERSION_PATCH 0

#endif
