#include "models/program/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/bf16.h"

static void *grow(void *items, int n, size_t size)
{
    if (n & (n - 1)) /* capacity doubles at powers of two */
        return items;
    void *larger = realloc(items, (size_t)(n ? 2 * n : 1) * size);
    HY_ASSERT(larger, "out of memory while building a program (a few kilobytes)");
    return larger;
}

struct hy_program *hy_program_new(const char *name, struct hy_weights *weights)
{
    struct hy_program *p = calloc(1, sizeof *p);
    HY_ASSERT(p, "out of memory while building a program (a few kilobytes)");
    p->name = name;
    p->weights = weights;
    return p;
}

void hy_program_free(struct hy_program *p)
{
    if (!p)
        return;
    hy_graph_free(p->graph);
    if (p->owns_arena) {
        hy_memory_close(p->backend, p->arena);
        hy_memory_close(p->backend, p->scratch);
    }
    free(p->nodes);
    free(p->tensors);
    free(p->steps);
    free(p);
}

/* ---- tensors --------------------------------------------------------------------- */

static hy_t add_tensor(struct hy_program *p, struct hy_tensor t)
{
    p->tensors = grow(p->tensors, p->n_tensors, sizeof *p->tensors);
    t.ld = t.ld ? t.ld : (int)t.cols;
    t.bytes_per_element = t.bytes_per_element ? t.bytes_per_element : (int)sizeof(float);
    p->tensors[p->n_tensors] = t;
    return p->n_tensors++;
}

/* A piece of a weights vector; the same piece is the same tensor, so that its gradients add up. */
static hy_t weights_tensor(struct hy_program *p, enum hy_vector vector, size_t offset, size_t rows, size_t cols)
{
    for (hy_t t = 0; t < p->n_tensors; t++) {
        const struct hy_tensor *k = &p->tensors[t];
        if (k->home == HY_HOME_WEIGHTS && k->vector == vector && k->offset == offset && k->rows == rows &&
            k->cols == cols)
            return t;
    }
    return add_tensor(
        p, (struct hy_tensor){.rows = rows, .cols = cols, .home = HY_HOME_WEIGHTS, .vector = vector, .offset = offset});
}

static int index_of(const struct hy_weights *w, const char *name)
{
    const struct hy_param *found = hy_params_find(&w->params, name);
    return found ? (int)(found - w->params.items) : -1;
}

/* The parameter that begins there. */
static int at_offset(const struct hy_weights *w, size_t offset)
{
    int i = 0;
    while (i < w->params.n && w->offset[i] != offset)
        i++;
    HY_ASSERT(i < w->params.n, "the parameters of a span are neighbours in memory");
    return i;
}

/* A vector parameter is one row, a matrix has its own rows. */
static size_t rows_of(const struct hy_param *q)
{
    return q->ndim == 2 ? (size_t)q->dims[0] : 1;
}
static size_t cols_of(const struct hy_param *q)
{
    return (size_t)(q->ndim == 2 ? q->dims[1] : q->dims[0]);
}

hy_t hy_parameter(struct hy_program *p, const char *name)
{
    int i = index_of(p->weights, name);
    if (i < 0)
        return HY_NONE;
    const struct hy_param *q = &p->weights->params.items[i];
    return weights_tensor(p, HY_VALUES, p->weights->offset[i], rows_of(q), cols_of(q));
}

hy_t hy_parameter_span(struct hy_program *p, const char *first, const char *last)
{
    const struct hy_weights *w = p->weights;
    int from = index_of(w, first), to = index_of(w, last);
    HY_ASSERT(from >= 0 && to >= from, "a span names two parameters of the model, in order");
    size_t rows = 0, cols = cols_of(&w->params.items[from]);
    for (int i = from; i != -1; i = i == to ? -1 : at_offset(w, w->offset[from] + rows * cols)) {
        HY_ASSERT(cols_of(&w->params.items[i]) == cols, "the parameters of a span are equally wide");
        rows += rows_of(&w->params.items[i]);
    }
    return weights_tensor(p, HY_VALUES, w->offset[from], rows, cols);
}

bool hy_parameter_follows(const struct hy_program *p, const char *before, const char *name)
{
    const struct hy_weights *w = p->weights;
    const int i = index_of(w, before), k = index_of(w, name);
    HY_ASSERT(i >= 0 && k >= 0, "both are parameters of the model");
    return w->offset[k] == w->offset[i] + (size_t)w->params.items[i].count;
}

