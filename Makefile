# libloss: the one build file. `make help` lists the targets and the variables.
#
# Objects go to $(BUILD)/<config>/. Configs: release (the default); sanitize, tsan, msan and fuzz,
# which `make sanitize` and so on set; and double, the library with LOSSI_REAL=double, in which the
# tests of derivatives alone run.
# Nothing but HDF5 asks pkg-config before something is compiled, so that `make demo` and `make check` can first install packages.

BUILD      ?= build
CONFIG     ?= release
PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
PKG_CONFIG ?= pkg-config

CONFIGS := release sanitize tsan msan fuzz
ifeq ($(filter $(CONFIG),$(CONFIGS)),)
$(error CONFIG=$(CONFIG): expected one of $(CONFIGS))
endif

OUT    := $(BUILD)/$(CONFIG)
DOUBLE := $(BUILD)/double
MADE   := $(BUILD)/made

VERSION := $(shell awk '/define LOSS_VERSION_(MAJOR|MINOR|PATCH)/ {printf "%s%s", dot, $$3; dot = "."}' include/loss/status.h)
MAJOR   := $(firstword $(subst ., ,$(VERSION)))

# What the compiler makes programs for, such as x86_64-linux-gnu.
TARGET  := $(shell $(CC) -dumpmachine 2>/dev/null)
MACHINE := $(patsubst arm64,aarch64,$(firstword $(subst -, ,$(TARGET))))

# Shared libraries have other names and flags where programs are no ELF files.
ifneq ($(findstring darwin,$(TARGET)),)
SHARED_NAME  = libloss$(1:%=.%).dylib
SHARED_FLAGS = -dynamiclib -install_name $(LIBDIR)/$(SONAME) -compatibility_version $(MAJOR) -current_version $(VERSION)
else
SHARED_NAME  = libloss.so$(1:%=.%)
SHARED_FLAGS = -shared -Wl,-soname,$(SONAME) -Wl,--version-script=libloss/libloss.map -Wl,--no-undefined
endif
SONAME  := $(call SHARED_NAME,$(MAJOR))

# ---- Packages ---------------------------------------------------------------------------------------------------------

LIB_MODULES := openblas lapacke zlib libzip libpng libjpeg sqlite3 libcjson libarchive libprotobuf-c
# Optional: without it HDF5 files are refused. HDF5= leaves it out.
HDF5 := $(shell $(PKG_CONFIG) --exists hdf5 2>/dev/null && echo hdf5)
LIB_MODULES += $(HDF5)
CLI_MODULES := cairo libcjson libjpeg
VIEW_MODULES := glfw3 egl cairo zlib libjpeg

BUILD_DEBS := gcc libc6-dev pkg-config libopenblas-dev liblapacke-dev zlib1g-dev libzip-dev libpng-dev libjpeg-dev libarchive-dev \
              libsqlite3-dev libcjson-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev libhdf5-dev libcairo2-dev fonts-dejavu-core
VIEW_DEBS  := libglfw3-dev libegl-dev python3-glad libgif-dev
VIEW_RUN_DEBS := libegl1 libgl1-mesa-dri
MPI_DEBS   := libopenmpi-dev openmpi-bin
DEMO_DEBS  := $(BUILD_DEBS) $(VIEW_DEBS) $(VIEW_RUN_DEBS) dataset-fashion-mnist sqlite3
CHECK_DEBS := $(DEMO_DEBS) $(MPI_DEBS) g++ libcmocka-dev python3-numpy python3-jsonschema mandoc cmake meson xvfb xauth xdotool imagemagick

# ---- Flags ------------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
OPTIMISE_release := -O3
OPTIMISE_double  := -O2 -DLOSSI_REAL=double
OPTIMISE_sanitize := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
                     -fno-sanitize-recover=all
OPTIMISE_msan    := -O1 -fno-omit-frame-pointer -fsanitize=memory -fsanitize-memory-track-origins
OPTIMISE_tsan    := -O1 -fsanitize=thread
# A fuzzer would hardly ever get past a checksum: that macro, which is customary, leaves it out.
OPTIMISE_fuzz    := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
                    -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
LINK_fuzz  := -fsanitize=fuzzer,address,undefined
LINK_sanitize := -fsanitize=address,undefined
LINK_msan  := -fsanitize=memory
LINK_tsan  := -fsanitize=thread

# The first use asks pkg-config and keeps the answer.
MODULE_CFLAGS = $(eval MODULE_CFLAGS := $$(shell $(PKG_CONFIG) --cflags $(LIB_MODULES) $(CLI_MODULES)))$(MODULE_CFLAGS)
LIB_LIBS = $(eval LIB_LIBS := $$(shell $(PKG_CONFIG) --libs $(LIB_MODULES)) -lm -pthread)$(LIB_LIBS)
CLI_LIBS = $(eval CLI_LIBS := $$(shell $(PKG_CONFIG) --libs $(CLI_MODULES)))$(CLI_LIBS)
MPI_CFLAGS = $(eval MPI_CFLAGS := $$(shell $(PKG_CONFIG) --cflags ompi-c))$(MPI_CFLAGS)
MPI_LIBS = $(eval MPI_LIBS := $$(shell $(PKG_CONFIG) --libs ompi-c))$(MPI_LIBS)
VIEW_CFLAGS = $(eval VIEW_CFLAGS := $$(shell $(PKG_CONFIG) --cflags $(VIEW_MODULES)))$(VIEW_CFLAGS)
# giflib is taken where it is: film_gif.c looks for its header.
VIEW_LIBS = $(eval VIEW_LIBS := $$(shell $(PKG_CONFIG) --libs glfw3 cairo zlib libjpeg) -ldl $(GIF_LIBS))$(VIEW_LIBS)
GIF_LIBS = $(eval GIF_LIBS := $$(shell $(PKG_CONFIG) --libs libgif 2>/dev/null))$(GIF_LIBS)

