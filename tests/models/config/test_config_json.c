/* Variants as JSON: there and back, the reference's files, hostile ones. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"

Test(config_json, round_trip)
{
    const char *const profiles[] = {"full", "quick", "smoke"};
    int n = 0;
    for (int p = 0; p < 3; p++) {
        struct hy_study s;
        cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", profiles[p], &s), HY_OK), "%s", hy_error());
        for (int i = 0; i < s.n_variants; i++, n++) {
            struct hy_config back;
            s.variants[i].dropout = i ? 1.0f / (float)(i + 2) : 0;
            char *text = hy_config_to_json(&s.variants[i]);
            cr_assert(eq(int, hy_config_from_json_text(text, strlen(text), &back), HY_OK), "%s", hy_error());
            cr_assert(hy_config_equal(&s.variants[i], &back), "%s", text);
            free(text);
        }
        json_t *training = hy_training_json(&s.training);
        cr_assert(eq(llong, json_integer_value(json_object_get(training, "batch")), s.training.batch));
        json_decref(training);
        hy_study_fini(&s);
    }
    cr_assert(eq(int, n, 21));
}

Test(config_json, short_numbers)
{
    struct hy_study s;
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", "full", &s), HY_OK), "%s", hy_error());
    char *text = hy_config_to_json(&s.variants[2]);
    cr_assert(strstr(text, "\"dropout\":0.1,") != NULL, "%s", text);
    cr_assert(strstr(text, "\"kv_groups\":[[1,2],[3,4],[6,7],[8,9]]") != NULL, "%s", text);
    free(text);
    hy_study_fini(&s);
}

/* The configurations in the weights files that the reference in Python wrote. */
Test(config_json, files_of_the_reference)
{
    DIR *folder = opendir("tests/data/parity");
    cr_assert(folder != NULL, "tests/data/parity is there");
    int n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strstr(entry->d_name, ".safetensors"))
            continue;
        char *path = hy_format("tests/data/parity/%s", entry->d_name), *data;
        size_t bytes;
        uint64_t header;
        struct hy_config c;
        cr_assert(eq(int, hy_read_file(path, &data, &bytes), HY_OK), "%s", hy_error());
        memcpy(&header, data, sizeof header);
        json_t *root = json_loadb(data + 8, (size_t)header, 0, NULL);
        const char *text = json_string_value(json_object_get(json_object_get(root, "__metadata__"), "variant"));
        cr_assert(text != NULL);
        cr_assert(eq(int, hy_config_from_json_text(text, strlen(text), &c), HY_OK), "%s: %s", path, hy_error());
        json_decref(root);
        free(data);
        free(path);
        n++;
    }
    closedir(folder);
    cr_assert(gt(int, n, 10));
}

static const char good[] =
    "{\"name\":\"A\",\"implementation\":\"split\",\"arch\":\"hybrid\",\"d_model\":16,\"n_layers\":4,\"n_heads\":4,"
    "\"n_kv_heads\":2,\"window\":4,\"meta_tokens\":2,\"d_state\":4,\"d_conv\":4,\"expand\":2,\"d_ff\":32,\"dt_rank\":1,"
    "\"seq_len\":9,\"vocab\":40,\"dropout\":0.1,\"label_smoothing\":0,\"global_layers\":[0],\"kv_groups\":[[1,2]]}";

/* `good` with the first `what` replaced. */
static char *spoil(const char *what, const char *with)
{
    const char *at = strstr(good, what);
    cr_assert(at != NULL, "%s is in the text", what);
    return hy_format("%.*s%s%s", (int)(at - good), good, with, at + strlen(what));
}

Test(config_json, refused)
{
    const struct {
        const char *what, *with, *says;
    } cases[] = {
        {"\"d_model\":16,", "", "lacks d_model"},
        {"\"d_model\":16", "\"d_model\":16.5", "d_model must be a whole number"},
        {"\"d_model\":16", "\"d_model\":\"16\"", "d_model must be a whole number"},
        {"\"d_model\":16", "\"d_model\":null", "d_model must be a whole number"},
        {"\"d_model\":16", "\"d_model\":4294967312", "far out of range"},
        {"\"d_model\":16", "\"d_model\":-16", "d_model is -16"},
        {"\"d_model\":16", "\"d_model\":16,\"d_model\":16", "no valid JSON"},
        {"\"d_model\":16", "\"d_model\":16,\"width\":1", "unknown key 'width'"},
        {"\"n_heads\":4", "\"n_heads\":3", "not a multiple"},
        {"\"n_kv_heads\":2", "\"n_kv_heads\":3", "cannot be divided"},
        {"\"split\"", "\"mine\"", "must be split"},
        {"\"split\"", "3", "implementation must be text"},
        {"\"hybrid\"", "\"mamba\"", "no attention"},
        {"\"vocab\":40", "\"vocab\":65537", "vocab is 65537"},
        {"\"dropout\":0.1", "\"dropout\":1.0", "dropout is 1"},
        {"\"dropout\":0.1", "\"dropout\":1e300", "far out of range"},
        {"\"dropout\":0.1", "\"dropout\":NaN", "no valid JSON"},
        {"\"d_ff\":32", "\"d_ff\":0", "must be resolved"},
        {"\"global_layers\":[0]", "\"global_layers\":[4]", "from 0 to 3"},
        {"\"global_layers\":[0]", "\"global_layers\":[0,0]", "twice"},
        {"\"global_layers\":[0]", "\"global_layers\":[18446744073]", "from 0 to 3"},
        {"\"global_layers\":[0]", "\"global_layers\":{\"0\":1}", "must be a list"},
        {"[[1,2]]", "[[0,1]]", "which is global"},
        {"[[1,2]]", "[[2,1]]", "comes later"},
        {"[[1,2]]", "[[1,2],[2,3]]", "twice"},
        {"[[1,2]]", "[[]]", "list of lists"},
        {"[[1,2]]", "[1,2]", "list of lists"},
        {"[[1,2]]", "\"auto\"", "list of lists"},
        {"\"A\"", "\"\"", "name must have"},
        {"\"A\"", "\"A\\u0000B\"", "no valid JSON"},
        {"\"A\"", "\"../../etc\"", "name may have"},
        {"\"name\":\"A\",", "", "needs a name"},
        {"}", "", "no valid JSON"},
    };
    struct hy_config c, zero;
    memset(&zero, 0, sizeof zero);
    cr_assert(eq(int, hy_config_from_json_text(good, strlen(good), &c), HY_OK), "%s", hy_error());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = spoil(cases[i].what, cases[i].with);
        cr_expect(eq(int, hy_config_from_json_text(text, strlen(text), &c), HY_BAD_INPUT), "%s", text);
        cr_expect(strstr(hy_error(), cases[i].says) != NULL, "%s says: %s", cases[i].with, hy_error());
        cr_expect(hy_config_equal(&c, &zero), "nothing is left behind");
        free(text);
    }
    for (size_t length = 0; length < strlen(good); length++)
        cr_assert(eq(int, hy_config_from_json_text(good, length, &c), HY_BAD_INPUT), "the first %zu bytes", length);
    cr_assert(eq(int, hy_config_from_json_text("[]", 2, &c), HY_BAD_INPUT));
    cr_assert(eq(int, hy_config_from_json_text("7", 1, &c), HY_BAD_INPUT));
}
