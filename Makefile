# hymbench: `make help` lists the targets.
#
# Sources are found by folder; a new .c file needs no line here. A library per
# folder, one program, one test program per folder of tests.
#
# Every core works unless -j says otherwise; V=1 shows the commands.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$1' '$2')

BUILD ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
SAN   ?=

comma := ,
space := $(subst ,, )

# Flags by role: references and tests must not contract, the rest may.
STRICT   := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Werror
BASE     := $(STRICT) -g -fopenmp -I. $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
EXACT    := -O2 -ffp-contract=off
PORTABLE := $(if $(SAN),-O1,-O3) -fno-math-errno -ffp-contract=fast
LDFLAGS  += -fopenmp $(if $(SAN),-fsanitize=$(SAN))

# OpenBLAS must be the OpenMP build (one thread pool in the process); its own
# folder is linked, not the alternative that usually points to the pthread build.
BLAS_DIR := $(firstword $(wildcard /usr/lib/*/openblas-openmp))
BLAS     := $(if $(BLAS_DIR),-L$(BLAS_DIR) -Wl$(comma)-rpath$(comma)$(BLAS_DIR)) -lopenblas

# most products; Debian's build shares our OpenMP pool
DNNL := -ldnnl

# what the report is drawn with, measured with and finished with
DRAW       := cairo-pdf cairo-ft freetype2 libqpdf
DRAW_FLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(DRAW) 2>/dev/null))
DRAW_LIBS  := $(shell pkg-config --libs $(DRAW) 2>/dev/null)

LIBS  = $(DRAW_LIBS) -lcsv -lcyaml -lyaml -ljansson -lsqlite3 -lpcre2-8 -lcrypto $(BLAS) $(DNNL) $(CUDA_LIBS) -lm

# CUDA is compiled wherever nvcc is found (not under a sanitizer: the host rig is for that).
# A binary for an architecture runs on its later minor versions too, PTX on what comes after the newest.
NVCC       := $(firstword $(wildcard /usr/local/cuda/bin/nvcc) $(shell command -v nvcc 2>/dev/null))
CUDA_HOME  := $(patsubst %/bin/nvcc,%,$(NVCC))
# for the GPUs that are here; without one for this architecture alone (cuda-all takes every one)
CUDA_HERE  := $(shell nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -d . | grep -xE '[0-9]+' | sort -un)
CUDA_ARCH  ?= $(or $(CUDA_HERE),90)
HAVE_CUDA  := $(if $(SAN),,$(NVCC))
CUDA_LIBS   = $(if $(HAVE_CUDA),-L$(CUDA_HOME)/lib64 -lcudart_static -ldl -lrt -lpthread -lstdc++)
# a third of the size, where nvcc knows the option (12.4); the driver unpacks it when it loads it
NVCC_SIZE  := $(if $(NVCC),$(shell $(NVCC) --help | grep -q compress-mode && echo --compress-mode=size))
NVCC_FLAGS := -std=c++17 -O3 -I. $(NVCC_SIZE) -Xcompiler -Wall,-Wextra,-fno-strict-aliasing --Werror all-warnings
gencode     = $(foreach a,$1,-gencode arch=compute_$a$(comma)code=sm_$a) -gencode arch=compute_$(lastword $1)$(comma)code=compute_$(lastword $1)

# ---- libraries -------------------------------------------------------------
lib_src  = $(wildcard $1/*.c)
LIB_base     := $(call lib_src,kernels/base)
LIB_datasets := $(foreach d,datasets datasets/tokenizer datasets/base,$(call lib_src,$d))
LIB_report   := $(call lib_src,report) $(foreach d,render pages findings statistics charts doc table canvas,$(call lib_src,report/$d))
LIB_models   := $(call lib_src,models) $(foreach d,decode train blocks program config,$(call lib_src,models/$d))
LIB_kernels  := $(call lib_src,kernels) $(call lib_src,kernels/trial) $(call lib_src,kernels/ref)
LIB_bench    := $(foreach d,commands history nsight compare run measure cli harness instrument,$(call lib_src,bench/$d))

# kernels/cpu: one source, one object per ISA level
CPU_SRC  := $(call lib_src,kernels/cpu)
CPU_ISAS := base avx2 avx512
ISA_base   := -DHY_ISA_base
ISA_avx2   := -DHY_ISA_avx2 -march=x86-64-v3
ISA_avx512 := -DHY_ISA_avx512 -march=x86-64-v4 -mprefer-vector-width=512
# and once more those whose ops have activations in bf16
ISA_bf16   := $(ISA_avx512) -DHY_STORE_bf16 -mavx512bf16
ISA_amx    := $(ISA_bf16) -DHY_TILES -mamx-tile -mamx-bf16
CPU_AMX    := attention attention_bwd
CPU_BF16   := addnorm attention attention_bwd conv fusion qkrope rmsnorm scan scan_bwd swiglu

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$1)
# kernels/ref once more in plain f32: the yardstick of the kernels' tolerances
F32_OBJ := $(patsubst %.c,$(BUILD)/obj/%.in_f32.o,$(call lib_src,kernels/ref))
CPU_OBJ := $(foreach isa,$(CPU_ISAS),$(patsubst %.c,$(BUILD)/obj/%.$(isa).o,$(CPU_SRC))) $(CPU_BF16:%=$(BUILD)/obj/kernels/cpu/%.bf16.o) $(CPU_AMX:%=$(BUILD)/obj/kernels/cpu/%.amx.o)

# what stands behind kernels/device.h
CUDA_SRC := $(wildcard kernels/cuda/*.cu kernels/cuda/lt/*.cu)
CUDA_OBJ := $(if $(HAVE_CUDA),$(patsubst %.cu,$(BUILD)/obj/%.cu.o,$(CUDA_SRC)) $(call obj,kernels/cuda/rows.c),$(call obj,kernels/cuda/no_cuda.c))

ARCHIVES := $(foreach l,bench models kernels datasets report cuda base,$(BUILD)/lib$(l).a)
# the kernels and what is behind their device refer to each other
link_all  = -Wl,--start-group $(filter %.a,$1) -Wl,--end-group

.DEFAULT_GOAL := $(BUILD)/hymbench
.SECONDEXPANSION:
.SECONDARY:
.DELETE_ON_ERROR:

$(BUILD)/hymbench: $(call obj,bench/main.c) $(ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call link_all,$^) $(LIBS)

# the same program with the host rig behind its device: what tests run where there is no GPU
RIG_LIBS := -lstdc++ -Wl,--export-dynamic-symbol=simt_listen
$(BUILD)/hymbench-rig: CUDA_LIBS = $(RIG_LIBS)
$(BUILD)/hymbench-rig: $(call obj,bench/main.c) $(subst libcuda.a,libcuda_simt.a,$(ARCHIVES))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call link_all,$^) $(LIBS)

# a stamp holds the flags: another SAN=, or other flags here, rebuild; repeating does not
FLAGS := $(CC) $(BASE) | $(EXACT) | $(PORTABLE) | $(ISA_base) | $(ISA_avx2) | $(ISA_amx) | $(CFLAGS)
$(shell mkdir -p $(BUILD); printf '%s\n' '$(FLAGS)' | cmp -s - $(BUILD)/flags || printf '%s\n' '$(FLAGS)' > $(BUILD)/flags)

# what this build is made of, for --version and env.json; rewritten only when it changes
GIT_SHA   := $(or $(shell git rev-parse -q --verify HEAD 2>/dev/null),unknown)
GIT_DIRTY := $(if $(shell git status --porcelain 2>/dev/null | head -n 1),1,0)
code_flags = $(strip $(filter-out -W% -I%,$1))
BUILD_INFO := '\#define HY_BUILD_GIT_SHA "$(GIT_SHA)"' '\#define HY_BUILD_DIRTY $(GIT_DIRTY)' \
	'\#define HY_BUILD_FLAGS "$(call code_flags,$(BASE) $(PORTABLE) $(CFLAGS))"' \
	'\#define HY_BUILD_ISA_FLAGS "avx2: $(call code_flags,$(ISA_avx2)); avx512: $(call code_flags,$(ISA_avx512)); bf16: $(call code_flags,$(ISA_bf16)); amx: $(call code_flags,$(ISA_amx))"'
$(shell printf '%s\n' $(BUILD_INFO) | cmp -s - $(BUILD)/build_info.h || printf '%s\n' $(BUILD_INFO) > $(BUILD)/build_info.h)
$(BUILD)/obj/bench/harness/build.o: ROLE = $(EXACT) -I$(BUILD)

# where cuBLASLt and CUPTI may be, before CUDA's usual folder
$(BUILD)/obj/kernels/base/gpu_library.o: ROLE = $(PORTABLE) $(if $(CUDA_HOME),-DHY_CUDA_HOME='"$(CUDA_HOME)"')

$(BUILD)/obj/report/canvas/%.o: ROLE = $(PORTABLE) $(DRAW_FLAGS)

# the report's translations stand in the program; a table whose conversions are not those of English is refused
$(BUILD)/text/%.mo: report/text/%.po
	@mkdir -p $(@D)
	$(call say,MO,$<)
	$(Q)msgfmt --check --output-file=$@ $<
$(BUILD)/obj/report/doc/say.o: ROLE = $(PORTABLE) -Wa,-I,$(BUILD)/text
$(BUILD)/obj/report/doc/say.o: $(patsubst report/text/%.po,$(BUILD)/text/%.mo,$(wildcard report/text/*.po))

# the files of the history's page stand in the program
$(BUILD)/obj/bench/history/html.o: $(wildcard bench/history/dashboard/*)
# and so do those of the report's
$(BUILD)/obj/report/render/html.o: $(wildcard report/render/html/*)

# NVTX is headers only: a toolkit's, or a package's
NVTX_DIR := $(patsubst %/nvtx3/nvToolsExt.h,%,$(firstword $(wildcard /usr/include/nvtx3/nvToolsExt.h /usr/local/cuda/include/nvtx3/nvToolsExt.h)))
NVTX     := $(if $(NVTX_DIR),-DHY_NVTX $(if $(filter /usr/include,$(NVTX_DIR)),,-isystem $(NVTX_DIR)))
$(BUILD)/obj/bench/instrument/nvtx.o: ROLE = $(PORTABLE) $(NVTX)
$(BUILD)/obj/tests/bench/instrument/nvtx_record.o: ROLE = $(EXACT) $(NVTX)

# CUPTI is loaded at run time and declared by ourselves; only a test looks at the toolkit's header
CUPTI_DIR := $(patsubst %/cupti.h,%,$(firstword $(wildcard /usr/local/cuda/include/cupti.h /usr/local/cuda/extras/CUPTI/include/cupti.h)))
# (one of the headers includes <string> and needs nothing of it: in C an empty file will do)
$(BUILD)/obj/tests/bench/instrument/test_cupti_layout.o: ROLE = $(EXACT) $(if $(CUPTI_DIR),-DHY_CUPTI_HEADERS -isystem $(CUPTI_DIR) -isystem /usr/local/cuda/include -idirafter $(BUILD)/no_cxx)
$(BUILD)/obj/tests/bench/instrument/test_cupti_layout.o: $(BUILD)/no_cxx/string
$(BUILD)/no_cxx/string:
	@mkdir -p $(@D)
	@touch $@

$(BUILD)/libcuda.a: $(CUDA_OBJ)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/libkernels.a: $(call obj,$(LIB_kernels)) $(CPU_OBJ) $(F32_OBJ)
$(BUILD)/lib%.a: $$(call obj,$$(LIB_$$*))
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/obj/kernels/ref/%.o $(BUILD)/obj/tests/%.o: ROLE := $(EXACT)
$(BUILD)/obj/bench/harness/%.o: ROLE := $(EXACT)
$(BUILD)/obj/kernels/trial/%.o: ROLE := $(EXACT)
ROLE = $(PORTABLE)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(TIMED) $(CC) $(BASE) $(ROLE) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/obj/%.in_f32.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$< (in f32))
	$(Q)$(TIMED) $(CC) $(BASE) $(EXACT) -DHY_REF_IN_F32 $(CFLAGS) -MMD -MP -c -o $@ $<
define isa_rule
$(BUILD)/obj/%.$1.o: %.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$< ($1))
	$$(Q)$$(TIMED) $$(CC) $$(BASE) $$(PORTABLE) $$(ISA_$1) $$(CFLAGS) -MMD -MP -c -o $$@ $$<
endef
$(foreach isa,$(CPU_ISAS) bf16 amx,$(eval $(call isa_rule,$(isa))))

# another CUDA_ARCH=, or other flags here, rebuild the device's code, and nothing else
$(if $(HAVE_CUDA),$(shell printf '%s\n' '$(CUDA_ARCH) | $(NVCC) $(NVCC_FLAGS)' | cmp -s - $(BUILD)/cuda_arch || printf '%s\n' '$(CUDA_ARCH) | $(NVCC) $(NVCC_FLAGS)' > $(BUILD)/cuda_arch))
$(BUILD)/obj/%.cu.o: %.cu $(BUILD)/cuda_arch
	@mkdir -p $(@D)
	$(call say,NVCC,$< (sm_$(subst $(space),$(comma) sm_,$(strip $(CUDA_ARCH)))))
	$(Q)$(TIMED) $(NVCC) $(NVCC_FLAGS) $(call gencode,$(CUDA_ARCH)) -MMD -MP -c -o $@ $<

# The CUDA sources as host C++ (kernels/simt): every thread a fiber. Type punning as nvcc allows it.
SIMT_SRC   := $(wildcard kernels/cuda/*.cu kernels/cuda/plain/*.cu kernels/simt/*.cpp)
SIMT_OBJ   := $(patsubst %,$(BUILD)/obj/%.simt.o,$(SIMT_SRC))
SIMT_FLAGS := -x c++ -std=c++17 -DHY_SIMT $(if $(SAN),-O1,-O2) -fno-strict-aliasing -ffp-contract=off -Wall -Wextra -Werror -Wno-unknown-pragmas -g \
	-I. $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -fsanitize-sections=simt_shared) $(CXXFLAGS)
$(shell printf '%s\n' '$(CXX) $(SIMT_FLAGS)' | cmp -s - $(BUILD)/simt_flags || printf '%s\n' '$(CXX) $(SIMT_FLAGS)' > $(BUILD)/simt_flags)
$(BUILD)/obj/%.simt.o: % $(BUILD)/simt_flags
	@mkdir -p $(@D)
	$(call say,CXX,$< (host rig))
	$(Q)$(TIMED) $(CXX) $(SIMT_FLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/libcuda_simt.a: $(SIMT_OBJ) $(call obj,kernels/cuda/rows.c)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^

# ---- tests: build/tests/<folder>, each linked with what it needs -------------
# SKIP="cli rig" leaves folders of tests out, TEST_DIRS=cli takes only that one
SKIP :=
TEST_DIRS := $(filter-out mock $(SKIP),$(sort $(patsubst tests/%/,%,$(dir $(wildcard tests/*/*.c)))))
NEEDS_datasets := datasets base
NEEDS_report   := report base
NEEDS_kernels  := kernels cuda base
NEEDS_wrong    := kernels cuda base
NEEDS_gpu      := kernels cuda base
NEEDS_simt     := kernels cuda_simt base
NEEDS_rig      := bench models kernels datasets report cuda_simt base
NEEDS_models   := models kernels datasets cuda base
NEEDS_bench    := bench models kernels datasets report cuda base
needs = $(foreach l,$(or $(NEEDS_$1),$(NEEDS_bench)),$(BUILD)/lib$(l).a)