hy_t hy_parameter_rows(struct hy_program *p, const char *name, int first, int rows)
{
    const struct hy_weights *w = p->weights;
    const int i = index_of(w, name);
    HY_ASSERT(i >= 0 && w->params.items[i].ndim == 2, "rows are taken of a matrix of the model");
    const struct hy_param *q = &w->params.items[i];
    HY_ASSERT(first >= 0 && rows > 0 && first + rows <= q->dims[0], "the rows exist");
    return weights_tensor(p, HY_VALUES, w->offset[i] + (size_t)first * cols_of(q), (size_t)rows, cols_of(q));
}

hy_t hy_weights_vector(struct hy_program *p, enum hy_vector vector)
{
    return weights_tensor(p, vector, 0, 1, p->weights->length);
}

hy_t hy_host_tensor(struct hy_program *p, size_t rows, size_t cols)
{
    return add_tensor(p, (struct hy_tensor){.rows = rows, .cols = cols, .keep = true});
}

hy_t hy_kept_tensor(struct hy_program *p, size_t rows, size_t cols, size_t offset)
{
    return add_tensor(p, (struct hy_tensor){.rows = rows, .cols = cols, .home = HY_HOME_KEPT, .offset = offset});
}

hy_t hy_columns(struct hy_program *p, hy_t t, int col, int cols)
{
    const struct hy_tensor base = p->tensors[t];
    HY_ASSERT(base.home == HY_HOME_ARENA, "columns are taken of computed tensors");
    HY_ASSERT(col >= 0 && cols > 0 && (size_t)col + (size_t)cols <= base.cols, "the columns exist");
    return add_tensor(p, (struct hy_tensor){.rows = base.rows,
                                            .cols = (size_t)cols,
                                            .ld = base.ld,
                                            .bytes_per_element = base.bytes_per_element,
                                            .home = HY_HOME_VIEW,
                                            .offset = (size_t)col,
                                            .base = t});
}

void hy_program_keep(struct hy_program *p, hy_t t)
{
    p->tensors[t].keep = true;
}

/* ---- nodes ----------------------------------------------------------------------- */

/* Whether what a node leaves in a slot is stored in bf16. */
static bool narrow(const struct hy_program *p, const struct hy_slot *slot)
{
    return p->stored == HY_BF16 && slot->role == HY_ROLE_OUT && slot->flags & (HY_SLOT_ACTIVATION | HY_SLOT_EITHER);
}

static bool made_by_emit(enum hy_role role)
{
    return role == HY_ROLE_OUT || role == HY_ROLE_SAVED || role == HY_ROLE_SCRATCH || role == HY_ROLE_RESULT;
}

/* How each operand is stored goes into the node's arguments. */
static void enter_storage(const struct hy_program *p, struct hy_node *n)
{
    for (int i = 0; hy_ops[n->op].slots[i].name; i++) {
        const struct hy_slot *slot = &hy_ops[n->op].slots[i];
        if (n->slot[i] == HY_NONE || (slot->role != HY_ROLE_IN && slot->role != HY_ROLE_OUT))
            continue;
        bool bf16 = p->tensors[n->slot[i]].bytes_per_element == 2;
        HY_ASSERT(!bf16 || slot->flags & (HY_SLOT_ACTIVATION | HY_SLOT_EITHER),
                  "an operand in bf16 stands where the op takes one");
        hy_slot_store(slot, &n->sizes, bf16);
    }
    for (int i = 0; hy_ops[n->op].slots[i].name; i++)
        HY_ASSERT(n->slot[i] == HY_NONE || !(hy_ops[n->op].slots[i].flags & HY_SLOT_ACTIVATION) ||
                      (hy_slot_element(&hy_ops[n->op].slots[i], &n->sizes) == 2) == hy_op_stored_bf16(n->op, &n->sizes),
                  "all activations of a node are stored alike");
}

