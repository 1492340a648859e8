#include "bench/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "kernels/base/status.h"

/* The matrix products of oneDNN 2.6 keep data on the stack where a signal's frame
 * goes: a handler that runs on a thread within one destroys memory. So there are no
 * handlers: the signals are blocked everywhere, and one thread waits for them. */

static atomic_bool requested;

static void stops(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

static void *wait_for_signals(void *unused)
{
    sigset_t set;
    int which = SIGTERM;
    stops(&set);
    sigwait(&set, &which);
    atomic_store(&requested, true);
    sigwait(&set, &which); /* the second one is not waited for */
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(which);
    return unused;
}

void hy_interrupt_watch(void)
{
    static bool watching;
    sigset_t set;
    pthread_t thread;
    if (watching)
        return;
    watching = true;
    stops(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    int failed = pthread_create(&thread, NULL, wait_for_signals, NULL);
    HY_ASSERT(!failed, "a process that may not start a thread cannot train");
    pthread_detach(thread);
}

bool hy_interrupt_requested(void)
{
    return atomic_load(&requested);
}