# tests/wrong and tests/simt use the harness of tests/kernels
EXTRA_wrong := $(wildcard tests/kernels/op_*.c)
EXTRA_bench := tests/models/tiny.c
EXTRA_cli   := tests/bench/nsight/nsys_file.c
EXTRA_gpu   := $(EXTRA_wrong)
EXTRA_simt  := $(EXTRA_wrong)
# whole programs on the rig take their models from tests/models
EXTRA_rig   := tests/models/tiny.c tests/models/parity.c tests/bench/mock.c

define test_rule
$(BUILD)/tests/$1: $$(call obj,$$(wildcard tests/$1/*.c tests/$1/*/*.c) $$(EXTRA_$1)) $$(call needs,$1)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(call link_all,$$^) -lcriterion $$(LIBS)
endef
$(foreach d,$(TEST_DIRS),$(eval $(call test_rule,$(d))))

# libraries that stand for those a GPU's driver and toolkit bring
MOCKS := $(patsubst tests/mock/%.c,$(BUILD)/tests/mock_%.so,$(wildcard tests/mock/*.c))
$(BUILD)/obj/tests/mock/%.o: ROLE := $(EXACT) -fPIC
$(BUILD)/obj/tests/mock/nvtx.o: ROLE := $(EXACT) -fPIC $(NVTX)
$(BUILD)/tests/mock_%.so: $(BUILD)/obj/tests/mock/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -shared -o $@ $(filter %.o,$^)
# mock_cupti.so is a library without counters, mock_counters.so is one with both
$(BUILD)/tests/mock_counters.so: $(BUILD)/obj/tests/mock/cupti.o
$(BUILD)/tests/bench $(BUILD)/tests/rig $(BUILD)/tests/cli $(BUILD)/tests/ci: | $(MOCKS)
# its tests run those of the GPU, and the GPU's whole run on the rig
$(BUILD)/tests/ci: | $(BUILD)/tests/gpu $(BUILD)/hymbench-rig

# kernels of the rig's own tests
$(BUILD)/tests/simt: $(patsubst %,$(BUILD)/obj/%.simt.o,$(wildcard tests/simt/*/*.cu))
$(BUILD)/tests/simt $(BUILD)/tests/rig: CUDA_LIBS = $(RIG_LIBS)

