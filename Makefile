# klout: score influence inside PostgreSQL
#
#   make                       build klout.so            make install
#   make installcheck          run the tests against a running server that has klout installed
#   make help                  every target and option
#
# Works in the source tree and out of it (mkdir b && cd b && make -f ../Makefile VPATH=..).
# Files are found by wildcard: a new source, script or test needs no line here, but a part of the install script
# needs its place in SQL_PARTS; those in sql/sources, one a system, need none.

EXTENSION   = klout
MODULE_big  = klout
PGFILEDESC  = "klout - influence scores"

here  := $(dir $(firstword $(MAKEFILE_LIST)))
found  = $(sort $(patsubst $(here)%,%,$(wildcard $(here)$(1))))

EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(here)klout.control)
SOURCES    := $(call found,src/*.c) $(call found,src/*/*.c)
OBJS        = $(SOURCES:.c=.o)
# The install script of this version is made of parts, each of which needs types of those before it; the scripts
# of released versions and the upgrades are in sql/ itself (DATA)
SQL_PARTS   = collect model signals score scores fit population calibrate validate authority \
  sources board board_ingest board_publish board_refresh board_people board_perks board_read board_guard
SQL         = sql/klout.sql $(SQL_PARTS:%=sql/parts/%.sql) $(call found,sql/sources/*.sql)
SCRIPT      = klout--$(EXTVERSION).sql
DATA        = $(call found,sql/klout--*.sql)
DATA_built  = $(SCRIPT)
$(foreach part,$(filter-out $(SQL),$(call found,sql/parts/*.sql)),$(error $(part) has no place in SQL_PARTS))

# ---- tests -------------------------------------------------------------------------------------

REGRESS_FOUND   := $(patsubst test/sql/%.sql,%,$(call found,test/sql/*.sql))
ISOLATION_FOUND := $(patsubst test/specs/%.spec,%,$(call found,test/specs/*.spec))
TAP_FOUND       := $(call found,test/t/*.pl)

# pg_regress looks for NAME.sql in ./sql before it looks in test/sql
SHADOWED := $(filter $(REGRESS_FOUND),$(patsubst sql/%.sql,%,$(call found,sql/*.sql)))

REGRESS        = $(REGRESS_FOUND)
REGRESS_OPTS   = --inputdir=$(here)test --load-extension=klout
REGRESS_PREP   = test-layout
ISOLATION      = $(ISOLATION_FOUND)
ISOLATION_OPTS = --inputdir=$(here)test --outputdir=. --load-extension=klout
TAP_TESTS      = $(if $(TAP_FOUND),1)
PROVE_TESTS    = $(TAP_FOUND)
PROVE_FLAGS    = -I $(abspath $(here)test/perl)

# ---- build -------------------------------------------------------------------------------------

# One result on every platform: never fuse a multiplication and an addition, and on 32-bit x86 do
# not compute with more digits than a double has, as its old floating-point unit does
X87_DEFAULT    = $(filter i386 i486 i586 i686,$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
PORTABLE_FLOAT = -ffp-contract=off $(if $(X87_DEFAULT),-msse2 -mfpmath=sse)
VERSION_DEFINE = -DKLOUT_VERSION='"$(EXTVERSION)"'
PG_CFLAGS      = $(PORTABLE_FLOAT) $(VERSION_DEFINE)
PG_CPPFLAGS    = -I$(here)src
SHLIB_LINK     = -lm

WARNINGS = -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter
ifeq ($(WERROR),1)
PG_CFLAGS += $(WARNINGS)
endif

EXTRA_CLEAN = src/*.d src/*/*.d tmp_unit tmp_fuzz klout-$(EXTVERSION).zip

PG_CONFIG ?= pg_config
PGXS      := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error cannot run "$(PG_CONFIG)": install the server headers (Debian: postgresql-server-dev-15) or set PG_CONFIG)
endif
include $(PGXS)

override BITCODE_CFLAGS += $(PORTABLE_FLOAT)

# PGXS follows headers only in a server configured with --enable-depend; an object that is older
# than a struct it uses corrupts memory, so we follow them ourselves.
ifneq ($(autodepend),yes)
override CFLAGS += -MMD -MP
-include $(OBJS:.o=.d)
endif
$(SCRIPT): $(SQL) $(here)Makefile
	cat $(filter %.sql,$^) >$@.part && mv $@.part $@

# Out of tree the folders of the objects have to be made
FOLDERS = $(patsubst %/,%,$(sort $(dir $(SOURCES))))

$(OBJS): $(here)Makefile | $(FOLDERS:%=$(CURDIR)/%)
$(OBJS:.o=.bc): %.bc: %.o