# The user's flags come last, so that they win. What is built does not contain the folder that it was built in.
INCLUDES   = -Iinclude -Ilibloss -I$(MADE)
OUR_CFLAGS = -std=c11 -D_GNU_SOURCE -g -ffile-prefix-map=$(CURDIR)=. -ffp-contract=off -fvisibility=hidden -pthread $(WARNINGS) $(OPTIMISE_$(CONFIG))
COMPILE    = $(CC) $(OUR_CFLAGS) $(INCLUDES) $(MODULE_CFLAGS) $(if $(WERROR),-Werror) $(CPPFLAGS) $(CFLAGS)
LINK       = $(CC) $(LINK_$(CONFIG)) $(CFLAGS) $(LDFLAGS)

# ---- Files ------------------------------------------------------------------------------------------------------------

# Kernels on vectors are compiled once for each set, with flags of its own, into the set's folder, which has the vectors; cpu.c asks the
# processor before it uses a set. They know only float. The set "emulated" is for tests/kernels.
include $(sort $(wildcard libloss/kernels/*/set.mk))
VECTOR_SETS  := $(SETS_$(MACHINE))
FLAGS_emulated := $(FLAGS_avx2)
SIMD_SOURCES := $(sort $(wildcard libloss/kernels/simd/*.c))
SET_NAMES    := $(foreach set,$(VECTOR_SETS),$(SIMD_SOURCES:libloss/kernels/simd/%.c=libloss/kernels/$(set)/%))
ANY_SOURCES  := $(sort $(wildcard libloss/*/*.c libloss/net/*/*.c libloss/kernels/blas/*.c libloss/kernels/ref/*.c))
ANY_SOURCES  := $(filter-out $(if $(HDF5),%/hdf5_none.c,%/hdf5.c %/hdf5_apart.c %/hdf5_storage.c %/hdf5_write.c),$(ANY_SOURCES))
CLI_SOURCES  := $(filter-out cli/mpi/%,$(sort $(wildcard cli/*.c cli/*/*.c)))
# lossgrid-mpi: the same, with MPI's ranks in place of the one process of cli/ranks.c.
MPI_SOURCES  := $(sort $(wildcard cli/mpi/*.c))
# The viewer: what needs no OpenGL, which the tests link too; what does (viewer/gl/).
VIEW_SOURCES := $(filter-out viewer/main.c viewer/gl/%,$(sort $(wildcard viewer/*.c viewer/*/*.c cli/common/*.c)))
VIEW_GL      := viewer/main.c $(sort $(wildcard viewer/gl/*.c))
# The page that landscapes are exported as; its scripts in the order in which they run.
PAGE         := $(addprefix libloss/surface/page/,page.html page.css values.js smooth.js light.js surface.js camera.js over.js hands.js)
SHADERS      := $(sort $(wildcard viewer/shaders/*.glsl))
TEST_SOURCES := $(sort $(wildcard tests/unit/test_*.c tests/kernels/test_*.c))
EXAMPLE_SOURCES := $(sort $(wildcard examples/*.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
HEADERS      := $(sort $(wildcard include/loss/*.h))

DOUBLE_TESTS := $(addprefix $(DOUBLE)/tests/unit/,test_gradients test_hessian test_layer_derivatives test_loss_derivatives)
TESTS        := $(filter-out $(addprefix %/,$(notdir $(DOUBLE_TESTS))),$(TEST_SOURCES:%.c=$(OUT)/%))
FAULTS       := $(OUT)/tests/faults/faults.so
CLI_TESTS    := $(patsubst %.c,$(OUT)/%,$(sort $(wildcard tests/cli/test_*.c)))
VIEW_TESTS   := $(patsubst %.c,$(OUT)/%,$(sort $(wildcard tests/viewer/test_*.c)))
EXAMPLES     := $(EXAMPLE_SOURCES:%.c=$(OUT)/%)
BENCH        := $(OUT)/tests/bench/bench
REPLAYS      := $(FUZZ_TARGETS:%=$(OUT)/tests/fuzz/replay_%)

LIB_OBJECTS  := $(ANY_SOURCES:%.c=$(OUT)/%.o) $(SET_NAMES:%=$(OUT)/%.o) $(OUT)/made/onnx.pb-c.o $(OUT)/made/page.o
PIC_OBJECTS  := $(ANY_SOURCES:%.c=$(OUT)/%.pic.o) $(SET_NAMES:%=$(OUT)/%.pic.o) $(OUT)/made/onnx.pb-c.pic.o $(OUT)/made/page.pic.o
EMULATED_OBJECTS := $(if $(findstring avx2,$(VECTOR_SETS)),$(SIMD_SOURCES:libloss/kernels/simd/%.c=$(OUT)/tests/kernels/emulated/%.o))
CLI_OBJECTS  := $(CLI_SOURCES:%.c=$(OUT)/%.o)
MPI_OBJECTS  := $(MPI_SOURCES:%.c=$(OUT)/%.o)
VIEW_OBJECTS := $(VIEW_SOURCES:%.c=$(OUT)/%.o)
VIEW_READERS := $(OUT)/cli/common/data_name.o $(OUT)/cli/common/estimate_text.o $(OUT)/cli/common/loss_label.o $(patsubst %.c,$(OUT)/%.o,viewer/problem.c $(sort $(wildcard viewer/readers/*.c)))
VIEW_GL_OBJECTS := $(VIEW_GL:%.c=$(OUT)/%.o) $(OUT)/viewer/made/shaders.o $(OUT)/viewer/made/src/gl.o
DOUBLE_OBJECTS := $(ANY_SOURCES:%.c=$(DOUBLE)/%.o) $(DOUBLE)/made/onnx.pb-c.o $(DOUBLE)/made/page.o
# The simulation of the scheduler: its crew and its clock take the place of the library's.
SIMULATE     := $(OUT)/tests/bench/simulate
SIMULATION   := $(patsubst %.c,$(OUT)/%.o,$(filter-out %/main.c,$(sort $(wildcard tests/bench/simulation/*.c)))) $(OUT)/cli/mpi/handout.o
BENCH_OBJECTS := $(patsubst %.c,$(OUT)/%.o,$(sort $(wildcard tests/bench/*.c)))
ALL_OBJECTS  := $(LIB_OBJECTS) $(PIC_OBJECTS) $(CLI_OBJECTS) $(DOUBLE_OBJECTS) $(TESTS:=.o) $(DOUBLE_TESTS:=.o) $(EXAMPLES:=.o) \
                $(FUZZ_TARGETS:%=$(OUT)/tests/fuzz/fuzz_%.o) $(OUT)/tests/fuzz/replay.o $(BENCH_OBJECTS) $(SIMULATION) $(OUT)/tests/bench/simulation/main.o $(EMULATED_OBJECTS) \
                $(VIEW_OBJECTS) $(VIEW_GL_OBJECTS) $(VIEW_TESTS:=.o) $(CLI_TESTS:=.o) $(MPI_OBJECTS)

STATIC_LIB := $(OUT)/libloss.a
SHARED_LIB := $(OUT)/$(call SHARED_NAME,$(VERSION))
# The programs hold the library; with SHARED_PROGRAMS=1, as in packages, they load it. They use what its headers declare, and no more.
PROGRAM_LIB  = $(if $(SHARED_PROGRAMS),$(SHARED_LIB),$(STATIC_LIB))
PROGRAM_LIBS = $(if $(SHARED_PROGRAMS),-lm -pthread,$(LIB_LIBS))

# ---- Building ---------------------------------------------------------------------------------------------------------

ifeq ($(V),1)
say = @:
else
say = @printf '  %-5s %s\n' $(1) $@
.SILENT:
endif
.DELETE_ON_ERROR:

.PHONY: all
all: $(STATIC_LIB) $(SHARED_LIB) $(OUT)/lossgrid mpi viewer ## Build the library (static and shared), lossgrid, lossgrid-mpi and lossview

# lossview is left out where its libraries are missing. They are looked for only now: `make check` may just have installed them.
.PHONY: viewer
viewer: $(PROGRAM_LIB) $(VIEW_OBJECTS) ## Build lossview; says so where its libraries are missing
	for module in $(VIEW_MODULES); do \
		$(PKG_CONFIG) --exists $$module || { echo "lossview: skipped, $$module not found"; exit 0; }; done; \
	command -v glad >/dev/null || { echo "lossview: skipped, glad not found"; exit 0; }; \
	$(MAKE) --no-print-directory $(OUT)/lossview

# lossgrid-mpi is left out where Open MPI is missing.
.PHONY: mpi
mpi: $(PROGRAM_LIB) $(CLI_OBJECTS) ## Build lossgrid-mpi; says so where Open MPI is missing
	if $(PKG_CONFIG) --exists ompi-c; then $(MAKE) --no-print-directory $(OUT)/lossgrid-mpi; \
	else echo "lossgrid-mpi: skipped, Open MPI not found (pkg-config ompi-c)"; fi

.PHONY: examples
examples: $(EXAMPLES) ## Build the examples in examples/ into $(BUILD)/release/examples/

.PHONY: tests
tests: $(SIMULATE) $(FAULTS) $(TESTS) $(DOUBLE_TESTS) $(REPLAYS) $(CLI_TESTS) $(VIEW_TESTS)

# A program sees only the public headers; pictures of who may include whom: CONTRIBUTING.md.
$(OUT)/cli/% $(OUT)/tests/cli/%.o: INCLUDES = -Iinclude -Icli -Icli/common
$(OUT)/viewer/%.o $(OUT)/tests/viewer/%.o: INCLUDES = -Iinclude -Iviewer -Icli/common
$(OUT)/viewer/gl/%.o $(OUT)/viewer/main.o $(OUT)/viewer/made/%.o: INCLUDES = -Iinclude -Iviewer -Icli/common -I$(OUT)/viewer/made/include $(VIEW_CFLAGS)
$(OUT)/examples/%: INCLUDES = -Iinclude
$(OUT)/tests/% $(DOUBLE)/tests/%: INCLUDES = -Iinclude -Ilibloss -Itests -I. -I$(MADE)
$(OUT)/tests/fuzz/%: INCLUDES = -Iinclude -Ilibloss -Icli -Icli/common -Iviewer -Itests -I. -I$(MADE)
$(filter $(OUT)/tests/unit/test_onnx%,$(TESTS:=.o)): | $(MADE)/onnx.pb-c.c
$(DOUBLE)/%: override CONFIG := double
$(OUT)/%: SETS = $(if $(VECTOR_SETS),-DLOSSI_HAS_VECTOR_SETS=1)

define compile
	$(call say,CC)
	mkdir -p $(@D)
	$(COMPILE) $(SETS) $(PIC) -MMD -MP -c $< -o $@
endef

define archive
	$(call say,AR)
	rm -f $@
	$(AR) rcs $@ $(filter %.o,$^)
endef

define link_test
	$(call say,LINK)
	$(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LIB_LIBS)
endef

# set NAME,FOLDER: the objects of a set of vector kernels.
define set
$(OUT)/$(2)/%: SETS = -DLOSSI_HAS_VECTOR_SETS=1 -DLOSSI_SET=$(1) $(FLAGS_$(1))
$(OUT)/$(2)/%.pic.o: libloss/kernels/simd/%.c $(OUT)/flags
	$$(compile)
$(OUT)/$(2)/%.o: libloss/kernels/simd/%.c $(OUT)/flags
	$$(compile)
endef

%.pic.o: PIC = -fPIC
$(foreach name,$(VECTOR_SETS),$(eval $(call set,$(name),libloss/kernels/$(name))))
$(eval $(call set,emulated,tests/kernels/emulated))
$(OUT)/%.pic.o: %.c $(OUT)/flags
	$(compile)
$(OUT)/%.o: %.c $(OUT)/flags
	$(compile)
$(DOUBLE)/%.o: %.c $(DOUBLE)/flags
	$(compile)

# The messages of ONNX files: their schema is in libonnx-dev.
ONNX_PROTO ?= $(firstword $(wildcard $(addsuffix /onnx/onnx.proto,/usr/include /usr/local/include)))
$(MADE)/onnx.pb-c.c:
	$(call say,PROTO)
	mkdir -p $(@D)
	$(if $(ONNX_PROTO),,echo "onnx/onnx.proto not found (Debian: libonnx-dev); or give ONNX_PROTO=FILE" >&2; exit 1)
	protoc-c --c_out=$(@D) -I$(dir $(ONNX_PROTO)) $(ONNX_PROTO)
$(foreach out,$(OUT) $(DOUBLE),$(out)/made/onnx.pb-c.o $(out)/made/onnx.pb-c.pic.o): $(MADE)/onnx.pb-c.c
	$(call say,CC)
	mkdir -p $(@D)
	$(CC) $(filter-out $(WARNINGS),$(OUR_CFLAGS)) $(PIC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
USES_ONNX := $(basename $(filter libloss/onnx/%,$(ANY_SOURCES)))
$(foreach out,$(OUT) $(DOUBLE),$(addprefix $(out)/,$(USES_ONNX:=.o) $(USES_ONNX:=.pic.o))): | $(MADE)/onnx.pb-c.c

# The page as strings: lossi_page_html, lossi_page_css and, of all its scripts, lossi_page_js.
$(MADE)/page.c: $(PAGE)
	mkdir -p $(@D)
	for kind in html css js; do \
		printf 'extern const char lossi_page_%s[];\nconst char lossi_page_%s[] =\n' $$kind $$kind; \
		for file in $(PAGE); do case $$file in *.$$kind) \
			sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/.*/    "&\\n"/' $$file;; esac; done; echo '    ;'; done > $@
$(foreach out,$(OUT) $(DOUBLE),$(out)/made/page.o $(out)/made/page.pic.o): $(MADE)/page.c
	$(call say,CC)
	mkdir -p $(@D)
	$(COMPILE) $(PIC) -Wno-overlength-strings -c $< -o $@

# Other flags or another compiler than last time: compile everything again.
# The same of what asks whether there is an HDF5.
WITH_HDF5 := formats/%
$(foreach out,$(OUT) $(DOUBLE),$(addprefix $(out)/libloss/,$(WITH_HDF5))) $(OUT)/tests/unit/test_hdf5.o: INCLUDES += $(if $(HDF5),-DLOSSI_HAS_HDF5)
$(foreach out,$(OUT) $(DOUBLE),$(patsubst %.c,$(out)/%.o,$(filter $(addprefix libloss/,$(WITH_HDF5)),$(ANY_SOURCES)))) $(OUT)/tests/unit/test_hdf5.o: $(OUT)/hdf5
$(patsubst %.c,$(OUT)/%.pic.o,$(filter $(addprefix libloss/,$(WITH_HDF5)),$(ANY_SOURCES))): $(OUT)/hdf5
$(OUT)/hdf5: FORCE
	mkdir -p $(@D)
	echo '$(HDF5)' | cmp -s - $@ || echo '$(HDF5)' > $@
quoted = '$(subst ','\'',$(1))'
$(OUT)/flags $(DOUBLE)/flags: FORCE
	mkdir -p $(@D)
	printf '%s\n' $(call quoted,$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)) | cmp -s - $@ || \
		printf '%s\n' $(call quoted,$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)) > $@
