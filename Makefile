# SPDX-License-Identifier: MIT
# `make` builds, `sudo make check` tests, `sudo make demo` shows the main job. README.md says where what belongs.

CC ?= gcc
PREFIX ?= /usr
DESTDIR ?=
VERSION := 0.1.0
Q := $(if $(V),,@)
B := build

# The rooms, in order: each may include itself and those before it, but for the two exceptions beneath. Each room is compiled
# with an include directory of its own that holds links to just those, so a wrong include does not compile.
ROOMS := base facts diagnose plan guard apply validate cli
sees_base     := base
sees_facts    := base facts
sees_diagnose := base facts diagnose
sees_plan     := base facts diagnose plan
sees_guard    := base facts diagnose plan guard
sees_apply    := base facts plan guard apply
sees_validate := base facts diagnose plan guard validate
sees_cli      := $(ROOMS)
sees_helpers  := base helpers

LIBS := jansson libacl libseccomp libsystemd libmd
LIBS_augeas := augeas
LIBS_test_augeas := augeas
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wpointer-arith \
	-Wno-missing-field-initializers -Wvla -Wformat=2 -Wformat-nonliteral
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2 -fPIE
LDHARDEN := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
OPT ?= -O2 -g
SAN := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
BASEFLAGS := -std=gnu17 -D_GNU_SOURCE -DPERMFIX_VERSION='"$(VERSION)"' -include agent/base/banned.h $(WARN)
CFLAGS_LIBS = $(shell pkg-config --cflags $(LIBS) $(LIBS_$*) $(LIBS_$(firstword $(subst _, ,$*))) 2>/dev/null)
LDLIBS_MAIN = $(shell pkg-config --libs $(LIBS))

