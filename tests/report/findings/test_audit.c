/* The audit of pairs: which differences confound, which belong to what is claimed, and how far sizes are apart. */
#include "report/findings/audit.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "tests/report/folder.h"

/* A run folder whose variants.csv has these rows, audited. */
struct audited {
    char *dir;
    struct hy_run_data d;
    struct hy_audit audit;
};

static const char header[] =
    "name,implementation,arch,compare_to,isolates,fusion,in_proj,match,match_to,layers,d_model,"
    "head_dim,global_layers,d_state,d_ff,params,flops_per_token,kv_bytes,Run,Corpus\n";

static struct audited audit(const char *columns, const char *rows)
{
    struct audited a = {.dir = copy_of_fixture()};
    char *text = hy_format("%s%s", columns, rows);
    write_text(a.dir, "variants.csv", text);
    cr_assert_eq(hy_run_data_load(&a.d, a.dir), HY_OK, "%s", hy_error());
    hy_audit_make(&a.audit, &a.d);
    free(text);
    return a;
}

static void drop(struct audited *a)
{
    hy_audit_fini(&a->audit);
    hy_run_data_fini(&a->d);
    remove_folder(a->dir);
}

static const struct hy_audit_pair *pair(const struct audited *a, const char *base, const char *other)
{
    const struct hy_audit_pair *p = hy_audit_find(&a->audit, base, other);
    cr_assert_not_null(p, "%s against %s", other, base);
    return p;
}

/* One base; each row of `cases` is compared with it. */
static const char base[] = "Base,split,hybrid,,,beta,separate,,,11,64,16,\"[0]\",16,170,1000,5000,800,r,c\n";

static const struct {
    const char *row;
    bool confounded;
    double params, flops, bytes; /* percent */
    const char *beyond, *matched;
} cases[] = {
    /* a component that is the only difference */
    {"split,hybrid,Base,fusion,mean,separate,,,11,64,16,\"[0]\",16,170,990,4990,800", false, -1, -0.2, 0, "", ""},
    {"split,hybrid,Base,in_proj,beta,shared,,,11,64,16,\"[0]\",16,170,1000,5000,800", false, 0, 0, 0, "", ""},
    /* what it leaves alone by nature must be alike ... */
    {"split,hybrid,Base,fusion,mean,separate,,,11,64,16,\"[0]\",16,170,1000,5300,800", true, 0, 6, 0, "", ""},
    {"split,hybrid,Base,in_proj,beta,shared,,,11,64,16,\"[0]\",16,170,1000,5000,700", true, 0, 0, -12.5, "", ""},
    {"split,hybrid,Base,d_state,beta,separate,,,11,64,16,\"[0]\",8,170,1000,4000,700", true, 0, -20, -12.5, "", ""},
    /* ... and what belongs to it is said */
    {"split,hybrid,Base,d_state,beta,separate,,,11,64,16,\"[0]\",8,170,1000,4000,800", false, 0, -20, 0, "", ""},
    {"split,hybrid,Base,global_layers,beta,separate,,,11,64,16,\"[0,1]\",16,170,1000,9000,1600", false, 0, 80, 100, "",
     ""},
    /* further fields, and parameters alone */
    {"fused,hybrid,Base,implementation,mean,shared,,,11,64,16,\"[0]\",16,170,1000,5000,800", true, 0, 0, 0,
     "fusion, in_proj", ""},
    {"split,hybrid,Base,global_layers,beta,separate,,,11,64,16,\"[0,1]\",16,170,1060,5000,800", true, 6, 0, 0, "", ""},
    /* fields that an architecture has not are no difference; its caches are gone altogether */
    {"split,mamba,Base,arch,,,,,11,64,,[],16,170,1010,4000,0", false, 1, -20, -100, "", ""},
    /* widths that make parameters equal; depth is not one of them */
    {"split,mamba,Base,arch,,,params,Base,11,80,20,[],16,210,1008,4000,0", false, 0.8, -20, -100, "",
     "d_model, head_dim, d_ff"},
    {"split,mamba,Base,arch,,,params,Base,8,80,20,[],16,210,1008,4000,0", true, 0.8, -20, -100, "layers",
     "d_model, head_dim, d_ff"},
    /* or flops, which stand in for parameters then */
    {"split,mamba,Base,arch,,,flops,Base,11,96,24,[],16,210,1300,5010,0", false, 30, 0.2, -100, "",
     "d_model, head_dim, d_ff"},
    {"split,mamba,Base,arch,,,flops,Base,11,96,24,[],16,210,1300,5400,0", true, 30, 8, -100, "",
     "d_model, head_dim, d_ff"},
    /* to another variant: a width like any other */
    {"split,mamba,Base,arch,,,params,Else,11,80,20,[],16,210,1008,4000,0", true, 0.8, -20, -100,
     "d_model, head_dim, d_ff", ""},
};