.PHONY: FORCE
FORCE:

$(STATIC_LIB): $(LIB_OBJECTS)
	$(archive)
$(DOUBLE)/libloss.a: $(DOUBLE_OBJECTS)
	$(archive)

$(SHARED_LIB): $(PIC_OBJECTS) libloss/libloss.map
	$(call say,LINK)
	$(LINK) $(SHARED_FLAGS) -o $@ $(PIC_OBJECTS) $(LIB_LIBS)
	ln -sf $(@F) $(OUT)/$(SONAME)
	ln -sf $(@F) $(OUT)/$(call SHARED_NAME)

# The way of linking changed: link again.
$(OUT)/linked: FORCE
	mkdir -p $(@D)
	echo '$(PROGRAM_LIB)' | cmp -s - $@ || echo '$(PROGRAM_LIB)' >$@

$(OUT)/lossgrid: $(CLI_OBJECTS) $(PROGRAM_LIB) $(OUT)/linked
	$(call say,LINK)
	$(LINK) -o $@ $(filter-out %/linked,$^) $(CLI_LIBS) $(PROGRAM_LIBS)

$(OUT)/lossgrid-mpi: $(filter-out %/cli/ranks.o,$(CLI_OBJECTS)) $(MPI_OBJECTS) $(PROGRAM_LIB) $(OUT)/linked
	$(call say,LINK)
	$(LINK) -o $@ $(filter-out %/linked,$^) $(MPI_LIBS) $(CLI_LIBS) $(PROGRAM_LIBS)
