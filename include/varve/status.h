/* status.h - how Varve says that something went wrong.
 *
 * Three kinds of trouble are treated in three ways:
 *   - a caller's mistake inside a build function sticks to the handle (vv_hp, vv_model): the first one is kept,
 *     later calls do nothing and return a harmless value, and one check at the end is enough;
 *   - trouble with the world (disk, memory, database) is the status of the call that met it, with a text in the
 *     caller's vv_error;
 *   - a trial that fails is not an error: it is a trial whose state is VV_TRIAL_FAILED, with a reason.
 * The library never prints, exits, aborts, or installs signal handlers.
 */
#ifndef VARVE_STATUS_H
#define VARVE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define VV_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#define VV_MUST_USE __attribute__((warn_unused_result))
#else
#define VV_PRINTF(format_index, first)
#define VV_MUST_USE
#endif

/* The one list: the enum, vv_status_name() and vv_strerror() are made from it. Numbers are pinned for ever. */
#define VV_STATUS_MAP(X)                                                      \
    X(OK, 0, "no error")                                                      \
    X(NO_MEMORY, -1, "out of memory")                                         \
    X(BAD_ARG, -2, "an argument is outside its documented range")             \
    X(CONFLICT, -3, "the same name was declared in two ways")                 \
    X(BAD_SHAPE, -4, "layer shapes do not fit together")                      \
    X(IO, -5, "a file could not be read or written")                          \
    X(FORMAT, -6, "the contents of a file are not what they should be")       \
    X(NOT_FOUND, -7, "there is no such thing")                                \
    X(LOCKED, -8, "another process holds it")                                 \
    X(VERSION, -9, "it was written by another version")                       \
    X(DATABASE, -10, "the database refused")                                  \
    X(UNSUPPORTED, -11, "this is not available here")                         \
    X(DIVERGED, -12, "training produced a value that is not a number")        \
    X(INTERRUPTED, -13, "stopped on request")                                 \
    X(CRASHED, -14, "the process died")                                       \
    X(MISMATCH, -15, "stored state and the caller do not agree")              \
    X(TAKEN, -16, "somebody else was first")

typedef enum vv_status {
#define VV_STATUS_ENUM(id, code, text) VV_##id = code,
    VV_STATUS_MAP(VV_STATUS_ENUM)
#undef VV_STATUS_ENUM
} vv_status;

/* The stable name without prefix, e.g. "BAD_ARG", for logs and JSON. Never NULL ("UNKNOWN"). Static storage. */
const char *vv_status_name(vv_status status);

/* One English clause, e.g. "out of memory". Never NULL. Static storage. */
const char *vv_strerror(vv_status status);

/* Where a call puts the reason of its failure. The caller owns it; zero it first: `vv_error error = { 0 };`.
 * The first error wins: a call never overwrites one that is already there. Every `vv_error *` argument may be NULL. */
#define VV_ERROR_SIZE 320
typedef struct vv_error {
    vv_status status;         /* VV_OK: none                                                             */
    char text[VV_ERROR_SIZE]; /* "where: what, with the number, and what would be legal"; "" if none    */
} vv_error;

/* "MAJOR.MINOR.PATCH" of the library that runs. Static storage. */
const char *vv_version(void);

/* A value that may be left out: zero-initialised means "the documented default", VV_SOME(0) means zero. */
typedef struct vv_maybe {
    bool set;
    double value;
} vv_maybe;
#ifdef __cplusplus
#define VV_SOME(x) (vv_maybe{ true, (double)(x) })
#else
#define VV_SOME(x) ((vv_maybe){ true, (double)(x) })
#endif

/* A compound literal in both languages. C++ users write the struct out or bind it to a const reference. */
#ifdef __cplusplus
#define VV_LITERAL(T, ...) (T{ __VA_ARGS__ })
#else
#define VV_LITERAL(T, ...) ((T){ __VA_ARGS__ })
#endif

/* One row of a field table: how the command line, JSON, range checks, documentation and conformance tests see one
 * member of an argument struct. Rows live as long as the program. */
typedef enum vv_field_type {
    VV_FIELD_INT = 1, /* int                                                                   */
    VV_FIELD_FLOAT,   /* double                                                                */
    VV_FIELD_BOOL,    /* bool                                                                  */
    VV_FIELD_ENUM,    /* int-sized enum; `labels` names its values 0..n-1, labels[0] is the default's name */
    VV_FIELD_MAYBE    /* vv_maybe                                                              */
} vv_field_type;

typedef struct vv_field {
    const char *name;
    vv_field_type type;
    size_t offset;             /* of the member in its argument struct, bytes                           */
    double min, max;           /* inclusive range of a value that was given (INT, FLOAT, MAYBE)         */
    double preset;             /* what a zeroed member means                                            */
    bool required;             /* a zeroed member is an error                                           */
    const char *const *labels; /* ENUM: NULL-terminated; else NULL                                      */
    const char *help;          /* one line                                                              */
} vv_field;

#ifdef __cplusplus
}
#endif
#endif
