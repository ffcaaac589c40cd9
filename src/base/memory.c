/* memory.c - the one door to the heap, and arenas.
 *
 * Every block, aligned or not, is freed by free(): aligned ones come from aligned_alloc. The failing counter exists for
 * tests alone; it is the library's only mutable global, and is never touched unless a test asks.
 */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

static struct {
    bool armed;
    long left, seen;
} failing;

long vvi_fail_allocation(long n)
{
    const long seen = failing.seen;
    failing.armed = n >= 0;
    failing.left = n;
    failing.seen = 0;
    return seen;
}

/* Is it this allocation's turn to fail? */
static bool fails(void)
{
    if (!failing.armed) return false;
    failing.seen++;
    return failing.left > 0 && --failing.left == 0;
}

void *vvi_malloc(size_t size)
{
    return size == 0 || fails() ? NULL : malloc(size);
}

void *vvi_calloc(size_t n, size_t size)
{
    if (n == 0 || size == 0 || n > SIZE_MAX / size || fails()) return NULL;
    return calloc(n, size);
}

void *vvi_realloc(void *memory, size_t size)
{
    return size == 0 || fails() ? NULL : realloc(memory, size);
}

void *vvi_malloc_aligned(size_t size)
{
    const size_t alignment = 64;
    if (size == 0 || size > SIZE_MAX - alignment || fails()) return NULL;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void vvi_free(void *memory)
{
    free(memory);
}

char *vvi_strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = vvi_malloc(size);
    if (copy != NULL) memcpy(copy, text, size);
    return copy;
}

/* ---- arenas ----------------------------------------------------------------------------------------------------- */

enum { FIRST_BLOCK = 1024, ALIGNMENT = 16 };

struct vvi_arena_block {
    struct vvi_arena_block *next;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

vvi_arena vvi_arena_inside(void *memory, size_t size)
{
    if (memory == NULL || size <= sizeof(struct vvi_arena_block)) return (vvi_arena){ .fixed = true };
    struct vvi_arena_block *block = memory;
    *block = (struct vvi_arena_block){ .size = size - sizeof *block };
    return (vvi_arena){ .blocks = block, .fixed = true };
}

static struct vvi_arena_block *add_block(vvi_arena *arena, size_t size)
{
    if (arena->fixed) return NULL;
    size_t block_size = arena->blocks == NULL ? FIRST_BLOCK : 2 * arena->blocks->size;
    if (block_size < size) block_size = size;
    if (block_size > SIZE_MAX - sizeof(struct vvi_arena_block)) return NULL;
    struct vvi_arena_block *block = vvi_malloc(sizeof *block + block_size);
    if (block == NULL) return NULL;
    *block = (struct vvi_arena_block){ .next = arena->blocks, .size = block_size };
    arena->blocks = block;
    return block;
}

/* Not zeroed: what was given back and is taken again holds old bytes. */
static void *take(vvi_arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) return NULL;
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct vvi_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size) block = add_block(arena, size);
    if (block == NULL) return NULL;
    void *memory = block->bytes + block->used;
    block->used += size;
    return memory;
}

void *vvi_arena_alloc(vvi_arena *arena, size_t size)
{
    void *memory = take(arena, size);
    if (memory != NULL) memset(memory, 0, size);
    return memory;
}

bool vvi_arena_reserve(vvi_arena *arena, void *table, size_t n, size_t size)
{
    void *old, *grown;
    if ((n & (n - 1)) != 0) return true;
    if (size > 0 && n > SIZE_MAX / 2 / size) return false;
    if ((grown = vvi_arena_alloc(arena, n == 0 ? size : 2 * n * size)) == NULL) return false;
    memcpy(&old, table, sizeof old); /* of whatever type its pointer is */
    if (n > 0) memcpy(grown, old, n * size);
    memcpy(table, &grown, sizeof grown);
    return true;
}

char *vvi_arena_strdup(vvi_arena *arena, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = take(arena, size);
    if (copy != NULL) memcpy(copy, text, size);
    return copy;
}

char *vvi_arena_vprintf(vvi_arena *arena, const char *format, va_list args)
{
    struct vvi_arena_block *block = arena->blocks; /* most texts fit into what is left of it */
    const size_t room = block == NULL ? 0 : block->size - block->used;
    va_list again;
    va_copy(again, args);
    const int length = vvi_vsnprintf(room == 0 ? NULL : (char *)block->bytes + block->used, room, format, again);
    va_end(again);
    if (length < 0) return NULL;
    char *text = take(arena, (size_t)length + 1);
    if (text != NULL && (size_t)length >= room) vvi_vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *vvi_arena_printf(vvi_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = vvi_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

static void free_blocks(struct vvi_arena_block *block, const struct vvi_arena_block *end)
{
    while (block != end) {
        struct vvi_arena_block *next = block->next;
        vvi_free(block);
        block = next;
    }
}

vvi_arena_mark vvi_arena_here(const vvi_arena *arena)
{
    return (vvi_arena_mark){ .block = arena->blocks, .used = arena->blocks == NULL ? 0 : arena->blocks->used };
}

void vvi_arena_rewind(vvi_arena *arena, vvi_arena_mark mark)
{
    free_blocks(arena->blocks, mark.block);
    arena->blocks = mark.block;
    if (mark.block != NULL) mark.block->used = mark.used;
}

void vvi_arena_empty(vvi_arena *arena)
{
    if (arena->blocks == NULL) return;
    free_blocks(arena->blocks->next, NULL);
    arena->blocks->next = NULL;
    arena->blocks->used = 0;
}

void vvi_arena_deinit(vvi_arena *arena)
{
    if (!arena->fixed) free_blocks(arena->blocks, NULL);
    arena->blocks = NULL;
}