TEST_PROGRAMS := $(foreach d,$(TEST_DIRS),$(BUILD)/tests/$(d))

# ---- what people type ---------------------------------------------------------
# A target that needs packages brings them first and starts over, so that what is
# found by looking around (headers, the BLAS folder) is looked for afterwards.
PROFILE   ?=
DEVICE    ?=
SEEDS     ?=
PRECISION ?=
CONFIG    ?=
OUT       ?=
SWEEP     ?=
options = $(if $(PROFILE),--profile $(PROFILE)) $(if $(DEVICE),--device $(DEVICE)) $(if $(SEEDS),--seeds $(SEEDS)) \
	$(if $(PRECISION),--precision $(PRECISION)) $(if $(CONFIG),--config $(CONFIG)) $(if $(OUT),--out $(OUT))
AGAIN = +@$(MAKE) --no-print-directory

.PHONY: perf nsys ncu nvtx-cost browser-test nightly compare prove-compare prove-history prove-quiet build-times check-all extend test ablation-report micro scaling peers lint format setup data cuda-all ptxas launches gpu-check gpu-baseline gpu-kit gpu-kit-test all-tests run-tests report clean install help

ablation-report: ## the whole study: install, fetch, build, train, measure, write CSV and PDF  [PROFILE= DEVICE= SEEDS= PRECISION= CONFIG= OUT= SWEEP=lr=1e-4,3e-4]
	@ci/setup.sh ci/packages.txt
	@datasets/fetch.sh
	$(AGAIN) $(BUILD)/hymbench
	ci/settled.sh $(BUILD)/hymbench ablation $(options) $(if $(SWEEP),--sweep $(SWEEP))

