#!/bin/sh
# A kit's `run`: everything that needs a GPU, from this folder alone, wherever it lies. Arguments and variables are those
# of ci/gpu_check.sh.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
if ! why=$("$here/bin/hymbench" --version 2>&1 >/dev/null); then
    echo "run: the programs do not start here ($why); VERSION says what they need" >&2
    exit 4
fi
command -v bash >/dev/null || { echo "run: ci/gpu_check.sh needs bash; the programs are in $here/bin" >&2; exit 3; }
PATH=$here/bin:$PATH
# that no GPU can be opened is what this is to find out
HYMBENCH_REQUIRE_GPU=${HYMBENCH_REQUIRE_GPU:-1}
export PATH HYMBENCH_REQUIRE_GPU
exec bash "$here/ci/gpu_check.sh" "$@"
