/* base.h - floor 0: what every module stands on. Knows nothing of spaces, networks, files of ours or trials. */
#ifndef VVI_BASE_H
#define VVI_BASE_H

#include <stdarg.h>
#include <varve/status.h>

/* ---- errors ----------------------------------------------------------------------------------------------------- */

/* Puts status and text into *error unless one is there already (first wins) or error is NULL. Returns `status`. */
vv_status vvi_fail(vv_error *error, vv_status status, const char *format, ...) VV_PRINTF(3, 4);
/* The same for out of memory. */
vv_status vvi_no_memory(vv_error *error);

/* Returns early with the status of a failing call. */
#define VVI_TRY(call)                                                                                                  \
    do {                                                                                                               \
        const vv_status vvi_try_status = (call);                                                                       \
        if (vvi_try_status != VV_OK) return vvi_try_status;                                                            \
    } while (0)

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* All heap memory of the library comes from here, so that tests can let the n-th allocation fail. Sizes in bytes.
 * NULL: out of memory (or size 0). vvi_free(NULL) is fine. */
void *vvi_malloc(size_t size);
void *vvi_calloc(size_t n, size_t size); /* zeroed; refuses n * size that overflows */
void *vvi_realloc(void *memory, size_t size);
void *vvi_malloc_aligned(size_t size); /* 64-byte aligned; free with vvi_free */
void vvi_free(void *memory);
char *vvi_strdup(const char *text);
/* Tests: the n-th allocation from now (counted from 1) fails, once; 0: none. Returns how many there were since the
 * last call. Not for use with threads. */
long vvi_fail_allocation(long n);

/* Many small things that die together. Zero-initialise; NULL results: out of memory. Memory is zeroed, 16-aligned. */
typedef struct vvi_arena {
    struct vvi_arena_block *blocks;
    bool fixed; /* lives in a region of the caller's and does not grow */
} vvi_arena;
/* An arena inside `memory` (zeroed, 16-aligned, borrowed): memory shared with a child process, for instance, so that
 * what the child leaves there can be read by its parent, pointers and all. Full is out of memory. */
vvi_arena vvi_arena_inside(void *memory, size_t size);
void *vvi_arena_alloc(vvi_arena *arena, size_t size);
/* Room for one more in a table of n things, which moves when n is a power of 2; `table`: where its pointer is. What it
 * leaves behind is less than what it takes. false: no memory. */
bool vvi_arena_reserve(vvi_arena *arena, void *table, size_t n, size_t size) VV_MUST_USE;
char *vvi_arena_strdup(vvi_arena *arena, const char *text);
char *vvi_arena_printf(vvi_arena *arena, const char *format, ...) VV_PRINTF(2, 3);
char *vvi_arena_vprintf(vvi_arena *arena, const char *format, va_list args);
/* A rewind gives back all that was allocated since the mark; later marks are void. */
typedef struct vvi_arena_mark {
    struct vvi_arena_block *block;
    size_t used;
} vvi_arena_mark;
vvi_arena_mark vvi_arena_here(const vvi_arena *arena);
void vvi_arena_rewind(vvi_arena *arena, vvi_arena_mark mark);
void vvi_arena_empty(vvi_arena *arena); /* gives back all, but keeps the newest block, the largest, to allocate from */
void vvi_arena_deinit(vvi_arena *arena);

/* ---- text that grows -------------------------------------------------------------------------------------------- */

/* Zero-initialise. Once an allocation failed, `failed` stays set and later calls do nothing. */
typedef struct vvi_text {
    char *data; /* NUL-terminated once anything was written; owned: vvi_text_deinit, or take it and vvi_free it */
    size_t n, capacity;
    bool failed;
} vvi_text;
void vvi_text_printf(vvi_text *text, const char *format, ...) VV_PRINTF(2, 3);
void vvi_text_add(vvi_text *text, const char *bytes, size_t n);
void vvi_text_add_json(vvi_text *text, const char *string); /* with quotes, escaped, always valid UTF-8 */
/* The bytes of the well-formed UTF-8 character at `character`, or 0 (RFC 3629: no surrogates, no overlong forms). */
size_t vvi_utf8_length(const char *character);
/* What others wrote, made harmless to show in one line, on a terminal or a page: control characters, line ends, marks that
 * change the direction of writing and what is not UTF-8 appear as escapes ("\\x1b", "\\n", "\\u202e"), and of a text of more
 * than `most` characters (0: any number) the middle is left out, with how much that was ("abc... (9,980 more) ...xyz"). */
void vvi_text_add_visible(vvi_text *text, const char *string, size_t most);
void vvi_text_add_quoted(vvi_text *text, const char *word); /* as a shell would read it back */
void vvi_text_deinit(vvi_text *text);

/* As vsnprintf; several times faster for formats of text, %d, %i, %u, %zu, %lld, %s and %% without flags. */
int vvi_vsnprintf(char *text, size_t size, const char *format, va_list args) VV_PRINTF(3, 0);

/* The shortest decimal text that reads back as the same number ("0.1", "1e-07", "nan"), with a '.' in every locale.
 * Return `text`. */
enum { VVI_FORMAT_SIZE = 40 };
const char *vvi_format_double(double number, char text[VVI_FORMAT_SIZE]);
const char *vvi_format_float(float number, char text[VVI_FORMAT_SIZE]);
const char *vvi_format_count(uint64_t n, char text[VVI_FORMAT_SIZE]); /* "37,448" */

/* "k": 1,000, M, G; "Ki": 1,024, Mi, Gi; "": 1. 0: there is no such unit. */
double vvi_unit_factor(const char *unit);