test: ## build and run every test  [SAN=address,undefined BUILD=build-san SKIP="cli rig"]
	@ci/setup.sh ci/packages.txt
	$(AGAIN) all-tests
	@ci/run_tests.sh $(BUILD) $(TEST_PROGRAMS)

all-tests: $(BUILD)/hymbench $(BUILD)/hymbench-rig $(TEST_PROGRAMS)

micro: ## kernel microbenchmarks on the terminal
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	ci/settled.sh $(BUILD)/hymbench micro --pin --realtime

scaling: ## prefill, decode and caches of every variant by context and batch  [PROFILE= CONFIG= OUT=]
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	ci/settled.sh $(BUILD)/hymbench scaling $(options)

# the Python that has PyTorch
PYTHON ?= $(firstword $(wildcard tests/oracle/.venv/bin/python) python3)
peers: ## the same training step in PyTorch, in turns with ours, if PyTorch is there  [PYTHON= PEERS="--variants all ..."]
	@command -v $(PYTHON) >/dev/null || { echo "peers: there is no $(PYTHON); install python3 and python3-venv" >&2; exit 3; }
	@$(PYTHON) bench/peers/peers.py --help >/dev/null
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	$(PYTHON) bench/peers/peers.py --program $(BUILD)/hymbench $(PEERS)