SRC := $(foreach r,$(ROOMS),$(wildcard agent/$(r)/*.c))
LIBSRC := $(filter-out agent/cli/main.c,$(SRC))
# agent/helpers/NAME.c with its parts NAME_*.c is the program permfix-NAME.
HELPERSRC := $(wildcard agent/helpers/*.c)
HELPERS := $(foreach h,$(HELPERSRC:agent/helpers/%.c=%),$(if $(findstring _,$(h)),,permfix-$(h)))
OBJ := $(SRC:agent/%.c=$(B)/obj/%.o)
LIBOBJ := $(LIBSRC:agent/%.c=$(B)/obj/%.o)
SANOBJ := $(LIBSRC:agent/%.c=$(B)/san/%.o)
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))

# Man pages are prose with lists that docgen makes from the program's own tables; completions are made from them whole.
MAN := $(patsubst agent/cli/man/%,$(B)/man/%,$(wildcard agent/cli/man/*.[58]))
COMPLETIONS := $(addprefix $(B)/completions/permfix.,bash zsh fish)

.PHONY: all deps docs schema check check-unit demo bench install clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/permfix $(HELPERS:%=$(B)/%) docs

deps:
	tests/deps

# --- include directories of the rooms ---
$(B)/inc/%/.made: Makefile
	@rm -rf $(@D) && mkdir -p $(@D)
	@for r in $(sees_$*); do ln -s ../../../agent/$$r $(@D)/$$r; done
	@touch $@

define room_rules
$(B)/obj/$(1)/%.o: agent/$(1)/%.c $(B)/inc/$(1)/.made
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $(BASEFLAGS) $(HARDEN) $$(OPT) -iquote $(B)/inc/$(1) $$(CFLAGS_LIBS) -MMD -MP -c -o $$@ $$<
$(B)/san/$(1)/%.o: agent/$(1)/%.c $(B)/inc/$(1)/.made
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $(BASEFLAGS) $(SAN) -iquote $(B)/inc/$(1) $$(CFLAGS_LIBS) -MMD -MP -c -o $$@ $$<
endef
$(foreach r,$(ROOMS) helpers,$(eval $(call room_rules,$(r))))

$(B)/libpermfix.a: $(LIBOBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(B)/libpermfix-san.a: $(SANOBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/permfix: $(B)/obj/cli/main.o $(B)/libpermfix.a
	$(Q)$(CC) $(HARDEN) $(OPT) $(LDHARDEN) -o $@ $^ $(LDLIBS_MAIN)

$(foreach h,$(HELPERS),$(eval $(B)/$(h): \
	$(patsubst agent/helpers/%.c,$(B)/obj/helpers/%.o,$(wildcard agent/helpers/$(h:permfix-%=%)_*.c))))
# A helper program keeps one heavy library out of the main one; the libraries it needs are named in LIBS_<name>.
$(B)/permfix-%: $(B)/obj/helpers/%.o $(B)/libpermfix.a
	$(Q)$(CC) $(HARDEN) $(OPT) $(LDHARDEN) -o $@ $^ $(shell pkg-config --libs $(LIBS_$*)) $(LDLIBS_MAIN)

# --- man pages and completions ---
$(B)/docgen: $(B)/obj/cli/docs/docgen.o $(B)/libpermfix.a
	$(Q)$(CC) $(HARDEN) $(OPT) $(LDHARDEN) -o $@ $^ $(LDLIBS_MAIN)
$(B)/man/%: agent/cli/man/% $(B)/docgen
	@mkdir -p $(@D)
	$(Q)$(B)/docgen man <$< >$@
$(B)/completions/permfix.%: $(B)/docgen
	@mkdir -p $(@D)
	$(Q)$(B)/docgen $* >$@
docs: $(MAN) $(COMPLETIONS)

# --- installation: only copies, so it works offline and as another user after `make` ---
bindir := $(PREFIX)/bin
libexecdir := $(PREFIX)/libexec/permfix
mandir := $(PREFIX)/share/man
install: all
	install -d '$(DESTDIR)$(bindir)' '$(DESTDIR)$(libexecdir)' '$(DESTDIR)/etc/permfix/policy.d'
	install -m 0755 $(B)/permfix '$(DESTDIR)$(bindir)/permfix'
	for f in $(wildcard policies/*.policy); do t='$(DESTDIR)/etc/permfix/policy.d/'$${f##*/}; \
		[ -e "$$t" ] || install -m 0644 $$f "$$t" || exit; done # what the site wrote stays
	for f in $(HELPERS); do install -m 0755 $(B)/$$f '$(DESTDIR)$(libexecdir)/'$$f || exit; done
	for f in $(MAN); do install -D -m 0644 $$f '$(DESTDIR)$(mandir)/man'$${f##*.}/$${f##*/} || exit; done
	install -D -m 0644 $(B)/completions/permfix.bash '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/permfix'
	install -D -m 0644 $(B)/completions/permfix.zsh '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_permfix'
	install -D -m 0644 $(B)/completions/permfix.fish '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/permfix.fish'

# --- unit tests: under ASan and UBSan, statics reached by including the .c ---
$(B)/unit/%: tests/unit/%.c $(B)/libpermfix-san.a $(B)/inc/cli/.made $(B)/inc/helpers/.made
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASEFLAGS) $(SAN) -iquote $(B)/inc/cli -iquote $(B)/inc/helpers -iquote . $(CFLAGS_LIBS) -MMD -MP -o $@ $< $(B)/libpermfix-san.a \
		$(shell pkg-config --libs cmocka $(LIBS_$*)) $(LDLIBS_MAIN)

# --- published schema: written from the tables that drive the encoding; test_facts_codec holds that it is up to date ---
$(B)/schema: tests/tools/schema.c $(B)/libpermfix.a $(B)/inc/cli/.made
	$(Q)$(CC) $(BASEFLAGS) $(OPT) -iquote $(B)/inc/cli $(CFLAGS_LIBS) -o $@ $< $(B)/libpermfix.a $(LDLIBS_MAIN)

schema: $(B)/schema
	$(B)/schema facts >plans/facts.schema.json
	$(B)/schema plan >plans/plan.schema.json

check-unit: all $(UNIT)
	tests/run-unit $(UNIT)

demo:
	tests/demo

bench: all
	tests/bench/run

check: deps
	$(MAKE) -j2 all $(UNIT)
	tests/check

# --- fuzzers: libFuzzer, needs clang ---
FUZZ := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZOBJ := $(LIBSRC:agent/%.c=$(B)/fuzz/obj/%.o)
$(B)/fuzz/obj/%.o: agent/%.c $(B)/inc/cli/.made
	@mkdir -p $(@D)
	$(Q)clang $(filter-out $(WARN),$(BASEFLAGS)) $(FUZZ) -iquote $(B)/inc/cli $(CFLAGS_LIBS) -c -o $@ $<
$(B)/fuzz/libpermfix.a: $(FUZZOBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(B)/fuzz/%: tests/fuzz/%.c $(B)/fuzz/libpermfix.a
	$(Q)clang $(filter-out $(WARN),$(BASEFLAGS)) $(FUZZ) -fsanitize=fuzzer -iquote $(B)/inc/cli -iquote . $(CFLAGS_LIBS) -o $@ $^ $(LDLIBS_MAIN)

clean:
	rm -rf $(B)/fuzz $(B)/obj $(B)/san $(B)/unit $(B)/inc $(B)/man $(B)/completions $(B)/docgen $(B)/schema $(B)/permfix $(B)/permfix-* $(B)/*.a

-include $(wildcard $(B)/obj/*/*.d $(B)/obj/cli/docs/*.d $(B)/san/*/*.d $(B)/unit/*.d)
