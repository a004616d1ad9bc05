# Everything a developer types. Each command installs what it needs first; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SHELL := /bin/bash
# One test process for each processor.
WORKERS ?= $(shell nproc 2> /dev/null || echo 2)
# What knows no database is the same on either: once is enough.
NO_DATABASE := routing/core crm_sync/core crm_sync/sandbox
# No developer's .env, and keys that guard nothing: for checks that must load the settings.
PRODUCTION := DISTRO_ENV_FILE=/nonexistent DEBUG=off BASE_URL=https://distro.example.com \
	SECRET_KEY=checks-only-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz \
	FIELD_ENCRYPTION_KEYS=Y2hlY2tzLW9ubHktMDEyMzQ1Njc4OS1hYmNkZWZnaGk=

# The Salesforce client for JavaScript, which one test drives against the sandbox org.
JSFORCE := crm_sync/sandbox/tests/jsforce

.PHONY: help demo test check lock bench chaos jsforce
.DEFAULT_GOAL := help

help:
	@echo "make demo    web, customer site, Salesforce-compatible org, worker: all of it, here, with a believable company"
	@echo "make test    the whole test suite, on SQLite and on PostgreSQL"
	@echo "make check   lint, format, types, import contracts, migrations, deployment settings"
	@echo "make lock    compile requirements*.txt from requirements*.in"
	@echo "make bench   benchmarks        make chaos   the long fault tests"

demo: $(VENV)/installed
	@DISTRO_DEMO_OF_MAKE=1 exec $(RUN) manage.py demo

test: $(VENV)/installed-dev jsforce
	$(RUN) -m pytest -n $(WORKERS)
	TEST_DATABASE=postgres $(RUN) -m pytest -n $(WORKERS) $(addprefix --ignore=,$(NO_DATABASE))

jsforce:
	@if ! command -v npm > /dev/null; then echo "npm is not here: the test with jsforce will be skipped."; \
	elif ! cmp -s $(JSFORCE)/package-lock.json var/jsforce/installed || ! test -d var/jsforce/node_modules/jsforce; then \
		echo "Installing jsforce"; mkdir -p var/jsforce && cp $(JSFORCE)/package*.json var/jsforce/ && \
		npm ci --prefix var/jsforce --ignore-scripts --no-audit --no-fund --silent --fetch-retries=1 && \
		cp $(JSFORCE)/package-lock.json var/jsforce/installed || \
		echo "jsforce could not be installed: the test with it will be skipped."; fi

check: $(VENV)/installed-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy .
	$(VENV)/bin/lint-imports
	$(PRODUCTION) $(RUN) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(RUN) manage.py check --deploy --fail-level WARNING

lock: $(VENV)/installed-dev
	@$(RUN) -m uv --version > /dev/null || { echo "make lock needs uv, which could not be installed here."; exit 1; }
	for set in requirements requirements-dev; do \
		$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--custom-compile-command "make lock" $$set.in --output-file $$set.txt || exit 1; done

bench: $(VENV)/installed-dev
	@ls benchmarks/bench_*.py > /dev/null 2>&1 || echo "No benchmarks yet."
	@for file in $(wildcard benchmarks/bench_*.py); do $(RUN) $$file || exit 1; done

chaos: $(VENV)/installed-dev
	$(RUN) -m pytest -m chaos

# $(1): a requirements file. What is installed is what its hashes say, by uv, or by pip where uv cannot be had.
define install
	@command -v $(PYTHON) > /dev/null || { echo "Distro needs $(PYTHON), which is not here: apt-get install -y python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Distro needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(RUN) || { echo "Setting up $(VENV)"; $(PYTHON) -m venv $(VENV) > $(VENV).log 2>&1 || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make virtual environments (see $(VENV).log): apt-get install -y python3-venv"; exit 1; }; }
	@rm -f $(VENV).log
	@$(RUN) -m uv --version > /dev/null 2>&1 || $(RUN) -m pip install --quiet --disable-pip-version-check uv 2> $(VENV)/pip.log || \
		echo "uv cannot be had here; pip does the same more slowly."
	@echo "Installing $(1)"
	@$(RUN) -m uv pip install --quiet --python $(RUN) --require-hashes -r $(1) 2> $(VENV)/uv.log || \
		$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@touch $@
endef

$(VENV)/installed: requirements.txt
	$(call install,requirements.txt)

$(VENV)/installed-dev: requirements-dev.txt
	$(call install,requirements-dev.txt)
	@touch $(VENV)/installed
