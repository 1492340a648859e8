/* The block table: names, labels, what each row makes of sizes. */
#include "models/config/block.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "models/config/params.h"
#include "models/config/resolve.h"
#include "tests/models/tiny.h"

Test(block, names_and_labels_are_told_apart)
{
    const int n = hy_implementation_names.n;
    cr_assert(ge(int, n, 2));
    for (int i = 0; i < n; i++) {
        int back = -1;
        cr_assert(eq(int, hy_names_parse(&hy_implementation_names, hy_implementation_name(i), &back), HY_OK));
        cr_assert(eq(int, back, i));
        cr_assert(strpbrk(hy_implementation_label(i), ",\"\n") == NULL, "a label is a cell of a table");
        for (int k = 0; k < i; k++)
            cr_assert(
                ne(str, (char *)(uintptr_t)hy_implementation_label(i), (char *)(uintptr_t)hy_implementation_label(k)));
        cr_assert(hy_block_of(i)->archs != 0 && hy_block_of(i)->archs < 1U << hy_arch_names.n);
    }
    cr_assert(hy_implementation_name(n) == NULL && hy_implementation_label(n) == NULL);
    cr_assert(hy_block_of(n) == hy_block_of(0), "a number that is none may be resolved; checking refuses it");
    struct hy_config c = tiny_config(0, 0);
    c.implementation = (enum hy_implementation)n;
    hy_config_resolve(&c);
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
    cr_assert(strstr(hy_error(), "implementation must be split") != NULL, "%s", hy_error());
}

/* Whatever a block is for, its rules give sizes that can be built, and its list has every parameter once. */
Test(block, every_kind_can_be_built)
{
    cr_assert(ge(int, tiny_kinds(), 6));
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct hy_config c = tiny_config(kind, 0), again = c;
        struct hy_params p;
        cr_assert(eq(int, hy_config_check(&c), HY_OK), "%s", hy_error());
        hy_config_resolve(&again);
        cr_assert(hy_config_equal(&c, &again), "resolving twice changes nothing");
        hy_params_list(&c, &p);
        for (int i = 0; i < p.n; i++)
            cr_assert(hy_params_find(&p, p.items[i].name) == &p.items[i], "%s is there once", p.items[i].name);
        hy_params_fini(&p);
        for (int d = 1; d < 2000; d++) {
            const struct hy_block *block = hy_block_of(c.implementation);
            cr_assert(ge(int, block->d_ff(d), 1));
            cr_assert(block->dt_rank(d) >= 1 && block->dt_rank(d) <= d, "%d", d);
        }
        /* an architecture that it does not exist for is refused by name */
        for (int a = 0; a < hy_arch_names.n; a++) {
            c.arch = (enum hy_arch)a;
            c.fusion = HY_FUSE_AUTO;
            c.in_proj = HY_IN_PROJ_AUTO;
            for (int i = 0; i < c.n_layers; i++)
                c.layers[i] = (struct hy_layer){.producer = hy_has_attention(&c) ? i : -1};
            c.n_groups = 0;
            hy_config_resolve(&c);
            bool there = hy_block_of(c.implementation)->archs & 1U << a;
            cr_assert(eq(int, hy_config_check(&c), there ? HY_OK : HY_BAD_INPUT), "%s", hy_error());
            if (!there)
                cr_assert(strstr(hy_error(), "exists for arch") != NULL, "%s", hy_error());
        }
    }
}