# what the benches of bench/prove measure beside
$(BUILD)/neighbour: bench/prove/neighbour.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)$(CC) $(STRICT) -O2 $(CFLAGS) -o $@ $<

# a profiler around a few training steps; ci/profile.sh says what each variable does
profiled = @VARIANT='$(VARIANT)' PRECISION='$(PRECISION)' PROFILE='$(PROFILE)' CONFIG='$(CONFIG)' OUT='$(OUT)' STEPS='$(STEPS)' HYMBENCH='$(BUILD)/hymbench' DRY_RUN='$(DRY_RUN)'
perf: ## where the processors' time goes in a training step: a flame graph by op and function  [VARIANT= PRECISION= PROFILE=quick STEPS=20 HZ=499 OUT= DRY_RUN=1]
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	$(profiled) HZ='$(HZ)' ci/profile.sh perf

nsys: ## a timeline of training steps on a GPU (Nsight Systems), and its tables  [VARIANT= PRECISION= PROFILE=full STEPS=3 CAPTURE=api|nvtx OUT= DRY_RUN=1]
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	$(profiled) CAPTURE='$(CAPTURE)' ci/profile.sh nsys

ncu: ## inside kernels of training steps on a GPU (Nsight Compute), and its tables  [KERNEL=regex OP=place COUNT=3 SET=full VARIANT= PRECISION= PROFILE=full OUT= DRY_RUN=1]
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	$(profiled) KERNEL='$(KERNEL)' OP='$(OP)' COUNT='$(COUNT)' SET='$(SET)' ci/profile.sh ncu

