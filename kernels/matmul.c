#include "kernels/matmul.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <string.h>

#include "kernels/base/status.h"
#include "kernels/base/threads.h"

/* A program has some dozens of different sizes; decoding adds some. */
enum { MAX_PREPARED = 256 };

struct sizes {
    int m, n, k, lda, ldb, ldc, threads;
    bool ta, tb, bf16, add;
};

/* What the library makes for one set of sizes. */
struct prepared {
    struct sizes key;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, c; /* descriptions; the addresses are set for every call */
};

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static struct prepared all[MAX_PREPARED];
static int n_prepared, oldest;

static void must(dnnl_status_t status)
{
    HY_ASSERT(status == dnnl_success, "oneDNN refused a bf16 product (out of memory?); use --precision f32");
}

static dnnl_memory_t describe(dnnl_memory_desc_t *d, int rows, int cols, int ld, bool transposed, dnnl_data_type_t type)
{
    dnnl_memory_t memory;
    must(dnnl_memory_desc_init_by_strides(d, 2, (const dnnl_dims_t){rows, cols}, type,
                                          (const dnnl_dims_t){transposed ? 1 : ld, transposed ? ld : 1}));
    must(dnnl_memory_create(&memory, d, engine, DNNL_MEMORY_NONE));
    return memory;
}

static void prepare(struct prepared *p, const struct sizes *s)
{
    dnnl_memory_desc_t a, b, c;
    dnnl_matmul_desc_t product;
    dnnl_primitive_attr_t attributes;
    dnnl_primitive_desc_t chosen;
    p->key = *s;
    p->a = describe(&a, s->m, s->k, s->lda, s->ta, dnnl_bf16);
    p->b = describe(&b, s->k, s->n, s->ldb, s->tb, dnnl_bf16);
    p->c = describe(&c, s->m, s->n, s->ldc, false, s->bf16 ? dnnl_bf16 : dnnl_f32);
    must(dnnl_matmul_desc_init(&product, &a, &b, NULL, &c));
    must(dnnl_primitive_attr_create(&attributes));
    if (s->add) {
        dnnl_post_ops_t after;
        must(dnnl_post_ops_create(&after));
        must(dnnl_post_ops_append_sum(after, 1.0f));
        must(dnnl_primitive_attr_set_post_ops(attributes, after));
        dnnl_post_ops_destroy(after);
    }
    must(dnnl_primitive_desc_create(&chosen, &product, attributes, engine, NULL));
    must(dnnl_primitive_create(&p->primitive, chosen));
    dnnl_primitive_desc_destroy(chosen);
    dnnl_primitive_attr_destroy(attributes);
}

static void forget(struct prepared *p)
{
    dnnl_primitive_destroy(p->primitive);
    dnnl_memory_destroy(p->a);
    dnnl_memory_destroy(p->b);
    dnnl_memory_destroy(p->c);
}

static bool same(const struct sizes *x, const struct sizes *y)
{
    return x->m == y->m && x->n == y->n && x->k == y->k && x->lda == y->lda && x->ldb == y->ldb && x->ldc == y->ldc &&
           x->threads == y->threads && x->ta == y->ta && x->tb == y->tb && x->bf16 == y->bf16 && x->add == y->add;
}

static struct prepared *find(const struct sizes *s)
{
    for (int i = 0; i < n_prepared; i++)
        if (same(&all[i].key, s))
            return &all[i];
    if (!engine) {
        must(dnnl_engine_create(&engine, dnnl_cpu, 0));
        must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
    }
    struct prepared *p;
    if (n_prepared < MAX_PREPARED) {
        p = &all[n_prepared++];
    } else {
        p = &all[oldest];
        oldest = (oldest + 1) % MAX_PREPARED;
        forget(p);
    }
    prepare(p, s);
    return p;
}

void hy_matmul_bf16(int m, int n, int k, struct hy_factor a, struct hy_factor b, struct hy_product c)
{
    HY_ASSERT(m > 0 && n > 0 && k > 0, "an empty product is the caller's to leave out");
    const int threads = hy_team_begin();
    const struct sizes s = {.m = m,
                            .n = n,
                            .k = k,
                            .lda = a.ld,
                            .ldb = b.ld,
                            .ldc = c.ld,
                            .threads = omp_get_max_threads(),
                            .ta = a.transposed,
                            .tb = b.transposed,
                            .bf16 = c.bf16,
                            .add = c.add};
    struct prepared *p = find(&s);
    must(dnnl_memory_set_data_handle(p->a, (void *)(uintptr_t)a.at));
    must(dnnl_memory_set_data_handle(p->b, (void *)(uintptr_t)b.at));
    must(dnnl_memory_set_data_handle(p->c, c.at));
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, p->a}, {DNNL_ARG_WEIGHTS, p->b}, {DNNL_ARG_DST, p->c}};
    must(dnnl_primitive_execute(p->primitive, stream, 3, arguments));
    must(dnnl_stream_wait(stream));
    hy_team_end(threads);
}

const char *hy_matmul_isa(void)
{
    static const struct {
        dnnl_cpu_isa_t isa;
        const char *name;
    } names[] = {{dnnl_cpu_isa_sse41, "sse41"},
                 {dnnl_cpu_isa_avx, "avx"},
                 {dnnl_cpu_isa_avx2, "avx2"},
                 {dnnl_cpu_isa_avx2_vnni, "avx2_vnni"},
                 {dnnl_cpu_isa_avx512_core, "avx512_core"},
                 {dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"},
                 {dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"},
                 {dnnl_cpu_isa_avx512_core_amx, "avx512_core_amx"}};
    const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].isa == isa)
            return names[i].name;
    static char other[16]; /* of a later version */
    (void)snprintf(other, sizeof other, "0x%x", (unsigned)isa);
    return other;
}

const char *hy_matmul_library(void)
{
    static char name[32];
    const dnnl_version_t *v = dnnl_version();
    if (!name[0])
        (void)snprintf(name, sizeof name, "%d.%d.%d", v->major, v->minor, v->patch);
    return name;
}