$(filter-out %/handout.o,$(MPI_OBJECTS)): INCLUDES += $(MPI_CFLAGS)

# The loader of OpenGL's functions, and the shaders as strings.
$(OUT)/viewer/made/src/gl.c:
	$(call say,GLAD)
	mkdir -p $(OUT)/viewer/made
	glad --api gl:core=3.3 --extensions '' --reproducible --quiet --out-path $(OUT)/viewer/made c 2>/dev/null
$(OUT)/viewer/made/src/gl.o: $(OUT)/viewer/made/src/gl.c $(OUT)/flags
	$(call say,CC)
	$(CC) $(filter-out $(WARNINGS),$(OUR_CFLAGS)) $(INCLUDES) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(VIEW_GL:%.c=$(OUT)/%.o): | $(OUT)/viewer/made/src/gl.c
$(OUT)/viewer/made/shaders.c: $(SHADERS)
	mkdir -p $(@D)
	for shader in $(SHADERS); do \
		printf 'extern const char %s[];\nconst char %s[] =\n' $$(basename $$shader .glsl | tr . _) $$(basename $$shader .glsl | tr . _); \
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' $$shader; echo '    ;'; done > $@
$(OUT)/viewer/made/shaders.o: $(OUT)/viewer/made/shaders.c $(OUT)/flags
	$(call say,CC)
	$(COMPILE) -Wno-overlength-strings -c $< -o $@

