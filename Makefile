# libloss: one build file. `make help` lists the targets.
#
#   make CC=clang            another compiler            make V=1         show the commands
#   make CFLAGS=-march=native   added to ours            make WERROR=1    warnings are errors
#   make BUILD=/tmp/b        another build folder
#
# Objects go to $(BUILD)/<config>/: release, asan, ubsan, tsan, and double (the library with LOSSI_REAL=double, in which the
# gradient test runs).

BUILD   ?= build
CONFIG  ?= release
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
PKG_CONFIG ?= pkg-config
OUT     := $(BUILD)/$(CONFIG)

VERSION := $(shell awk '/define LOSS_VERSION_(MAJOR|MINOR|PATCH)/ {printf "%s%s", dot, $$3; dot = "."}' include/loss/status.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

LIB_PACKAGES := openblas lapacke zlib libpng sqlite3 libcjson
CLI_PACKAGES := cairo libcjson

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
OPTIMISE_release := -O3
OPTIMISE_double  := -O2 -DLOSSI_REAL=double
OPTIMISE_asan    := -O1 -fno-omit-frame-pointer -fsanitize=address
OPTIMISE_ubsan   := -O1 -fsanitize=undefined -fno-sanitize-recover=all
OPTIMISE_tsan    := -O1 -fsanitize=thread
LINK_asan  := -fsanitize=address
LINK_ubsan := -fsanitize=undefined
LINK_tsan  := -fsanitize=thread

# Recursively expanded, so that pkg-config is asked only when something is compiled: after `make deps` on a fresh machine.
OUR_CFLAGS = -std=c11 -D_GNU_SOURCE -g -ffp-contract=off -fvisibility=hidden -pthread $(WARNINGS) $(OPTIMISE_$(CONFIG)) \
             -Iinclude $(shell $(PKG_CONFIG) --cflags $(LIB_PACKAGES) $(CLI_PACKAGES))
LIB_LIBS   = $(shell $(PKG_CONFIG) --libs $(LIB_PACKAGES)) -lm -pthread
CLI_LIBS   = $(shell $(PKG_CONFIG) --libs $(CLI_PACKAGES))
OUR_LDFLAGS = $(LINK_$(CONFIG))

LIB_SOURCES := $(wildcard libloss/*/*.c libloss/kernels/*/*.c)
CLI_SOURCES := $(wildcard cli/*.c)
TEST_SOURCES := $(filter-out tests/unit/test_gradients.c,$(wildcard tests/unit/test_*.c tests/kernels/test_*.c))

LIB_OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.o)
PIC_OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.pic.o)
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(OUT)/%.o)
TESTS       := $(TEST_SOURCES:tests/%.c=$(OUT)/tests/%)
GRADIENTS   := $(BUILD)/double/tests/unit/test_gradients

STATIC := $(OUT)/libloss.a
SHARED := $(OUT)/libloss.so.$(VERSION)
SONAME := libloss.so.$(SOVERSION)

ifeq ($(V),1)
say = @:
else
say = @printf '  %-6s %s\n' $(1) $@
.SILENT:
endif

.PHONY: all
all: $(STATIC) $(SHARED) $(OUT)/lossgrid ## Build the library (static and shared) and lossgrid

$(OUT)/libloss/%.pic.o: libloss/%.c
	$(call say,CC)
	mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) -Ilibloss -fPIC -MMD -MP $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(OUT)/libloss/%.o: libloss/%.c
	$(call say,CC)
	mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) -Ilibloss -MMD -MP $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(OUT)/cli/%.o: cli/%.c
	$(call say,CC)
	mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) -Icli -MMD -MP $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(STATIC): $(LIB_OBJECTS)
	$(call say,AR)
	rm -f $@
	$(AR) rcs $@ $^

$(SHARED): $(PIC_OBJECTS) libloss/libloss.map
	$(call say,LD)
	$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=libloss/libloss.map -Wl,--no-undefined $(OUR_LDFLAGS) $(LDFLAGS) \
		-o $@ $(PIC_OBJECTS) $(LIB_LIBS)
	ln -sf $(notdir $@) $(OUT)/$(SONAME)
	ln -sf $(notdir $@) $(OUT)/libloss.so

$(OUT)/lossgrid: $(CLI_OBJECTS) $(STATIC)
	$(call say,LD)
	$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) $(CLI_LIBS)

$(OUT)/tests/%: tests/%.c $(STATIC)
	$(call say,TEST)
	mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) -Ilibloss -Itests -MMD -MP $(CPPFLAGS) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(STATIC) -lcmocka $(LIB_LIBS)

# In the double configuration the pattern rule above makes it.
ifneq ($(CONFIG),double)
$(GRADIENTS): FORCE
	$(MAKE) --no-print-directory CONFIG=double $@
FORCE:
endif

.PHONY: tests
tests: $(TESTS)

# ---- Tests ------------------------------------------------------------------------------------------------------------

.PHONY: check
check: deps-check ## Install what is missing, build, run all tests (the last line counts them)
	$(MAKE) --no-print-directory check-built

.PHONY: check-built
check-built: all tests $(GRADIENTS)
	BUILD=$(abspath $(OUT)) LOSSGRID=$(abspath $(OUT)/lossgrid) CC="$(CC)" tests/run $(TESTS) $(GRADIENTS) \
		$(sort $(wildcard tests/cli/*.sh tests/install/*.sh))

.PHONY: asan ubsan tsan
asan ubsan tsan: ## Build with a sanitizer and run the unit and kernel tests under it
	$(MAKE) --no-print-directory CONFIG=$@ sanitized

# OpenBLAS is not instrumented, and a fork in a threaded process is no matter of ours.
.PHONY: sanitized
sanitized: tests $(OUT)/lossgrid
	ASAN_OPTIONS=detect_leaks=1 TSAN_OPTIONS=die_after_fork=0 tests/run $(TESTS)

.PHONY: valgrind
valgrind: tests ## Run the unit tests under valgrind
	TEST_WRAPPER="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect" \
		TEST_TIMEOUT=1800 tests/run $(TESTS)

.PHONY: golden
golden: ## Make the golden values again with PyTorch (Debian: python3-torch python3-torchvision)
	/usr/bin/python3 tests/golden/make.py

# ---- The main job, end to end -----------------------------------------------------------------------------------------

.PHONY: demo
demo: deps-demo ## Install what is missing, build, train a ResNet-20 and draw its landscape (into demo/)
	$(MAKE) --no-print-directory $(OUT)/lossgrid
	LOSSGRID=$(OUT)/lossgrid sh examples/demo.sh demo

# ---- Debian packages --------------------------------------------------------------------------------------------------

BUILD_DEBS := gcc pkg-config libopenblas-dev liblapacke-dev zlib1g-dev libpng-dev libsqlite3-dev libcjson-dev libcairo2-dev \
              fonts-dejavu-core
CHECK_DEBS := $(BUILD_DEBS) g++ libcmocka-dev python3 sqlite3 dataset-fashion-mnist
DEMO_DEBS  := $(BUILD_DEBS) dataset-fashion-mnist

.PHONY: deps deps-check deps-demo
deps: ## Install the packages that building needs
	sh tests/deps.sh $(BUILD_DEBS)
deps-check:
	sh tests/deps.sh $(CHECK_DEBS)
deps-demo:
	sh tests/deps.sh $(DEMO_DEBS)

# ---- Installation -----------------------------------------------------------------------------------------------------

HEADERS := $(wildcard include/loss/*.h)
INSTALLED = $(PREFIX)/bin/lossgrid $(HEADERS:include/%=$(PREFIX)/include/%) $(LIBDIR)/libloss.a \
            $(LIBDIR)/libloss.so.$(VERSION) $(LIBDIR)/$(SONAME) $(LIBDIR)/libloss.so $(LIBDIR)/pkgconfig/loss.pc

.PHONY: install
install: all ## Install below $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/loss $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 $(OUT)/lossgrid $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(HEADERS) $(DESTDIR)$(PREFIX)/include/loss/
	install -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)/
	install -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)/
	ln -sf libloss.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf libloss.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libloss.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@REQUIRES@|$(LIB_PACKAGES)|' pkgconfig/loss.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/loss.pc

.PHONY: uninstall
uninstall: ## Remove what install put there
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-rmdir $(DESTDIR)$(PREFIX)/include/loss 2>/dev/null

.PHONY: dist
dist: ## Pack the committed sources into $(BUILD)/libloss-VERSION.tar.gz
	mkdir -p $(BUILD)
	git archive --prefix=libloss-$(VERSION)/ -o $(BUILD)/libloss-$(VERSION).tar.gz HEAD

.PHONY: clean
clean: ## Remove the build folder
	rm -rf $(BUILD)

.PHONY: help
help: ## List the targets
	awk -F ':.*## ' '/^[a-z ]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

-include $(LIB_OBJECTS:.o=.d) $(PIC_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(TESTS:=.d) $(GRADIENTS).d