Test(audit_sizes, what_confounds)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *rows = hy_format("%sOther,%s,r,c\n", base, cases[i].row);
        struct audited a = audit(header, rows);
        const struct hy_audit_pair *p = pair(&a, "Base", "Other");
        cr_expect_eq(p->confounded, cases[i].confounded, "%s", cases[i].row);
        cr_expect_float_eq(p->params_percent, cases[i].params, 1e-9, "%s: %g", cases[i].row, p->params_percent);
        cr_expect_float_eq(p->flops_percent, cases[i].flops, 1e-9, "%s: %g", cases[i].row, p->flops_percent);
        cr_expect_float_eq(p->bytes_percent, cases[i].bytes, 1e-9, "%s: %g", cases[i].row, p->bytes_percent);
        cr_expect_str_eq(p->beyond_names, cases[i].beyond, "%s", cases[i].row);
        cr_expect_str_eq(p->matched_names, cases[i].matched, "%s", cases[i].row);
        cr_expect(p->claimed_differs, "%s", cases[i].row);
        free(rows);
        drop(&a);
    }
}

/* Two that follow one yardstick follow each other. */
Test(audit_sizes, matched_with_the_same_third)
{
    struct audited a =
        audit(header, "Base,split,hybrid,,,beta,separate,,,11,64,16,[0],16,170,1000,5000,800,r,c\n"
                      "A,split,hybrid,,,beta,separate,params,Base,11,72,18,[0],16,192,1003,5000,800,r,c\n"
                      "B,split,hybrid,A,fusion,mean,separate,params,Base,11,76,19,[0],16,202,1001,5000,"
                      "820,r,c\n"
                      "C,split,hybrid,A,fusion,mean,separate,flops,Base,11,76,19,[0],16,202,1001,5000,"
                      "820,r,c\n");
    const struct hy_audit_pair *b = pair(&a, "A", "B"), *c = pair(&a, "A", "C");
    cr_expect(!b->confounded);
    cr_expect_str_eq(b->matched_names, "d_model, head_dim, d_ff");
    cr_expect(c->confounded, "equal parameters and equal flops are two things");
    drop(&a);
}

/* Folders of older programs: no choices, caches by layer; without those their bytes are not known. */
Test(audit_sizes, older_folders)
{
    static const char columns[] = "name,arch,compare_to,isolates,params,flops_per_token,Run,Corpus\n",
                      rows[] = "A,hybrid,,,100,10,r,c\nB,mamba,A,arch,101,,r,c\n";
    static const char kv[] = "variant,layer,attention,role,producer,heads,cached_tokens,bytes,Run,Corpus\n"
                             "A,0,global,global,0,2,10,640,r,c\nA,1,local,alone,1,2,5,320,r,c\n"
                             "B,0,none,none,,,,,r,c\nB,1,none,none,,,,,r,c\n";
    struct audited a = audit(columns, rows);
    cr_expect(isnan(pair(&a, "A", "B")->bytes_percent), "the fixture's kv.csv knows neither");
    cr_expect(isnan(pair(&a, "A", "B")->flops_percent));
    cr_expect(!pair(&a, "A", "B")->confounded, "what is not known confounds nothing");
    write_text(a.dir, "kv.csv", kv);
    hy_audit_fini(&a.audit);
    hy_run_data_fini(&a.d);
    cr_assert_eq(hy_run_data_load(&a.d, a.dir), HY_OK, "%s", hy_error());
    hy_audit_make(&a.audit, &a.d);
    cr_expect_float_eq(pair(&a, "A", "B")->bytes_percent, -100, 1e-9);
    drop(&a);
}