$(OUT)/lossview: $(VIEW_OBJECTS) $(VIEW_GL_OBJECTS) $(PROGRAM_LIB) $(OUT)/linked
	$(call say,LINK)
	$(LINK) -o $@ $(filter-out %/linked,$^) $(VIEW_LIBS) $(PROGRAM_LIBS)
$(VIEW_TESTS): %: %.o $(VIEW_OBJECTS) $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $(filter %.o %.a,$^) -lcmocka $(CLI_LIBS) -lz $(GIF_LIBS) $(LIB_LIBS)

$(CLI_TESTS): %: %.o $(filter-out %/main.o,$(CLI_OBJECTS)) $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $(filter %.o %.a,$^) -lcmocka $(CLI_LIBS) $(LIB_LIBS)

$(OUT)/tests/cli/test_handout: $(OUT)/cli/mpi/handout.o

$(EXAMPLES): %: %.o $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $^ $(LIB_LIBS)

$(OUT)/tests/kernels/test_kernels $(OUT)/tests/kernels/test_random: $(EMULATED_OBJECTS)
$(TESTS): %: %.o $(STATIC_LIB)
	$(link_test)
$(DOUBLE_TESTS): %: %.o $(DOUBLE)/libloss.a
	$(link_test)

# The viewer's readers are not in the library.
$(REPLAYS): $(OUT)/tests/fuzz/replay_%: $(OUT)/tests/fuzz/fuzz_%.o $(OUT)/tests/fuzz/replay.o $(VIEW_READERS) $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $^ $(LIB_LIBS)

# Where the data of a run.json are is found by the commands.
$(OUT)/tests/fuzz/fuzz_run_json $(OUT)/tests/fuzz/replay_run_json: $(OUT)/cli/inputs/place.o

# What it measures is the peak of fused multiply-adds.
$(OUT)/tests/bench/peak.o: OUR_CFLAGS += -ffp-contract=fast
$(BENCH): $(BENCH_OBJECTS) $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $^ $(LIB_LIBS)

$(SIMULATE): $(OUT)/tests/bench/simulation/main.o $(SIMULATION) $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $^ $(LIB_LIBS)
$(OUT)/tests/unit/test_simulation: $(SIMULATION)

-include $(ALL_OBJECTS:.o=.d)

# ---- Tests ------------------------------------------------------------------------------------------------------------

