/* What cppcheck cannot see, for it reads no system headers: macros that make
 * functions and loops. Only ci/lint.sh uses this. */
#define Test(suite, name, ...) static void suite##_##name(void)
#define TestSuite(...)         extern int hy_lint_suite
#define json_array_foreach(array, index, value) \
    for (index = 0; index < json_array_size(array) && (value = json_array_get(array, index)); index++)
#define json_object_foreach(object, key, value) \
    for (key = hy_lint_first(object); key && (value = json_object_get(object, key)); key = hy_lint_next(object, key))