nvtx-cost: $(BUILD)/hymbench $(BUILD)/tests/mock_nvtx.so ## what an NVTX range costs: off, without and with a listener  [VARIANT= PROFILE=quick]
	@ci/settled.sh $(BUILD)/hymbench bench-nvtx --listener $(BUILD)/tests/mock_nvtx.so $(if $(VARIANT),--variant $(VARIANT)) $(if $(PROFILE),--profile $(PROFILE))

compare: ## this tree against another commit, measured in turns: REF=HEAD~1  [BUDGET=600 FILTER= PROFILE=]
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	@$(BUILD)/hymbench compare --against $(or $(REF),HEAD~1) $(if $(BUDGET),--budget $(BUDGET)) $(if $(FILTER),--filter '$(FILTER)') \
		$(if $(PROFILE),--profile $(PROFILE)) $(if $(FORCE),--force)

nightly: ## measure this commit, add it to the history, say what got worse (docs/history.md)  [BUDGET=3600 PROFILE=quick DB= OUT= FORCE=1]
	@ci/setup.sh ci/packages.txt
	@BUDGET='$(BUDGET)' PROFILE='$(PROFILE)' DB='$(DB)' OUT='$(OUT)' FORCE='$(FORCE)' ci/nightly.sh

# the same program with three kernels PLANT percent slower, for make prove-compare
PLANTED  := $(shell sed -n 's/^HY_PLANTED(\(.*\))$$/\1/p' bench/prove/planted.inc)
$(BUILD)/hymbench-planted-%: $(call obj,bench/main.c) $(ARCHIVES) bench/prove/planted.c bench/prove/planted.inc
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE) $(EXACT) $(CFLAGS) -DHY_PLANT_PCT=$* -c -o $@.o bench/prove/planted.c
	$(Q)$(CC) $(LDFLAGS) $(PLANTED:%=-Wl$(comma)--wrap=%) -o $@ $@.o $(filter %.o,$^) $(call link_all,$^) $(LIBS)

