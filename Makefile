# The list of commands. `make` prints it.
#
# CARGO_TARGET_DIR is respected. System packages that are missing are installed with apt-get, as root or through sudo.

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run demo build test packages packages-build fmt fmt-check lint unit unit-sqlite unit-postgres doc deny e2e bench races fuzz oracle access answers clean

export MAKE

help: ## this list
	@echo "rollright: make <target>"
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{ printf "  %-15s %s\n", $$1, $$2 }'

run: packages-build build ## install what is missing, build, start the server (ARGS="--port 8081" adds options)
	@scripts/run.sh start $(ARGS)

demo: packages-build build ## see it in a minute: a pretend identity provider beside a server that is gone afterwards
	@scripts/run.sh demo $(ARGS)

build: ## the release binary
	cargo build --locked --release

test: ## every check, in order; what continuous integration runs
	@scripts/steps.sh packages fmt-check lint unit-sqlite unit-postgres doc deny e2e

packages: ## install the system packages of building and testing that are missing
	@scripts/packages.sh build test

packages-build:
	@scripts/packages.sh build

fmt: ## format the code
	cargo fmt --all

fmt-check: ## is the code formatted?
	cargo fmt --all --check

lint: ## clippy, no warnings
	cargo clippy --locked --all-targets -- -D warnings

unit: unit-sqlite unit-postgres ## the crate's tests, on both engines

unit-sqlite: ## the crate's tests, on SQLite
	scripts/unit.sh sqlite

unit-postgres: ## the crate's tests, on a private PostgreSQL
	scripts/unit.sh postgres

doc: ## the documentation of the code, no warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

deny: ## dependencies: bans, licences, sources; advisories where they can be reached
	scripts/deny.sh

e2e: build ## the binary under real clients and real identity providers, on both engines (ARGS="-k crash" chooses)
	scripts/e2e.sh $(ARGS)

bench: ## the server under load, and what the engines can do (QUICK=1: under 3 minutes; ARGS="--only GET --engine sqlite")
	scripts/bench.sh $(if $(QUICK),--quick) $(ARGS)

races: build ## 10,000 races for the Owner and for the last seat, on both engines (ARGS=sqlite)
	@scripts/packages.sh build test
	@scripts/races.sh $(ARGS)

oracle: ## what is decided of attacks on SAML and of mutations, judged by another implementation
	@scripts/packages.sh build
	@scripts/oracle.sh

fuzz: ## libFuzzer over what clients send: ten seconds a target (RUNS=10000000: so many inputs; TARGETS="filter path")
	@scripts/packages.sh build fuzz
	@scripts/fuzz.sh run $(RUNS)

answers: ## which of the described answers the tests of the crate have never got
	@scripts/packages.sh build test
	@scripts/answers.sh

access: ## write docs/access.md from the table of operations
	ROLLRIGHT_WRITE_DOCS=1 cargo test --locked --lib the_page_of_access_is_the_table

clean: ## remove what was built here
	cargo clean
	rm -rf .cache tests/e2e/.pytest_cache