/* The nearest of n names to `word`, if it is near enough to be a slip; else NULL. names: `stride` bytes apart. */
const char *vvi_nearest(const char *word, const void *names, size_t n, size_t stride);

/* ---- randomness: counter-based, keyed; no state outlives a key ---------------------------------------------------- */

/* Keys are made by mixing what they are for: seed, trial, execution, purpose, name. Philox4x32-10 (Salmon et al. 2011). */
typedef struct vvi_key {
    uint64_t bits;
} vvi_key;
vvi_key vvi_key_new(uint64_t seed, const char *purpose);
vvi_key vvi_key_name(vvi_key key, const char *name);
vvi_key vvi_key_int(vvi_key key, int64_t number);

/* The `counter`-th block of a key: random access. */
void vvi_random_block(vvi_key key, uint64_t counter, uint32_t out[4]);

/* Sequential reading of a key's blocks from the start. */
typedef struct vvi_stream {
    vvi_key key;
    uint64_t counter;
    uint32_t block[4];
    int left;
    double spare; /* of the normal pair */
    bool has_spare;
} vvi_stream;
vvi_stream vvi_stream_begin(vvi_key key);
uint32_t vvi_stream_u32(vvi_stream *stream);
double vvi_stream_unit(vvi_stream *stream);                /* [0, 1), 53 bits                */
uint64_t vvi_stream_below(vvi_stream *stream, uint64_t n); /* 0..n-1 without bias; n >= 1    */
double vvi_stream_normal(vvi_stream *stream);              /* mean 0, deviation 1 (Box, Muller 1958) */

/* ---- hashes, clock ---------------------------------------------------------------------------------------------- */

#define VVI_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t vvi_hash_bytes(uint64_t hash, const void *bytes, size_t n); /* FNV-1a, 64 bits */
uint64_t vvi_hash_text(uint64_t hash, const char *text);             /* with its NUL */
uint64_t vvi_hash_number(uint64_t hash, double number);              /* its bytes; -0 as 0 */

double vvi_clock_s(void); /* monotonic seconds */

/* ---- files ------------------------------------------------------------------------------------------------------ */

vv_status vvi_make_directories(const char *path, vv_error *error); /* like mkdir -p; IO */
/* A folder with all that is in it, as far as that can be; links are removed, and not followed. */
void vvi_remove_tree(const char *path);
/* Writes a file as a whole or not at all: into PATH.tmp-PID, fsync, rename. `write` gets a FILE * as `file`. */
vv_status vvi_replace_file(const char *path, vv_status (*write)(void *context, void *file, vv_error *error),
                           void *context, vv_error *error);
/* The same without the fsync: whole for whoever reads it while the machine runs, but a power loss may leave a damaged one.
 * For files that are written often and carry a hash. */
vv_status vvi_swap_file(const char *path, vv_status (*write)(void *context, void *file, vv_error *error), void *context,
                        vv_error *error);

/* ---- child processes -------------------------------------------------------------------------------------------- */

/* Runs `child(context, fd)` in a forked process that ends with its return value. fd and process->fd are two ends of a pair
 * of sockets: what one writes the other reads; write with send and MSG_NOSIGNAL, or a process that has ended ends its
 * parent. SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 are left to the parent; the child dies with its parent; what is
 * printed in it goes to standard error. `apart`: it gets a process group of its own, and what it has started ends when it
 * has; a terminal then cannot stop (Ctrl-Z) the child with its parent. */
typedef struct vvi_process {
    int pid, fd;
    bool apart;
    uint64_t peak_mb; /* once it has ended: the most memory it had */
} vvi_process;
/* The exit code of a child in which somebody called exit() before `child` returned. */
enum { VVI_PROCESS_EXITED = 125 };
vv_status vvi_process_begin(vvi_process *process, int (*child)(void *context, int fd), void *context, bool apart,
                            vv_error *error);
/* Can it be waited for without waiting? Its pipe may still be held open by processes that it has started. */
bool vvi_process_has_ended(const vvi_process *process);
/* Closes fd, waits, kills what a child apart has left running. *exit_code is the child's, or -1 and *signal_number says what
 * killed it. */
vv_status vvi_process_end(vvi_process *process, int *exit_code, int *signal_number, vv_error *error);
void vvi_process_kill(vvi_process *process); /* apart: with all that it has started */

/* ---- other programs (program.c) ---------------------------------------------------------------------------------- */

/* Runs a program, never through a shell, with nothing to read on its standard input. A keeper, a process of its own, stands
 * between: whatever the program has started, in whatever session, ends when the program has, when vvi_program_end is called,
 * or when this process dies, however that comes. */
typedef struct vvi_program {
    int out, err, news; /* to be read from: its output, its errors, and from `news` what has become of it */
    int life;           /* internal: the keeper ends it all when this is closed */
    int keeper, pid;    /* pid: the program's, and its group's; 0: it has not been started so far */
    bool ended;
    int exit_code, signal_number; /* once ended: the code, or -1 and the signal */
    int refusal;                  /* errno, if it could not be run; 0: it was */
} vvi_program;
/* `words` and `variables` ("NAME=VALUE", besides our own) end in NULL. */
vv_status vvi_program_begin(vvi_program *program, const char *const *words, const char *const *variables,
                            vv_error *error);
/* Takes what has come through `news`; to be called when that is readable. */
void vvi_program_hear(vvi_program *program);
void vvi_program_signal(const vvi_program *program, int number); /* it, and all in its group */
/* Ends what is left of it, and lets go. Any number of times. */
void vvi_program_end(vvi_program *program);

#endif