prove-quiet: $(BUILD)/hymbench $(BUILD)/neighbour ## the same times alone and beside others, as a table; let nothing else run  [OUT=results/baselines/quiet.md BUDGET=150]
	@bench/prove/quiet.sh $(BUILD) $(or $(OUT),results/baselines/quiet.md)

# OTAVA: a Python that has Apache Otava, which bench/peers/otava.py holds against our change points
HISTORY_TABLE = $(or $(OUT),results/baselines/history.md)
$(BUILD)/prove-history: $(call obj,$(wildcard bench/prove/history*.c)) $(ARCHIVES)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(call link_all,$^) $(LIBS)

prove-history: $(BUILD)/prove-history ## false alarms over made-up nights and nights to a step, of this history and of other rules, as a table  [OUT= OTAVA=python3]
	@$(BUILD)/prove-history $(HISTORY_TABLE)
	$(if $(OTAVA),@{ echo; $(OTAVA) bench/peers/otava.py --program $(BUILD)/prove-history; } >>$(HISTORY_TABLE))
	@cat $(HISTORY_TABLE)

prove-compare: $(BUILD)/hymbench $(BUILD)/hymbench-planted-5 $(BUILD)/hymbench-planted-2 $(BUILD)/neighbour ## verdicts on what is known, as a table; let nothing else run  [OUT= N=40 M=10 AA=25 BUDGET=40]
	@N=$(or $(N),40) M=$(or $(M),10) AA=$(or $(AA),25) BUDGET=$(or $(BUDGET),40) bench/prove/compare.sh $(BUILD) $(or $(OUT),results/baselines/compare.md)

lint: ## formatting, house rules, translations, static analysis  [ONLY="format rules shell files translations cppcheck tidy"]
	@ci/setup.sh ci/packages.txt ci/packages-lint.txt
	@ci/lint.sh $(ONLY)

format: ## format every source as make lint wants it
	@ci/setup.sh ci/packages-lint.txt
	@git ls-files -co --exclude-standard -- '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' | xargs clang-format -i

setup: ## install the packages that are missing
	@ci/setup.sh ci/packages.txt

data: ## fetch the corpus
	@datasets/fetch.sh

