/* kernels.h - the arithmetic of training, as a table of functions.
 *
 * One source (simd kernels) is built for AVX-512, AVX2 + FMA and plain C; vvi_kernels_best() chooses by CPUID, or by
 * $VARVE_KERNELS. A slow twin of every row, "reference" (plain scalar loops, sums in double), is what tests compare
 * with. Each output element is one chain of fused multiply-adds in the order of k, and every reduction over lanes
 * follows a fixed pattern of 16 partial sums, so results do not depend on the vector width or the tile.
 *
 * Arrays are float32, row-major; `ld*` are row strides in floats. Pointers need no alignment. Nothing allocates.
 * Letters: M N K as in gemm; n counts elements.
 */
#ifndef VVI_COMPUTE_KERNELS_H
#define VVI_COMPUTE_KERNELS_H

#include <varve/layers.h> /* vv_activation */

/* C[i][j] = start + sum over o < KO, k < K of A[i*a_row + k*a_col + o*a_outer] * B[k*ldb + o*b_outer + j],
 * i < M, j < N; start: C's old value when `accumulate`, else bias[j] when bias is given, else 0. Then max(., 0) when
 * relu. The two-level K is implicit im2col: it serves dense layers, convolutions in all three directions and
 * recurrent layers. Columns of B and C are contiguous. M, N >= 0; K, KO >= 0. */
typedef struct vvi_gemm {
    int M, N, K, KO;
    const float *A;
    ptrdiff_t a_row, a_col, a_outer;
    const float *B;
    ptrdiff_t ldb, b_outer;
    float *C;
    ptrdiff_t ldc;
    const float *bias; /* NULL: none */
    bool accumulate, relu;
} vvi_gemm;

/* One pooling problem: n images [h, w, c] -> [oh, ow, c]; window kh x kw, strides sh sw, `top`/`left` padding. */
typedef struct vvi_pool {
    int n, h, w, c, oh, ow, kh, kw, sh, sw, top, left;
} vvi_pool;

/* One LSTM time step over a batch. Gates i f c o, each `units` wide, side by side in rows of 4 * units. */
typedef struct vvi_lstm_step {
    int n, units;
    vv_activation activation, recurrent_activation;
    float *gates; /* [n, 4 units], row stride ld_gates: in: sums; out (forward): activated gates i f g o; but
                             gates of gelu and swish stay sums, since their slope cannot be told from their value */
    ptrdiff_t ld_gates;
    const float *c_before; /* [n, units] stride ld_state; NULL: zeros */
    float *c, *h;          /* forward: out, stride ld_state; backward: c is read, h unused */
    ptrdiff_t ld_state;
    /* backward */
    const float *dh; /* [n, units] stride ld_dh */
    ptrdiff_t ld_dh;
    float *dc;     /* [n, units] contiguous: in: d loss / d c from the later step; out: for the earlier one */
    float *dgates; /* [n, 4 units] stride ld_gates: d loss / d sums; may be `gates` itself */
} vvi_lstm_step;

typedef struct vvi_adam {
    float learning_rate;                  /* with bias correction folded in: lr * sqrt(1 - beta_2^t) / (1 - beta_1^t) */
    float beta_1, beta_2, epsilon, decay; /* decay: w -= decay * w first; 0: none */
} vvi_adam;
typedef struct vvi_sgd {
    float learning_rate, momentum;
    bool nesterov;
} vvi_sgd;
typedef struct vvi_rmsprop {
    float learning_rate, rho, momentum, epsilon;
    bool centered;
} vvi_rmsprop;

typedef struct vvi_kernels {
    const char *name; /* "avx512", "avx2", "plain", "reference" */
    bool (*available)(void);

    void (*gemm)(const vvi_gemm *g);
    void (*transpose)(int rows, int cols, const float *a, ptrdiff_t lda, float *b,
                      ptrdiff_t ldb); /* b[j][i] = a[i][j] */
    void (*column_sums)(int rows, int cols, const float *a, ptrdiff_t lda,
                        float *sums); /* sums[j] += over i, in order */

    /* y = f(x); x == y allowed. softmax works on rows of `cols`, the others on n = rows * cols elements. */
    void (*activation)(vv_activation kind, int rows, int cols, const float *x, float *y);
    /* dx = dy * f'(x), given both x (NULL when f' follows from y: linear relu sigmoid tanh softmax elu selu leaky_relu)
     * and y. dx == dy allowed. */
    void (*activation_gradient)(vv_activation kind, int rows, int cols, const float *x, const float *y, const float *dy,
                                float *dx);

    /* A NaN in a window comes out as NaN; every window has at least one element in the image. */
    void (*max_pool)(const vvi_pool *p, const float *x, float *y);
    /* dx is overwritten: dy goes to the first largest element of each window, nowhere if y is NaN. `relu`: x came out
     * of a relu whose mask has not been applied: nothing flows where the window's largest is 0. */
    void (*max_pool_gradient)(const vvi_pool *p, const float *x, const float *y, const float *dy, bool relu, float *dx);

    void (*lstm_forward)(const vvi_lstm_step *s);
    void (*lstm_backward)(const vvi_lstm_step *s);

    void (*add)(size_t n, const float *a, float *b);                      /* b += a      */
    void (*scale)(size_t n, float factor, float *a);                      /* a *= factor */
    void (*multiply)(size_t n, const float *a, const float *b, float *c); /* c = a * b */
    double (*sum_squares)(size_t n, const float *a);

    /* One optimizer step over flat arrays; state arrays start zeroed. `v_max`: amsgrad, else NULL. */
    void (*adam)(const vvi_adam *o, size_t n, float *w, const float *g, float *m, float *v, float *v_max);
    void (*sgd)(const vvi_sgd *o, size_t n, float *w, const float *g, float *velocity /* NULL: momentum 0 */);
    void (*rmsprop)(const vvi_rmsprop *o, size_t n, float *w, const float *g, float *mean_square,
                    float *mean /* centered */, float *velocity /* momentum > 0 */);
} vvi_kernels;

/* The fastest table this machine runs; $VARVE_KERNELS = avx512 | avx2 | plain | reference chooses another (one that
 * does not exist or run here is ignored). Never NULL. */
const vvi_kernels *vvi_kernels_best(void);
/* By index, fastest first, "reference" last; NULL past the end. Check ->available(). */
const vvi_kernels *vvi_kernels_at(size_t index);

#endif