INSTALL_TESTS := $(sort $(wildcard tests/install/*.sh)) tests/port/musl.sh
SCRIPTS  := $(sort $(wildcard tests/cli/*.sh)) $(sort $(wildcard tests/pytorch/*.py)) tests/faults/sampled.sh $(INSTALL_TESTS)
VIEW_SCRIPTS := $(filter-out %/sheet.sh,$(sort $(wildcard tests/viewer/*.sh)))
# What computes with kernels, and so may differ from one set to the next. Tests of kernels run each set themselves.
SET_TESTS := $(patsubst %,tests/cli/%.sh,main_job lines interrupted curvature weights) \
             $(filter-out $(OUT)/tests/kernels/%,$(TESTS))
TEST_ENV  = BUILD=$(abspath $(OUT)) LOSSGRID=$(abspath $(OUT)/lossgrid) LOSSVIEW=$(abspath $(OUT)/lossview) CC="$(CC)"

.PHONY: check
check: deps-check ## Install what is missing, build, run all tests; the last line counts them
	$(MAKE) --no-print-directory check-built

.PHONY: check-built
check-built: all tests examples $(BENCH)
	$(TEST_ENV) tests/run $(SCRIPTS) $(VIEW_SCRIPTS) $(TESTS) $(CLI_TESTS) $(VIEW_TESTS) $(REPLAYS) \
		$(DOUBLE_TESTS) \
		--each-set $(SET_TESTS)

.PHONY: sanitize tsan
sanitize: ## Build with two sanitizers; run the unit and kernel tests and the viewer's
tsan: ## Build with ThreadSanitizer and run the unit and kernel tests
sanitize tsan:
	$(MAKE) --no-print-directory CONFIG=$@ check-sanitized

.PHONY: check-sanitized
check-sanitized: $(TESTS) $(CLI_TESTS) $(VIEW_TESTS) $(REPLAYS) $(EXAMPLES) $(OUT)/lossgrid viewer
	$(TEST_ENV) ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
		LSAN_OPTIONS=suppressions=$(abspath tests/viewer/leaks.txt):print_suppressions=0 \
		UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
		tests/run $(if $(filter sanitize,$(CONFIG)),$(VIEW_SCRIPTS)) $(TESTS) $(CLI_TESTS) \
		$(VIEW_TESTS) $(REPLAYS)

# MemorySanitizer takes what a library wrote for uninitialised, unless the library was built with it, too. So it runs the
# readers that are all our own; valgrind, which sees every library, runs all of them.
LIBRARY_READERS := safetensors zip png jpeg idx archive tar gzip landscape run_json onnx import_hdf5 import_npz import_vti import_vtp
MSAN_REPLAYS := $(filter-out $(LIBRARY_READERS:%=\%/replay_%),$(REPLAYS))
.PHONY: msan check-msan
msan: ## Run the readers on their fuzz corpus under MemorySanitizer (clang)
	$(MAKE) --no-print-directory CONFIG=msan CC=clang check-msan
check-msan: $(MSAN_REPLAYS)
	$(TEST_ENV) tests/run $(MSAN_REPLAYS)

VALGRIND := $(TEST_ENV) TEST_TIMEOUT=3600 TEST_WRAPPER="valgrind -q --error-exitcode=1 --leak-check=full" tests/run
.PHONY: valgrind valgrind-readers
valgrind: $(TESTS) ## Run the unit and kernel tests under valgrind
	$(VALGRIND) $(TESTS)
valgrind-readers: $(REPLAYS) ## Run the readers on their fuzz corpus under valgrind
	$(VALGRIND) $(REPLAYS)

# Debian's packages for arm64 are unpacked below $(BUILD), its cross compiler builds with them, and an emulator runs the tests. Left out
# are those that would take minutes there, and one that starts itself.
SYSROOT  := $(abspath $(BUILD))/arm64
EMULATOR := qemu-aarch64 -L $(SYSROOT)/root
NOT_EMULATED := kept curvature zoo zoo_check_work reference golden simulation lanczos_core
.PHONY: check-aarch64 check-emulated
check-aarch64: $(OUT)/lossgrid ## Build for AArch64 and run unit and kernel tests in an emulator (Debian: gcc-aarch64-linux-gnu qemu-user)
	tests/port/sysroot.sh $(SYSROOT)
	PKG_CONFIG_SYSROOT_DIR=$(SYSROOT)/root PKG_CONFIG_LIBDIR=$(SYSROOT)/root/usr/lib/aarch64-linux-gnu/pkgconfig:$(SYSROOT)/root/usr/share/pkgconfig \
		$(MAKE) --no-print-directory BUILD=$(BUILD)/aarch64 CC="aarch64-linux-gnu-gcc --sysroot=$(SYSROOT)/root" \
		SYSROOT=$(SYSROOT) HERE=$(abspath $(OUT)/lossgrid) check-emulated
check-emulated: $(TESTS) $(OUT)/lossgrid
	$(TEST_ENV) TEST_WRAPPER="$(EMULATOR)" tests/run $(filter-out $(NOT_EMULATED:%=\%/test_%),$(TESTS))
	LOSSGRID=$(HERE) FOREIGN="$(EMULATOR) $(abspath $(OUT)/lossgrid)" tests/run tests/port/aarch64.sh

# libFuzzer (clang) on every reader, under AddressSanitizer and UndefinedBehaviorSanitizer. New inputs go to $(BUILD)/fuzz/corpus.
FUZZ_SECONDS ?= 600
FUZZ_RUNS := $(FUZZ_TARGETS:%=fuzz-%)

.PHONY: fuzz run-fuzz $(FUZZ_RUNS)
fuzz: ## Fuzz every reader for FUZZ_SECONDS (600) each; needs clang. `make -j2 fuzz` runs two at a time
	$(MAKE) --no-print-directory CONFIG=fuzz CC=clang run-fuzz
run-fuzz: $(FUZZ_RUNS)
$(FUZZ_RUNS): fuzz-%: $(OUT)/tests/fuzz/fuzz_%
	mkdir -p $(OUT)/corpus/$*
	UBSAN_OPTIONS=print_stacktrace=1 $< -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 -timeout=20 -print_final_stats=1 \
		-artifact_prefix=$(OUT)/corpus/$*- $(addprefix -dict=,$(wildcard tests/fuzz/$*.dict)) $(OUT)/corpus/$* tests/fuzz/corpus/$* tests/data/weights >$(OUT)/fuzz_$*.log 2>&1 || \
		{ tail -n 50 $(OUT)/fuzz_$*.log; exit 1; }
	grep -E ' cov: |stat::number_of_executed_units' $(OUT)/fuzz_$*.log | tail -n 2
$(OUT)/tests/fuzz/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(VIEW_READERS) $(STATIC_LIB)
	$(call say,LINK)
	$(LINK) -o $@ $^ $(LIB_LIBS)

.PHONY: bench
bench: $(BENCH) $(OUT)/lossgrid ## Measure the engine, and peers of PEER_PYTHON; BENCH_ARGS=--help
	python3 tests/bench/bench.py $(BENCH) --lossgrid $(OUT)/lossgrid $(BENCH_ARGS)

.PHONY: simulate
simulate: $(SIMULATE) ## Simulate the scheduler on many threads and ranks (docs/scale.md)
	mkdir -p $(OUT)/simulated
	$(SIMULATE) crew $(OUT)/simulated
	$(SIMULATE) ranks $(OUT)/simulated

.PHONY: golden
golden: ## Make the golden values and the small files of weights again (Debian: python3-torch python3-torchvision)
	/usr/bin/python3 tests/golden/make.py
	/usr/bin/python3 tests/data/make.py

# ---- The main job, end to end -----------------------------------------------------------------------------------------

.PHONY: demo
demo: deps-demo ## Install what is missing, build, train a ResNet-20 and draw its loss landscape (into demo/)
	$(MAKE) --no-print-directory $(OUT)/lossgrid viewer
	LOSSGRID=$(OUT)/lossgrid sh examples/demo.sh demo

.PHONY: deps deps-demo deps-check
deps: ## Install what building needs
	sh tests/deps.sh $(BUILD_DEBS) $(VIEW_DEBS)
deps-demo:
	sh tests/deps.sh $(DEMO_DEBS)
deps-check:
	sh tests/deps.sh $(CHECK_DEBS)

# ---- Installation -----------------------------------------------------------------------------------------------------

# Pages of the manual and completion in shells: the programs write them, where they run on this machine. A cross compiler's do not.
PAGES := $(OUT)/share
.PHONY: pages
pages: export LD_LIBRARY_PATH := $(OUT)$(if $(LD_LIBRARY_PATH),:$(LD_LIBRARY_PATH))
pages: all
	rm -rf $(PAGES)
	install -d $(PAGES)/man/man1 $(PAGES)/bash-completion/completions $(PAGES)/zsh/site-functions $(PAGES)/fish/vendor_completions.d
	$(OUT)/lossgrid version >/dev/null 2>&1 || { echo "pages of the manual: skipped, $(OUT)/lossgrid does not run here"; exit 0; }; \
	set -e; \
	$(OUT)/lossgrid help --man >$(PAGES)/man/man1/lossgrid.1; \
	for command in $$(sed -n 's/^\.Xr lossgrid-\([a-z]*\) 1.*/\1/p' $(PAGES)/man/man1/lossgrid.1); do \
		$(OUT)/lossgrid help $$command --man >$(PAGES)/man/man1/lossgrid-$$command.1; done; \
	$(OUT)/lossgrid completion bash >$(PAGES)/bash-completion/completions/lossgrid; \
	$(OUT)/lossgrid completion zsh >$(PAGES)/zsh/site-functions/_lossgrid; \
	$(OUT)/lossgrid completion fish >$(PAGES)/fish/vendor_completions.d/lossgrid.fish; \
	if [ -x $(OUT)/lossgrid-mpi ]; then echo '.so man1/lossgrid.1' >$(PAGES)/man/man1/lossgrid-mpi.1; fi; \
	if [ -x $(OUT)/lossview ]; then \
		$(OUT)/lossview --man >$(PAGES)/man/man1/lossview.1; \
		$(OUT)/lossview --completion bash >$(PAGES)/bash-completion/completions/lossview; \
		$(OUT)/lossview --completion zsh >$(PAGES)/zsh/site-functions/_lossview; \
		$(OUT)/lossview --completion fish >$(PAGES)/fish/vendor_completions.d/lossview.fish; fi

SHARE := $(PREFIX)/share
VIEW_INSTALLED = $(PREFIX)/bin/lossview $(SHARE)/applications/lossview.desktop $(SHARE)/icons/hicolor/scalable/apps/lossview.svg \
                 $(SHARE)/mime/packages/lossview.xml $(SHARE)/metainfo/lossview.metainfo.xml
DOCS_INSTALLED = $(SHARE)/doc/libloss/lossgrid.schema.json
PAGES_INSTALLED = $(wildcard $(addprefix $(DESTDIR)$(SHARE)/,man/man1/lossgrid.1 man/man1/lossgrid-*.1 man/man1/lossview.1 \
                  $(foreach name,lossgrid lossview,bash-completion/completions/$(name) zsh/site-functions/_$(name) \
                  fish/vendor_completions.d/$(name).fish)))
INSTALLED = $(VIEW_INSTALLED) $(DOCS_INSTALLED) $(PREFIX)/bin/lossgrid $(PREFIX)/bin/lossgrid-mpi $(HEADERS:include/%=$(PREFIX)/include/%) $(LIBDIR)/libloss.a \
            $(LIBDIR)/$(notdir $(SHARED_LIB)) $(LIBDIR)/$(SONAME) $(LIBDIR)/$(call SHARED_NAME) $(LIBDIR)/pkgconfig/loss.pc \
            $(LIBDIR)/cmake/loss/loss-config.cmake $(LIBDIR)/cmake/loss/loss-config-version.cmake

# Of pkg-config's and CMake's files.
fill = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' \
	-e 's|@PRIVATE@|$(LIB_LIBS)|'

.PHONY: install
install: all pages ## Install below $(DESTDIR)$(PREFIX); libraries into $(DESTDIR)$(LIBDIR)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/include/loss" "$(DESTDIR)$(LIBDIR)/pkgconfig" \
		"$(DESTDIR)$(LIBDIR)/cmake/loss"
	install -m 755 $(OUT)/lossgrid "$(DESTDIR)$(PREFIX)/bin/"
	if [ -x $(OUT)/lossgrid-mpi ]; then install -m 755 $(OUT)/lossgrid-mpi "$(DESTDIR)$(PREFIX)/bin/"; fi
	if [ -x $(OUT)/lossview ]; then \
		install -D -m 755 $(OUT)/lossview "$(DESTDIR)$(PREFIX)/bin/lossview"; \
		install -D -m 644 viewer/desktop/lossview.desktop "$(DESTDIR)$(SHARE)/applications/lossview.desktop"; \
		install -D -m 644 viewer/desktop/lossview.svg "$(DESTDIR)$(SHARE)/icons/hicolor/scalable/apps/lossview.svg"; \
		install -D -m 644 viewer/desktop/lossview-mime.xml "$(DESTDIR)$(SHARE)/mime/packages/lossview.xml"; \
		install -D -m 644 viewer/desktop/lossview.metainfo.xml "$(DESTDIR)$(SHARE)/metainfo/lossview.metainfo.xml"; \
	fi
	find $(PAGES) -type f -printf '%P\n' | while read -r page; do \
		install -D -m 644 "$(PAGES)/$$page" "$(DESTDIR)$(SHARE)/$$page"; done
	install -D -m 644 docs/lossgrid.schema.json "$(DESTDIR)$(SHARE)/doc/libloss/lossgrid.schema.json"
	install -m 644 $(HEADERS) "$(DESTDIR)$(PREFIX)/include/loss/"
	install -m 644 $(STATIC_LIB) "$(DESTDIR)$(LIBDIR)/"
	install -m 755 $(SHARED_LIB) "$(DESTDIR)$(LIBDIR)/"
	ln -sf $(notdir $(SHARED_LIB)) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(notdir $(SHARED_LIB)) "$(DESTDIR)$(LIBDIR)/$(call SHARED_NAME)"
	$(fill) pkgconfig/loss.pc.in >"$(DESTDIR)$(LIBDIR)/pkgconfig/loss.pc"
	for file in loss-config loss-config-version; do $(fill) pkgconfig/$$file.cmake.in >"$(DESTDIR)$(LIBDIR)/cmake/loss/$$file.cmake"; done
	chmod 644 "$(DESTDIR)$(LIBDIR)/pkgconfig/loss.pc" "$(DESTDIR)$(LIBDIR)/cmake/loss"/*
	# The system's loader finds a new library only after ldconfig; a package or a user's prefix does without.
	if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" -eq 0 ] && command -v ldconfig >/dev/null; then ldconfig; fi

.PHONY: uninstall
uninstall: ## Remove what install put there
	rm -f $(foreach file,$(INSTALLED),"$(DESTDIR)$(file)") $(foreach file,$(PAGES_INSTALLED),"$(file)")
	for folder in "$(DESTDIR)$(PREFIX)/include/loss" "$(DESTDIR)$(LIBDIR)/cmake/loss" "$(DESTDIR)$(SHARE)/doc/libloss"; do \
		if [ -d "$$folder" ]; then rmdir --ignore-fail-on-non-empty "$$folder"; fi; done

.PHONY: dist
dist: ## Pack the committed sources into $(BUILD)/libloss-VERSION.tar.gz
	mkdir -p $(BUILD)
	git archive --prefix=libloss-$(VERSION)/ -o $(BUILD)/libloss-$(VERSION).tar.gz HEAD

# Debian's tools want debian/ at the top of the sources.
DEB_DEBS := debhelper dpkg-dev lintian
.PHONY: deb
deb: dist ## Build Debian packages of the committed sources into $(BUILD)/deb
	sh tests/deps.sh $(BUILD_DEBS) $(VIEW_DEBS) $(MPI_DEBS) $(DEB_DEBS)
	rm -rf $(BUILD)/deb
	mkdir -p $(BUILD)/deb
	tar -xzf $(BUILD)/libloss-$(VERSION).tar.gz -C $(BUILD)/deb
	cp -r $(BUILD)/deb/libloss-$(VERSION)/pkgconfig/debian $(BUILD)/deb/libloss-$(VERSION)/debian
	cd $(BUILD)/deb/libloss-$(VERSION) && dpkg-buildpackage --no-sign --build=binary -j$$(nproc)
.PHONY: check-deb
check-deb: deb ## Lint them; install, use and remove them on a bare Debian 12 (debootstrap, as root)
	tests/deb.sh $(BUILD)/deb

.PHONY: distcheck
distcheck: dist ## Unpack that, build it, install it, compile the examples against it, uninstall it
	rm -rf $(BUILD)/distcheck
	mkdir -p $(BUILD)/distcheck
	tar -xzf $(BUILD)/libloss-$(VERSION).tar.gz -C $(BUILD)/distcheck
	$(MAKE) -C $(BUILD)/distcheck/libloss-$(VERSION) --no-print-directory BUILD=build check-install

.PHONY: check-install
check-install: all
	$(TEST_ENV) tests/run $(INSTALL_TESTS)

# Failing memory and failing calls to the system, one at a time.
$(FAULTS): tests/faults/faults.c $(OUT)/flags
	$(call say,LINK)
	mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O1 -g -fPIC -shared $(WARNINGS) $(CFLAGS) $< -o $@ -ldl

.PHONY: faults
faults: $(FAULTS) $(OUT)/lossgrid ## Fail each allocation and each call to the system of lossgrid in turn (an hour)
	$(TEST_ENV) python3 tests/faults/faults.py memory
	$(TEST_ENV) python3 tests/faults/faults.py files

.PHONY: mutate
mutate: ## Make small faults in the sources and print those that no test sees; MUTATE_ARGS=--help
	python3 tests/mutate/mutate.py $(MUTATE_ARGS)

.PHONY: check-bare
check-bare: ## The README's commands on a bare Debian 12 (debootstrap, as root)
	tests/bare.sh

.PHONY: clean
clean: ## Remove the build folder
	rm -rf $(BUILD)

.PHONY: help
help: ## List the targets
	awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	echo
	echo 'Variables: CC, CFLAGS, CPPFLAGS, LDFLAGS (added to ours), WERROR=1 (warnings are errors), V=1 (show the commands),'
	echo 'SHARED_PROGRAMS=1 (they load libloss.so), BUILD=DIR (instead of build/), DESTDIR, PREFIX ($(PREFIX)), LIBDIR ($(LIBDIR)).'
