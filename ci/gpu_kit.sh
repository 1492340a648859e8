#!/bin/bash
# Packs what a machine with a GPU needs into BUILD/gpu-kit.tar.gz: the programs with every library they load but the C
# library's own and the driver's, fonts, text, studies, scripts. It runs from wherever it is unpacked (docs/gpu.md).
#   ci/gpu_kit.sh BUILD       (make gpu-kit builds the programs first)
# Exit code: 0 packed, 1 it is larger than 45 MiB, 2 usage, 3 something to pack is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?usage: ci/gpu_kit.sh BUILD}
name=hymbench-gpu-kit
kit=$build/gpu-kit/$name
most=$((45 << 20))

lack() {
    echo "gpu-kit: $*" >&2
    exit 3
}

# glibc's libraries belong to its loader, and both to the machine: a mixture does not start
of_libc() {
    case $1 in
    ld-linux* | libc.so.* | libm.so.* | libmvec.so.* | libpthread.so.* | libdl.so.* | librt.so.* | libresolv.so.* | \
        libutil.so.* | libnsl.so.* | libanl.so.* | libnss_*) true ;;
    *) false ;;
    esac
}

rm -rf "$build/gpu-kit"
mkdir -p "$kit"/{bin,lib,share/fonts,data/tinyshakespeare,bench/ablations,bench/peers,tests/oracle,ci}

# programs, and what they load
while read -r from to; do
    [ -x "$build/$from" ] || lack "$build/$from is not built"
    strip --strip-all -o "$kit/bin/$to" "$build/$from"
    ldd "$build/$from"
done <<'LIST' >"$build/gpu-kit/ldd"
hymbench hymbench
hymbench-rig hymbench-rig
tests/gpu gpu-tests
LIST
! grep 'not found' "$build/gpu-kit/ldd" || lack "a program here lacks these libraries"
awk '$2 == "=>" { print $1, $3 }' "$build/gpu-kit/ldd" | sort -u | while read -r library path; do
    of_libc "$library" || cp -L "$path" "$kit/lib/$library"
done
chmod u+w "$kit"/lib/*
# as DT_RPATH, which goes before LD_LIBRARY_PATH: what that names on a foreign machine is not meant for us
patchelf --force-rpath --set-rpath "\$ORIGIN/../lib" "$kit"/bin/*
patchelf --force-rpath --set-rpath "\$ORIGIN" "$kit"/lib/*

# the report's fonts but those for Korean, 5 MiB: a report in Korean is made elsewhere, of the run's folder
for font in DejaVuSans.ttf DejaVuSans-Bold.ttf DejaVuSansMono.ttf; do
    path=$(find "${HYMBENCH_FONTS:-/usr/share/fonts}" /usr/share/fonts /usr/local/share/fonts -name "$font" -print -quit 2>/dev/null || true)
    [ -n "$path" ] || lack "the font $font is not installed (fonts-dejavu-core)"
    cp -L "$path" "$kit/share/fonts"
done

# the text; its tokenizer is trained from it by the programs themselves
datasets/fetch.sh
for text in datasets/cache/tinyshakespeare/input.txt ../shared/datasets/tinyshakespeare/input.txt; do
    [ ! -f "$text" ] || { cp "$text" "$kit/data/tinyshakespeare" && break; }
done
text=$kit/data/tinyshakespeare/input.txt
if [ ! -f "$text" ] || ! grep -q "$(sha256sum <"$text" | cut -d ' ' -f 1)" datasets/sources.yaml; then
    lack "the text is not at hand; make data fetches it"
fi

cp bench/ablations/*.yaml "$kit/bench/ablations"
cp bench/peers/*.py bench/peers/README.md "$kit/bench/peers"
cp tests/oracle/*.py "$kit/tests/oracle" # what the peers are held against
cp ci/*.awk "$kit/ci"
# the check, and those of its scripts that it calls; nothing is to be installed where a kit runs
for script in ci/gpu_check.sh $(cat ci/gpu_check.sh ci/gpu_steps.sh 2>/dev/null | grep -oE '\bci/[a-z_]+\.sh' | sort -u); do
    [ "$script" = ci/setup.sh ] || [ ! -f "$script" ] || cp "$script" "$kit/ci"
done
cp ci/gpu_kit_run.sh "$kit/run"
chmod +x "$kit/run" "$kit"/ci/*.sh

# the newest of the C library's interfaces that any of it uses
glibc=$(for f in "$kit"/bin/* "$kit"/lib/*; do readelf --version-info "$f"; done | grep -oE 'GLIBC_2\.[0-9]+' | sort -t. -k2 -n -u | tail -n 1)
{
    "$build/hymbench" --version
    echo "cuda architectures: $(sed 's/ *|.*//' "$build/cuda_arch")"
    echo "needs: ${glibc/_/ }"
} >"$kit/VERSION"

# the same input gives the same bytes
tar --sort=name --mtime="@$(git log -1 --format=%ct 2>/dev/null || echo 0)" --owner=0 --group=0 --numeric-owner \
    -C "$build/gpu-kit" -cf "$build/gpu-kit.tar" "$name"
libdeflate-gzip -12 -f "$build/gpu-kit.tar" # the gzip format, packed tighter
bytes=$(stat -c %s "$build/gpu-kit.tar.gz")
du -sk "$kit"/{bin,lib,share,data} | awk -v kit="$kit/" '{ sub(kit, "", $2); printf "  %-6s %6.1f MiB\n", $2, $1 / 1024 }'
awk -v b="$bytes" -v f="$build/gpu-kit.tar.gz" -v g="${glibc/_/ }" 'BEGIN { printf "%s: %.1f MiB, needs %s\n", f, b / 1048576, g }'
[ "$bytes" -le "$most" ] || { echo "gpu-kit: that is more than $((most >> 20)) MiB" >&2; exit 1; }