void hy_emit(struct hy_program *p, enum hy_op_id op, const union hy_args *sizes, hy_t slot[HY_MAX_SLOTS], int layer,
             const char *place)
{
    const struct hy_slot *slots = hy_ops[op].slots;
    struct hy_shape shape[HY_MAX_SLOTS] = {{0, 0}};
    hy_ops[op].shapes(sizes, shape);
    for (int i = 0; slots[i].name; i++) {
        bool present = shape[i].rows > 0 && shape[i].cols > 0;
        if (made_by_emit(slots[i].role)) {
            slot[i] = HY_NONE;
            if (present)
                slot[i] = add_tensor(p, (struct hy_tensor){.rows = shape[i].rows,
                                                           .cols = shape[i].cols,
                                                           .bytes_per_element = slots[i].flags & HY_SLOT_DOUBLE ? 8
                                                                                : narrow(p, &slots[i])          ? 2
                                                                                                                : 4});
            continue;
        }
        HY_ASSERT(present == (slot[i] != HY_NONE), "an operand is given exactly where the op's sizes ask for one");
        if (!present)
            continue;
        const struct hy_tensor *t = &p->tensors[slot[i]];
        HY_ASSERT(t->rows * t->cols == shape[i].rows * shape[i].cols,
                  "an operand has as many elements as the op expects");
        HY_ASSERT((t->rows == shape[i].rows && t->cols == shape[i].cols) || (size_t)t->ld == t->cols,
                  "an operand of another shape is contiguous");
    }
    p->nodes = grow(p->nodes, p->n_nodes, sizeof *p->nodes);
    struct hy_node *n = &p->nodes[p->n_nodes++];
    *n = (struct hy_node){.op = op, .sizes = *sizes, .layer = layer, .place = place};
    memcpy(n->slot, slot, sizeof n->slot);
    enter_storage(p, n);
}

void hy_program_keep_f32(struct hy_program *p, hy_t t)
{
    struct hy_node *last = &p->nodes[p->n_nodes - 1];
    bool made_here = false;
    for (int i = 0; hy_ops[last->op].slots[i].name; i++)
        made_here = made_here || (hy_ops[last->op].slots[i].role == HY_ROLE_OUT && last->slot[i] == t);
    HY_ASSERT(made_here && t >= p->n_tensors - HY_MAX_SLOTS, "an output is widened before anything else is built");
    p->tensors[t].bytes_per_element = sizeof(float);
    enter_storage(p, last);
}

void hy_checkpoint(struct hy_program *p)
{
    p->nodes[p->n_nodes - 1].checkpoint = true;
}

void hy_program_differentiate(struct hy_program *p, enum hy_recompute recompute)
{
    p->n_differentiated = p->n_nodes;
    p->recompute = recompute;
}

hy_t hy_program_clone(struct hy_program *p, hy_t t)
{
    struct hy_tensor like = p->tensors[t];
    like.keep = like.has_gradient = false;
    return add_tensor(p, like);
}

/* ---- running --------------------------------------------------------------------- */

/* Where a tensor's value lies: through its view to the arena, or in the weights. */
static hy_address address(const struct hy_program *p, hy_t id, bool gradient)
{
    const struct hy_tensor *t = &p->tensors[id];
    size_t inside = 0;
    if (t->home == HY_HOME_VIEW) {
        inside = t->offset * (size_t)t->bytes_per_element;
        t = &p->tensors[t->base];
    }
    if (t->home == HY_HOME_WEIGHTS) {
        enum hy_vector vector = gradient ? HY_GRADS : t->vector;
        hy_address start =
            hy_on_device(p->backend) ? p->weights->on_device[vector] : (hy_address)p->weights->data[vector];
        return start + t->offset * sizeof(float);
    }
    if (t->home == HY_HOME_KEPT)
        return p->kept + t->offset * sizeof(float);
    return p->arena + (gradient ? t->gradient_at : t->value_at) + inside;
}

static size_t bytes_of(const struct hy_tensor *t)
{
    return t->rows * t->cols * (size_t)t->bytes_per_element;
}

void hy_program_put(struct hy_program *p, hy_t t, const void *from)
{
    hy_memory_put(p->backend, address(p, t, false), from, bytes_of(&p->tensors[t]));
}

void hy_program_copy(struct hy_program *p, hy_t t, hy_address from)
{
    hy_memory_copy(p->backend, address(p, t, false), from, bytes_of(&p->tensors[t]));
}

void hy_program_copy_out(const struct hy_program *p, hy_t t, hy_address to)
{
    hy_memory_copy(p->backend, to, address(p, t, false), bytes_of(&p->tensors[t]));
}

hy_status hy_program_get(const struct hy_program *p, hy_t t, void *to)
{
    return hy_memory_get(p->backend, to, address(p, t, false), bytes_of(&p->tensors[t]));
}

