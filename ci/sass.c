/* Instructions and loops of the kernels in a cubin, read without a disassembler (the CUDA packages that
 * bring nvcc bring none): sm_70 to sm_90 have instructions of 16 bytes, and all that is needed is where
 * the branches go.
 *   sass FILE.cubin       a line a kernel: "mangled instructions [loop ...]"
 * A loop: "depth:blocks:own": how many loops it lies in, itself included, and its instructions without those of
 * loops inside it; in the order of their addresses. Both sides of a branch inside a loop count. What is
 * called (slow paths of divisions) is not counted where it is called.
 * Checked against nvdisasm's listings when it was written: as many instructions, the same targets. */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 16, BRANCH = 0x947, EXIT = 0x94d, NOP = 0x918, RETURN = 0x950, KILL = 0x95b, TABLE = 0x949 };

struct instruction {
    unsigned code;
    bool always; /* guarded by no predicate */
    long target; /* of a branch, an instruction's number; -1: none */
};

struct block {
    int first, count, next[2]; /* -1: none */
    int loop;                  /* the innermost one, -1 */
};

struct loop {
    int header, outer, depth, own, blocks;
    bool *has;
};

static void die(const char *why, const char *what)
{
    fprintf(stderr, "sass: %s: %s\n", what, why);
    exit(1);
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    if (!p)
        die("out of memory", "kernel");
    return p;
}

static uint64_t word(const unsigned char *at)
{
    uint64_t w;
    memcpy(&w, at, sizeof w);
    return w;
}

/* Where a branch goes, in bytes from the instruction behind it. */
static int64_t distance(uint64_t low, uint64_t high, int sm)
{
    if (sm < 90) /* bits 34 ... 81 in fours */
        return (int64_t)((high & 0x3ffff) << 46 | low >> 34 << 16) >> 16 << 2;
    return (int64_t)((((high & 0x3ffff) << 30 | low >> 34) << 8 | (low >> 16 & 0xff)) << 8) >> 8 << 2;
}

static void decode(const unsigned char *code, int n, int sm, struct instruction *to)
{
    for (int i = 0; i < n; i++) {
        const uint64_t low = word(code + (size_t)i * BYTES), high = word(code + (size_t)i * BYTES + 8);
        struct instruction *x = &to[i];
        x->code = (unsigned)(low & 0xfff);
        x->always = (low >> 12 & 0xf) == 7;
        x->target = x->code == BRANCH ? i + 1 + distance(low, high, sm) / BYTES : -1;
        if (x->code == BRANCH && (high >> 23 & 0xf) != 7) /* a second predicate */
            x->always = false;
    }
}

static bool leaves(const struct instruction *x)
{
    return x->code == EXIT || x->code == RETURN || x->code == KILL || x->code == TABLE;
}

/* Cuts n instructions into blocks; returns how many. at[i]: the block that begins at i. */
static int cut(const struct instruction *x, int n, struct block *blocks)
{
    bool *begins = room((size_t)n + 1, sizeof *begins);
    int *at = room((size_t)n + 1, sizeof *at), count = 0;
    begins[0] = true;
    for (int i = 0; i < n; i++) {
        if (x[i].target >= 0 && x[i].target < n)
            begins[x[i].target] = true;
        if (x[i].code == BRANCH || leaves(&x[i]))
            begins[i + 1] = true;
    }
    for (int i = 0; i < n; i++) {
        if (begins[i]) {
            blocks[count] = (struct block){.first = i, .next = {-1, -1}, .loop = -1};
            at[i] = count++;
        }
        blocks[count - 1].count++;
    }
    for (int b = 0; b < count; b++) {
        const int last = blocks[b].first + blocks[b].count - 1;
        const bool stops = x[last].always && (x[last].code == BRANCH || leaves(&x[last]));
        if (!stops && b + 1 < count)
            blocks[b].next[0] = b + 1;
        if (x[last].target >= 0 && x[last].target < n)
            blocks[b].next[1] = at[x[last].target];
    }
    free(begins);
    free(at);
    return count;
}

/* over[b * n + d]: every way to block b leads through d; of blocks that no way leads to, all do. */
static bool *dominators(const struct block *blocks, int n)
{
    bool *over = room((size_t)n * (size_t)n, sizeof *over);
    memset(over, 1, (size_t)n * (size_t)n);
    memset(over, 0, (size_t)n);
    over[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (int b = 0; b < n; b++)
            for (int k = 0; k < 2; k++) {
                const int to = blocks[b].next[k];
                if (to < 0)
                    continue;
                for (int d = 0; d < n; d++)
                    if (d != to && over[(size_t)to * n + d] && !over[(size_t)b * n + d]) {
                        over[(size_t)to * n + d] = false;
                        changed = true;
                    }
            }
    }
    return over;
}

/* Adds to a loop what reaches `b` without its header. */
static void gather(const struct block *blocks, int n, struct loop *l, int b)
{
    if (l->has[b])
        return;
    l->has[b] = true;
    for (int p = 0; p < n; p++)
        if (blocks[p].next[0] == b || blocks[p].next[1] == b)
            gather(blocks, n, l, p);
}

