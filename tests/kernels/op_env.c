/* The kernels' teams are many and short here, and test processes share the cores:
 * threads that wait should sleep, not spin. Set before the first test process starts. */
#include <criterion/hooks.h>
#include <stdlib.h>

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    (void)tests;
    setenv("OMP_WAIT_POLICY", "passive", 0);
}