static void bind_slot(const struct hy_program *p, struct hy_step *s, int i, const struct hy_slot *slot,
                      const struct hy_shape *shape)
{
    hy_t id = s->value[i];
    hy_address value = address(p, id, false);
    hy_t owner = p->nodes[s->node].slot[i]; /* a value may be a clone, its gradient is the node's */
    float *gradient = s->wants >> i & 1 ? (float *)address(p, owner, true) : NULL;
    const struct hy_tensor *t = &p->tensors[id];
    int ld = t->cols == shape->cols ? t->ld : (int)shape->cols; /* contiguous: hy_emit saw to it */
    if (slot->role == HY_ROLE_IN)
        *hy_slot_in(&s->args, slot) =
            (struct hy_in){(const float *)value, gradient, ld, s->adds >> i & 1, t->bytes_per_element == 2};
    else if (slot->role == HY_ROLE_OUT)
        *hy_slot_out(&s->args, slot) = (struct hy_out){(float *)value, gradient, ld, t->bytes_per_element == 2};
    else
        memcpy((char *)&s->args + slot->offset, &value, sizeof value);
}

/* A scratch or saved tensor no pass of this program uses has no storage. */
static bool has_storage(const struct hy_program *p, hy_t id)
{
    const struct hy_tensor *t = &p->tensors[id];
    t = t->home == HY_HOME_VIEW ? &p->tensors[t->base] : t;
    return t->home == HY_HOME_WEIGHTS || t->home == HY_HOME_KEPT || t->value_last >= 0;
}

/* Kernels on a device read the run record there. */
static void bind_run(const struct hy_program *p, enum hy_op_id op, union hy_args *args)
{
    const struct hy_run **run = hy_op_run(op, args);
    if (run && hy_on_device(p->backend))
        *run = (const struct hy_run *)(p->arena + p->run_at);
}

/* The bf16 copy of weights, where a device has one: linear reads it, adamw keeps it. */
static void bind_rounded(const struct hy_program *p, const struct hy_node *n, union hy_args *args)
{
    const hy_address copy = p->weights->rounded;
    if (!copy)
        return;
    if (n->op == HY_OP_ADAMW)
        args->adamw.rounded = (void *)copy;
    if (n->op != HY_OP_LINEAR)
        return;
    const struct hy_tensor *w = &p->tensors[n->slot[HY_LINEAR_W]];
    if (w->home == HY_HOME_WEIGHTS && w->vector == HY_VALUES)
        args->linear.rounded = (const void *)(copy + w->offset * sizeof(hy_bf16));
}

void hy_program_bind(struct hy_program *p, hy_address arena, struct hy_backend backend)
{
    HY_ASSERT(arena % 64 == 0, "an arena starts on 64 bytes");
    HY_ASSERT(!hy_on_device(backend) || p->weights->on_device[HY_VALUES],
              "weights are placed before a program is bound");
    p->arena = arena;
    p->backend = backend;
    for (int i = 0; i < p->n_steps; i++) {
        struct hy_step *s = &p->steps[i];
        const struct hy_node *n = &p->nodes[s->node];
        struct hy_shape shape[HY_MAX_SLOTS] = {{0, 0}};
        hy_ops[n->op].shapes(&n->sizes, shape);
        s->args = n->sizes;
        for (int k = 0; hy_ops[n->op].slots[k].name; k++)
            if (s->value[k] != HY_NONE && has_storage(p, s->value[k]))
                bind_slot(p, s, k, &hy_ops[n->op].slots[k], &shape[k]);
        bind_run(p, n->op, &s->args);
        if (hy_on_device(backend))
            bind_rounded(p, n, &s->args);
        s->kernel = hy_kernel_for(backend, n->op, s->pass, &n->sizes);
        HY_ASSERT(backend.where == HY_WHERE_REF || s->kernel, "every op has a kernel on every backend");
    }
}

size_t hy_program_scratch_bytes(const struct hy_program *p, struct hy_backend backend)
{
    size_t most = 0;
    for (int i = 0; i < p->n_steps && hy_on_device(backend); i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        union hy_args sizes = n->sizes;
        bind_rounded(p, n, &sizes);
        size_t bytes = hy_cuda_scratch_bytes(n->op, &sizes, p->steps[i].pass);
        most = bytes > most ? bytes : most;
    }
    return most;
}

hy_status hy_program_open(struct hy_program *p, struct hy_backend backend)
{
    hy_status status = hy_weights_place(p->weights, backend);
    if (status == HY_OK)
        status = hy_memory_open(backend, p->arena_bytes, &p->arena);
    if (status != HY_OK)
        return status;
    p->owns_arena = true;
    hy_program_bind(p, p->arena, backend);
    p->scratch_bytes = hy_program_scratch_bytes(p, backend);
    return p->scratch_bytes > 0 ? hy_memory_open(backend, p->scratch_bytes, &p->scratch) : HY_OK;
}