static int loops_of(struct block *blocks, int n, struct loop *loops)
{
    bool *over = dominators(blocks, n);
    int count = 0;
    for (int h = 0; h < n; h++) {
        struct loop *l = NULL;
        for (int b = 0; b < n; b++)
            if ((blocks[b].next[0] == h || blocks[b].next[1] == h) && over[(size_t)b * n + h] &&
                (b == h || !over[(size_t)h * n + b])) {
                if (!l) {
                    l = &loops[count++];
                    *l = (struct loop){.header = h, .outer = -1, .has = room((size_t)n, sizeof *l->has)};
                    l->has[h] = true;
                }
                gather(blocks, n, l, b);
            }
    }
    for (int i = 0; i < count; i++)
        for (int b = 0; b < n; b++)
            loops[i].blocks += loops[i].has[b];
    for (int i = 0; i < count; i++)
        for (int o = 0; o < count; o++)
            if (o != i && loops[o].has[loops[i].header] && loops[o].blocks > loops[i].blocks) {
                loops[i].depth++;
                if (loops[i].outer < 0 || loops[o].blocks < loops[loops[i].outer].blocks)
                    loops[i].outer = o;
            }
    for (int b = 0; b < n; b++)
        for (int i = 0; i < count; i++)
            if (loops[i].has[b] && (blocks[b].loop < 0 || loops[i].blocks < loops[blocks[b].loop].blocks))
                blocks[b].loop = i;
    for (int b = 0; b < n; b++)
        if (blocks[b].loop >= 0)
            loops[blocks[b].loop].own += blocks[b].count;
    free(over);
    return count;
}

static void show(const char *name, const unsigned char *code, size_t bytes, int sm, bool detail)
{
    int n = (int)(bytes / BYTES);
    struct instruction *x = room((size_t)n, sizeof *x);
    decode(code, n, sm, x);
    while (n > 0 && (x[n - 1].code == NOP || (x[n - 1].code == BRANCH && x[n - 1].target == n - 1)))
        n--; /* what fills the last line of the cache */
    struct block *blocks = room((size_t)n, sizeof *blocks);
    const int n_blocks = cut(x, n, blocks);
    struct loop *loops = room((size_t)n_blocks, sizeof *loops);
    const int n_loops = loops_of(blocks, n_blocks, loops);
    printf("%s %d", name, n);
    for (int i = 0; i < n_loops; i++)
        printf(" %d:%d", loops[i].depth + 1, loops[i].own);
    printf("\n");
    for (int i = 0; detail && i < n_loops; i++) {
        const struct loop *l = &loops[i];
        printf("    loop %d depth %d own %d, from %x", i + 1, l->depth + 1, l->own, blocks[l->header].first * BYTES);
        for (int b = 0; b < n_blocks; b++)
            if (blocks[b].loop == i)
                printf(" %x+%d", blocks[b].first * BYTES, blocks[b].count);
        printf("\n");
    }
    for (int i = 0; i < n_loops; i++)
        free(loops[i].has);
    free(loops);
    free(blocks);
    free(x);
}

int main(int argc, char **argv)
{
    const bool detail = argc == 3 && strcmp(argv[1], "-v") == 0;
    if (argc != 2 + detail) {
        fprintf(stderr, "sass: usage: sass [-v] FILE.cubin\n");
        return 2;
    }
    const char *path = argv[1 + detail];
    FILE *f = fopen(path, "rb");
    if (!f)
        die("cannot be read", path);
    size_t bytes = 0;
    unsigned char *all = NULL;
    for (size_t got = 1; got > 0; bytes += got) {
        all = realloc(all, bytes + 65536);
        if (!all)
            die("out of memory", path);
        got = fread(all + bytes, 1, 65536, f);
    }
    fclose(f);
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)all;
    if (bytes < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_shoff > bytes ||
        head->e_shnum > (bytes - head->e_shoff) / sizeof(Elf64_Shdr) || head->e_shstrndx >= head->e_shnum)
        die("is no cubin", path);
    /* newer toolkits have the architecture one byte further on */
    const int sm =
        (int)(head->e_flags >> 8 & 0xff) >= 50 ? (int)(head->e_flags >> 8 & 0xff) : (int)(head->e_flags & 0xff);
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(all + head->e_shoff);
    const Elf64_Shdr *names = &sections[head->e_shstrndx];
    for (int i = 0; i < head->e_shnum; i++) {
        const Elf64_Shdr *s = &sections[i];
        if (s->sh_offset > bytes || s->sh_size > bytes - s->sh_offset || s->sh_name >= names->sh_size)
            continue;
        const char *name = (const char *)all + names->sh_offset + s->sh_name;
        if (s->sh_type == SHT_PROGBITS && strncmp(name, ".text.", 6) == 0)
            show(name + 6, all + s->sh_offset, s->sh_size, sm, detail);
    }
    free(all);
    return 0;
}
