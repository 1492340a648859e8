#include "kernels/simt/copies.h"

#include <cstring>

#include "kernels/simt/block.h"

namespace simt
{

void copy_later(void *to, const void *from, int bytes, int real, place at)
{
    if ((bytes != 4 && bytes != 8 && bytes != 16) || real < 0 || real > bytes)
        die(at, "copies %d of %d bytes later; 4, 8 or 16 can be", real, bytes);
    if ((uintptr_t)to % (uintptr_t)bytes != 0 || (real && (uintptr_t)from % (uintptr_t)bytes != 0))
        die(at, "copies %d bytes later, but an address is not a multiple of that", bytes);
    unsigned char here[16];
    memcpy(here, from, (size_t)real); /* an address that is out of bounds shows at this line */
    memset(to, 0xff, (size_t)bytes);
    running->copies.push_back({to, from, bytes, real, at});
}

static size_t in_groups(const thread *t)
{
    size_t n = 0;
    for (size_t g : t->groups)
        n += g;
    return n;
}

void copy_commit(void)
{
    running->groups.push_back(running->copies.size() - in_groups(running));
}

void copy_wait(int may_lack)
{
    thread *t = running;
    while (t->groups.size() > (size_t)may_lack) {
        size_t n = t->groups.front();
        for (size_t i = 0; i < n; i++) {
            const copy &c = t->copies[i];
            memcpy(c.to, c.from, (size_t)c.real);
            memset((char *)c.to + c.real, 0, (size_t)(c.bytes - c.real));
        }
        t->copies.erase(t->copies.begin(), t->copies.begin() + (ptrdiff_t)n);
        t->groups.erase(t->groups.begin());
    }
}

void copies_must_be_done(const thread *t)
{
    if (!t->copies.empty())
        die(t->copies.front().at, "leaves the kernel with %zu copies it has not waited for, the first begun",
            t->copies.size());
    running->groups.clear();
}

} // namespace simt