static void poison_dead(const struct hy_program *p, int step)
{
    for (int i = 0; i < p->n_tensors; i++) {
        const struct hy_tensor *t = &p->tensors[i];
        if (t->home != HY_HOME_ARENA || t->keep)
            continue;
        if (t->value_last == step)
            hy_memory_fill(p->backend, p->arena + t->value_at, 0xff, bytes_of(t)); /* all bits set is a NaN */
        if (t->has_gradient && !t->gradient_in_place && t->gradient_last == step)
            hy_memory_fill(p->backend, p->arena + t->gradient_at, 0xff, bytes_of(t));
    }
}

const char *hy_program_section(const struct hy_program *p, int step)
{
    if (step < p->first_backward)
        return "forward";
    return step < p->first_update ? "backward" : "update";
}

static void run_step(const struct hy_program *p, const struct hy_step *s)
{
    if (s->kernel)
        s->kernel->run(&s->args);
    else
        hy_call(p->backend, p->nodes[s->node].op, s->pass, &s->args);
}

/* On a device: with the next one where there is a row for both, or leaving sums to a later one. */
static void run_step_among_others(const struct hy_program *p, const struct hy_step *s)
{
    if (s > p->steps && s[-1].pair)
        return; /* ran with the one before it */
    hy_cuda_hold_sums(s->held_for != 0);
    if (s->pair)
        s->pair->run(&s->args, &s[1].args);
    else
        run_step(p, s);
    hy_cuda_hold_sums(false);
}

/* From the first backward step to behind the last. */
static void leave_sums(const struct hy_program *p, bool later)
{
    if (p->sums_later && hy_on_device(p->backend))
        hy_cuda_sums_later(later);
}

static void run_steps(struct hy_program *p, const struct hy_trace *trace)
{
    const char *section = NULL;
    int layer = -1;
    const bool pairs = hy_on_device(p->backend) && (!trace || p->trace_pairs);
    hy_trace_begin(trace, HY_TRACE_STEP, p->name, -1, p->run.step);
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_step *s = &p->steps[i];
        const struct hy_node *n = &p->nodes[s->node];
        if (trace) {
            bool new_section = section != hy_program_section(p, i);
            if (layer >= 0 && (new_section || n->layer != layer))
                hy_trace_end(trace);
            if (new_section && section)
                hy_trace_end(trace);
            if (new_section) {
                section = hy_program_section(p, i);
                hy_trace_begin(trace, HY_TRACE_PASS, section, -1, p->run.step);
            }
            if (n->layer >= 0 && (new_section || n->layer != layer))
                hy_trace_begin(trace, HY_TRACE_LAYER, "layer", n->layer, (uint64_t)n->layer);
            layer = n->layer;
            hy_trace_begin_op(trace, n, n->place, n->layer, (uint64_t)hy_op_bytes(n->op, &s->args, s->pass));
        }
        if (i == p->first_backward)
            leave_sums(p, true);
        (pairs ? run_step_among_others : run_step)(p, s);
        if (trace)
            (void)hy_backend_wait(p->backend); /* whoever asks for a result is told */
        hy_trace_end(trace);
        if (i == p->first_update - 1)
            leave_sums(p, false);
        if (p->poison)
            poison_dead(p, i);
    }
    if (layer >= 0)
        hy_trace_end(trace);
    if (section)
        hy_trace_end(trace);
    hy_trace_end(trace);
}

/* The first run goes step by step (libraries choose and load what they need), the second one is
 * recorded, and from then on the recording runs. */
static void run_recorded(struct hy_program *p)
{
    if (p->ran && !p->graph) {
        hy_graph_record();
        run_steps(p, NULL);
        p->graph = hy_graph_recorded();
    }
    if (p->graph)
        hy_graph_run(p->graph);
    else
        run_steps(p, NULL);
    p->ran = true;
}

void hy_program_run(struct hy_program *p, const struct hy_trace *trace)
{
    if (!hy_on_device(p->backend)) {
        run_steps(p, trace);
        return;
    }
    hy_cuda_put_small(p->arena + p->run_at, &p->run, sizeof p->run);
    hy_cuda_scratch_lend(p->scratch, p->scratch_bytes);
    if (trace)
        run_steps(p, trace);
    else
        run_recorded(p);
    hy_cuda_scratch_lend(0, 0);
}

double hy_program_flops(const struct hy_program *p)
{
    double flops = 0;
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        flops += hy_ops[n->op].flops(&n->sizes, p->steps[i].pass);
    }
    return flops;
}