PREFIX ?= /usr/local
install: $(BUILD)/hymbench ## install the program and the studies  [PREFIX=/usr/local DESTDIR=]
	install -D $(BUILD)/hymbench $(DESTDIR)$(PREFIX)/bin/hymbench
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/hymbench/bench/ablations bench/ablations/*.yaml

# compiles for every architecture there is a binary of, beyond those a build is for
CUDA_EVERY := 75 80 86 87 88 89 90 100 103 110 120 121
cuda-all: ## compile the CUDA sources for every architecture, sm_75 ... sm_121
	@$(if $(NVCC),,echo "cuda-all: nvcc was not found; install the CUDA toolkit" >&2; exit 3)
	+@$(MAKE) --no-print-directory BUILD=$(BUILD)/cuda-all CUDA_ARCH="$(CUDA_EVERY)" $(BUILD)/cuda-all/libcuda.a

build-times: ## build the program anew in a folder of its own; the processor time of its twenty slowest files
	@rm -rf $(BUILD)/times && mkdir -p $(BUILD)/times
	+@HYMBENCH_TIMES=$(CURDIR)/$(BUILD)/times/log $(MAKE) --no-print-directory BUILD=$(BUILD)/times TIMED=ci/timed.sh $(BUILD)/times/hymbench
	@sort -rn $(BUILD)/times/log | awk 'NR <= 20 { print } { s += $$1; n++ } END { printf "%.1f s of processor time, %d files\n", s, n }'

# what a change must pass before it lands (.ci/run), and what takes longer
check-all: ## tests, sanitizers, lint, worked examples, CUDA for every architecture, a smoke report; whole programs under sanitizers, the page in a browser, the GPU's kit
	@.ci/run
	+@$(MAKE) --no-print-directory test SAN=address,undefined BUILD=build-san TEST_DIRS=cli
	+@$(MAKE) --no-print-directory browser-test
	$(if $(HAVE_CUDA),+@$(MAKE) --no-print-directory gpu-kit-test)

extend: ## apply the worked examples of docs/adding-*.md to copies of the tree, build them and run what shows them
	@ci/setup.sh ci/packages.txt
	$(AGAIN) $(BUILD)/hymbench
	@tests/extend/run.sh $(BUILD)

browser-test: ## the page of a history of 2000 series and the page of a report, in Chromium  [PICTURES=folder]
	@ci/setup.sh ci/packages.txt ci/packages-browser.txt
	$(AGAIN) $(BUILD)/hymbench
	@tests/browser/dashboard.sh $(BUILD) $(PICTURES)
	@tests/browser/report.sh $(BUILD) $(PICTURES)

ptxas: ## registers, spills, occupancy and instructions of every CUDA kernel, against results/baselines/ptxas.csv
	@NVCC=$(NVCC) ci/ptxas.sh

launches: $(BUILD)/hymbench-rig ## what a training step queues on a GPU, against results/baselines/launches.csv
	@ci/launches.sh $(BUILD)/hymbench-rig

gpu-check: ## everything that needs a GPU, in under 9 minutes: OUT gets the results (docs/gpu-results.md)  [OUT=build/gpu-check ONLY="device step" DRY_RUN=1 prints the plan]
	@DRY_RUN='$(DRY_RUN)' NVCC='$(NVCC)' OUT='$(OUT)' ONLY='$(ONLY)' ci/gpu_check.sh

gpu-baseline: $(BUILD)/hymbench ## keep what a GPU run left: results/baselines/gpu-<name>/, the table of docs/gpu-results.md  [FROM=folder]
	@HYMBENCH='$(BUILD)/hymbench' ci/gpu_baseline.sh '$(FROM)'

gpu-kit: ## programs, libraries, text and scripts for a machine with a GPU and nothing else: build/gpu-kit.tar.gz (docs/gpu.md)  [CUDA_ARCH=90a]
	@ci/setup.sh ci/packages.txt ci/packages-kit.txt
	@$(if $(HAVE_CUDA),,echo "gpu-kit: nvcc was not found; install the CUDA toolkit" >&2; exit 3)
	$(AGAIN) $(BUILD)/hymbench $(BUILD)/hymbench-rig $(BUILD)/tests/gpu
	@ci/gpu_kit.sh $(BUILD)

gpu-kit-test: gpu-kit ## unpack the kit where there is a C library and nothing else, and run it there
	@tests/kit/kit.sh $(BUILD)

clean: ## remove the build folder
	rm -rf $(BUILD)

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 28

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
