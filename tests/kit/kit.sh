#!/bin/bash
# Unpacks BUILD/gpu-kit.tar.gz into a root that holds a C library, a shell and nothing else, and runs there what it is for.
#   tests/kit/kit.sh BUILD    (make gpu-kit-test packs it first)
# As root, or where a user may have a root of their own (unshare). Exit code: 0 all of it ran, 1 something did not,
# 3 there can be no such root here.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
PATH=$PATH:/usr/sbin
if [ -z "${KIT_TEST_INSIDE:-}" ]; then
    own=()
    [ "$(id -u)" = 0 ] || own=(--map-root-user)
    unshare "${own[@]}" --mount true 2>/dev/null ||
        { echo "gpu-kit-test: neither root nor user namespaces (unshare --map-root-user --mount) are to be had here" >&2; exit 3; }
    # what is mounted below goes with it
    KIT_TEST_INSIDE=1 exec unshare "${own[@]}" --mount "$0" "$@"
fi

root=$(mktemp -d)
# shellcheck disable=SC2317 # called when the script ends
gone() {
    umount -l "$root/proc" "$root/dev" 2>/dev/null || true
    mountpoint -q "$root/dev" || mountpoint -q "$root/proc" || rm -rf --one-file-system "$root"
}
trap gone EXIT
mkdir -p "$root"/{bin,lib64,lib,proc,dev,tmp,first,opt}
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64"
for library in libc.so.6 libm.so.6 libmvec.so.1 libpthread.so.0 libdl.so.2 librt.so.1 libresolv.so.2 libutil.so.1; do
    cp -L "/lib/x86_64-linux-gnu/$library" "$root/lib"
done
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$(command -v bash-static)" "$root/bin/bash"
for tool in sh tar gzip gunzip mv ls cat grep sed awk dirname basename mkdir rm cp head tail tr sort cut date timeout sleep env \
    mktemp wc find test '[' printf; do
    ln -s busybox "$root/bin/$tool"
done
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
cp "$build/gpu-kit.tar.gz" "$root/tmp"

# inside FOLDER LINE: runs it there, with a bare environment
kit=/opt/hymbench-gpu-kit
inside() {
    chroot "$root" /bin/env -i PATH=/bin HYMBENCH_THREADS=2 OMP_WAIT_POLICY=passive LD_LIBRARY_PATH=/tmp/foreign /bin/sh -c "cd $1 && $2"
}

bad=0 log=$root/tmp/log
# check NAME CODES LINE WORD...: it ends with one of the codes, and every word is in what it prints
check() {
    local name=$1 codes=" $2 " line=$3 code=0 start=$SECONDS verdict=ok word
    shift 3
    inside "$kit" "$line" >"$log" 2>&1 || code=$?
    [[ $codes = *" $code "* ]] || verdict="exit $code, not $codes"
    for word in "$@"; do
        [ "$verdict" != ok ] || grep -qF -- "$word" "$log" || verdict="no '$word' in what it prints"
    done
    printf '%-10s %3d s  %s\n' "$name" $((SECONDS - start)) "$verdict"
    if [ "$verdict" != ok ]; then
        bad=1
        tail -n 25 "$log"
    fi
}

# unpacked in one place, run in another
inside /first "tar xzf /tmp/gpu-kit.tar.gz && mv hymbench-gpu-kit /opt"
# a library of the user's that does not belong here is not taken
mkdir "$root/tmp/foreign"
for library in libstdc++.so.6 libgomp.so.1; do
    echo "no library" >"$root/tmp/foreign/$library"
done

# 3, and 1 of a study, is how a run ends that is complete and whose times are not to be trusted, which they need not be here
check version 0 "bin/hymbench --version && cat VERSION" "$(git rev-parse HEAD 2>/dev/null || echo hymbench)" "needs: GLIBC 2."
check env "0 3" "bin/hymbench env" "measured peaks" "libnvidia-ml.so.1 was not found; " "none on the PATH answers"
check micro "0 3" "bin/hymbench micro --profile smoke --filter 'hy_(rmsnorm|gemm)_fwd' --no-roofs --min-time 0 --timeout 1" hy_rmsnorm_fwd
check study "0 1 3" "bin/hymbench ablation --profile smoke --device cpu --out /tmp/run; code=\$?; \
    ls /tmp/run && cat /tmp/run/runs.csv && exit \$code" report.pdf report.html report.md Official-NoMeta tinyshakespeare
check rig "0 3" "bin/hymbench-rig train --device cuda --profile smoke --variant Hybrid-Mine --steps 2" loss
check skipped 0 "bin/gpu-tests -j2" "Failing: 0"
check required 1 "HYMBENCH_REQUIRE_GPU=1 bin/gpu-tests -j2 --filter 'gpu_ops/*'" "HYMBENCH_REQUIRE_GPU is set"
check run 0 "DRY_RUN=1 ./run" "bench-step"
check missing 4 "mv lib/libdnnl.so.2 /tmp && ./run" "the programs do not start here"
echo "gpu-kit-test: $SECONDS s"
exit "$bad"