$(FOLDERS:%=$(CURDIR)/%) $(FOLDERS:%=$(CURDIR)/tmp_unit/%) $(FOLDERS:%=$(CURDIR)/tmp_fuzz/%) $(CURDIR)/tmp_unit $(CURDIR)/tmp_fuzz:
	mkdir -p $@

# Refuses what would otherwise pass without testing anything, and links expected/ out of tree
.PHONY: test-layout
test-layout:
	$(if $(REGRESS_FOUND),,$(error no tests found in $(here)test/sql))
	$(if $(SHADOWED),$(error rename these tests, a file of that name in sql/ would run instead: $(SHADOWED)))
	@test -e expected || ln -s $(abspath $(here)expected) expected

# ---- unit tests: pure files (neither *_pg.c nor klout.c), without a server ----------------------

PURE       = $(filter-out %_pg.c src/klout.c,$(SOURCES))
UNIT_TESTS = $(patsubst test/unit/%.c,tmp_unit/%,$(call found,test/unit/*_test.c))
UNIT_OBJS  = $(PURE:%.c=tmp_unit/%.o)
UNIT_LIBS  = $(foreach lib,libpgcommon.a libpgport.a,$(firstword $(wildcard $(libdir)/$(lib) $(pkglibdir)/$(lib))))
UNIT_FLAGS = -DFRONTEND -DUSE_ASSERT_CHECKING -I$(here)src -I$(here)test/unit
ifeq ($(SANITIZE),1)
UNIT_FLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all
endif
-include $(wildcard tmp_unit/*.d tmp_unit/src/*/*.d)

$(UNIT_OBJS): tmp_unit/%.o: %.c $(here)Makefile | $(FOLDERS:%=$(CURDIR)/tmp_unit/%)
	$(CC) $(UNIT_FLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(UNIT_TESTS:=.o) tmp_unit/values.o: tmp_unit/%.o: test/unit/%.c $(here)Makefile | $(CURDIR)/tmp_unit
	$(CC) $(UNIT_FLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(UNIT_TESTS) tmp_unit/values: %: %.o $(UNIT_OBJS)
	$(CC) $(UNIT_FLAGS) $(CFLAGS) -o $@ $^ $(UNIT_LIBS) -lm

.PHONY: unit
unit: $(UNIT_TESTS) fuzz-replay
	$(if $(UNIT_TESTS),,$(error no tests found in $(here)test/unit))
	@failed=0; for t in $(UNIT_TESTS); do echo "# $$t"; $(UNIT_RUN) ./$$t || { failed=1; echo "# $$t failed"; }; done; exit $$failed

# ---- fuzzing: harnesses in test/fuzz, see its README.md ------------------------------------------

FUZZ_NAMES  = $(patsubst test/fuzz/%_fuzz.c,%,$(call found,test/fuzz/*_fuzz.c))
FUZZ_CC    ?= $(or $(CLANG),clang)
FUZZ_FLAGS  = -O1 -g -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow,implicit-conversion \
  -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZERS     = $(FUZZ_NAMES:%=tmp_fuzz/%_fuzz)
REPLAYERS   = $(FUZZ_NAMES:%=tmp_unit/%_fuzz)
CORPUS      = $(here)test/fuzz/corpus
-include $(wildcard tmp_fuzz/*.d tmp_fuzz/src/*/*.d)

# With libFuzzer
tmp_fuzz/src/%.o: src/%.c $(here)Makefile | $(FOLDERS:%=$(CURDIR)/tmp_fuzz/%)
	$(FUZZ_CC) -Wno-ignored-attributes $(UNIT_FLAGS) $(CPPFLAGS) $(PORTABLE_FLOAT) -MMD -MP $(FUZZ_FLAGS) -c -o $@ $<

tmp_fuzz/%.o: test/fuzz/%.c $(here)Makefile | $(CURDIR)/tmp_fuzz
	$(FUZZ_CC) -Wno-ignored-attributes $(UNIT_FLAGS) $(CPPFLAGS) $(PORTABLE_FLOAT) -MMD -MP $(FUZZ_FLAGS) -c -o $@ $<

$(FUZZERS): %: %.o tmp_fuzz/libfuzzer.o $(PURE:%.c=tmp_fuzz/%.o)
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(UNIT_LIBS) -lm

# Without: feeds files to a harness
$(REPLAYERS:=.o) tmp_unit/replay.o tmp_unit/seeds.o: tmp_unit/%.o: test/fuzz/%.c $(here)Makefile | $(CURDIR)/tmp_unit
	$(CC) $(UNIT_FLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(REPLAYERS): %: %.o tmp_unit/replay.o $(UNIT_OBJS)
	$(CC) $(UNIT_FLAGS) $(CFLAGS) -o $@ $^ $(UNIT_LIBS) -lm

tmp_unit/seeds: tmp_unit/seeds.o $(UNIT_OBJS)
	$(CC) $(UNIT_FLAGS) $(CFLAGS) -o $@ $^ $(UNIT_LIBS) -lm

.PHONY: fuzz fuzz-corpus fuzz-seeds fuzz-replay
fuzz: $(FUZZERS) fuzz-seeds

fuzz-seeds: tmp_unit/seeds | $(CURDIR)/tmp_fuzz
	rm -rf tmp_fuzz/seeds
	mkdir -p $(FUZZ_NAMES:%=tmp_fuzz/seeds/%)
	$(UNIT_RUN) ./tmp_unit/seeds tmp_fuzz/seeds

# The corpus anew: of what is there and what is in FROM/NAME, the least that reaches every line
fuzz-corpus: fuzz
	@for name in $(FUZZ_NAMES); do \
	  rm -rf tmp_fuzz/merged && mkdir -p tmp_fuzz/merged $(CORPUS)/$$name; \
	  ./tmp_fuzz/$${name}_fuzz -merge=1 -use_counters=0 -max_len=4096 tmp_fuzz/merged $(CORPUS)/$$name \
	    $$(test ! -d $(FROM)/$$name || echo $(FROM)/$$name) >tmp_fuzz/merge.log 2>&1 || { cat tmp_fuzz/merge.log; exit 1; }; \
	  rm -rf $(CORPUS)/$$name && mv tmp_fuzz/merged $(CORPUS)/$$name; \
	done; du -sb $(CORPUS)

# Every file of the corpus, and every seed, once
fuzz-replay: $(REPLAYERS) fuzz-seeds
	@failed=0; for name in $(FUZZ_NAMES); do \
	  find tmp_fuzz/seeds/$$name $(CORPUS)/$$name -type f 2>/dev/null | LC_ALL=C sort >tmp_fuzz/$$name.files; \
	  test -s tmp_fuzz/$$name.files || { echo "not ok - $$name has no corpus"; failed=1; }; \
	  xargs $(UNIT_RUN) ./tmp_unit/$${name}_fuzz <tmp_fuzz/$$name.files || { failed=1; echo "# $${name}_fuzz failed"; }; \
	done; exit $$failed

# ---- other targets -----------------------------------------------------------------------------

# The TAP tests alone, also where the server was built without --enable-tap-tests
.PHONY: prove_installcheck
prove_installcheck:
	$(if $(TAP_FOUND),,$(error no tests found in $(here)test/t))
	rm -rf '$(CURDIR)/tmp_check' && mkdir -p '$(CURDIR)/tmp_check'
	cd $(srcdir) && TESTDIR='$(CURDIR)' TESTLOGDIR='$(CURDIR)/tmp_check/log' \
	  TESTDATADIR='$(CURDIR)/tmp_check' PATH="$(bindir):$$PATH" PGPORT='6$(DEF_PGPORT)' \
	  PG_REGRESS='$(top_builddir)/src/test/regress/pg_regress' \
	  $(or $(PROVE),prove) -I $(top_srcdir)/src/test/perl -I . $(PROVE_FLAGS) $(PROVE_TESTS)

# A second compiler's opinion
.PHONY: syntax
syntax:
	cd $(srcdir) && $(or $(CLANG),clang) -fsyntax-only -Wno-ignored-attributes $(WARNINGS) $(VERSION_DEFINE) -Isrc $(CPPFLAGS) $(SOURCES)

# The archive for pgxn.org, of the last commit
.PHONY: dist
dist:
	git -C $(here) archive --format=zip --prefix=klout-$(EXTVERSION)/ --output=$(CURDIR)/klout-$(EXTVERSION).zip HEAD

.PHONY: help
help:
	@echo "make [all]               build klout.so, its bitcode where the server has LLVM, $(SCRIPT)"
	@echo "make install             install into the server of PG_CONFIG (DESTDIR is honoured)"
	@echo "make installcheck        regression, isolation and TAP tests against a running server"
	@echo "make prove_installcheck  the TAP tests alone (PROVE_TESTS='test/t/NAME.pl' for some)"
	@echo "make unit                unit tests, no server needed (SANITIZE=1: with ASan and UBSan)"
	@echo "make fuzz                fuzzing harnesses (test/fuzz/README.md), with clang's libFuzzer"
	@echo "make fuzz-replay         the fuzzing corpus, without libFuzzer (part of make unit)"
	@echo "make syntax              check the sources with clang"
	@echo "make dist                klout-$(EXTVERSION).zip for PGXN"
	@echo "make clean               remove what was built"
	@echo
	@echo "PG_CONFIG=path           which PostgreSQL (default: pg_config in PATH)"
	@echo "REGRESS='a b'            only these regression tests"
	@echo "WERROR=1                 more warnings, each an error"
	@echo "with_llvm=no             no bitcode: builds faster"
	@echo
	@echo "script/test does all of this on a throw-away server; script/demo shows what klout is for."
