# make app      open the program          make quick    a minute of tests while working, no browser
# make test     all tests, in a browser   make check    what CI runs: tests, lint, types
# make verify   the long counts           make assets   what comes with the program, made again
#
# Every target makes .venv when it is missing. Another Python: make app PYTHON=python3.12

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := app

VENV    := .venv
BIN     := $(VENV)/bin
# Stamps carry a checksum of what decides an installation, so that nothing is installed twice and nothing is forgotten.
KEY     := $(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)
PIP     := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
WORKERS ?= 2
# Some shells forbid it, and every process that a test starts would compile the whole program again.
export PYTHONDONTWRITEBYTECODE :=
ARGS    ?=

assets: $(VENV)/.app-$(KEY) ## what comes with the program, after its numbers changed on purpose; ARGS="scenes two-moons" again
	$(BIN)/python -m gdviz.build_assets $(ARGS)

docs: $(VENV)/.app-$(KEY) ## the pages that the program writes: method cards, the table of every field
	$(BIN)/python docs/write.py

.PHONY: app docs assets test quick verify lint checkers javascript types check wheel clean browser

app: $(VENV)/.app-$(KEY) ## open the program; make app ARGS="--port 8600"
	$(BIN)/gdviz app $(ARGS)

test: $(VENV)/.test-$(KEY) browser checkers ## make test ARGS="tests/test_family.py -x"
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

quick: $(VENV)/.test-$(KEY) ## no browser, one example a test, nothing slow; make quick ARGS="tests/theory"
	$(BIN)/python -m pytest --quick -n $(WORKERS) --dist worksteal --durations=10 $(ARGS)

verify: $(VENV)/.test-$(KEY) browser ## long counts; writes their numbers, dated, into docs/verification.md
	$(BIN)/python -m pytest -m verify -n $(WORKERS) --dist worksteal --write-results=docs/verification.md $(ARGS)

lint: $(VENV)/.dev-$(KEY) javascript
	$(BIN)/ruff check .

# Two checkers come from npm: of the JavaScript's types and of accessibility. The program itself needs neither npm nor node.
NPM_KEY := $(shell cat package-lock.json | cksum | cut -d' ' -f1)
checkers: # without them the test that needs one is skipped, except under CI=true, where it fails
	@if command -v npm >/dev/null; then $(MAKE) -s --no-print-directory node_modules/.installed-$(NPM_KEY) || echo "Could not install them." >&2; fi

javascript:
	@if command -v npm >/dev/null; then \
	    $(MAKE) -s --no-print-directory node_modules/.installed-$(NPM_KEY) && echo "node_modules/.bin/tsc" && node_modules/.bin/tsc; \
	else \
	    echo "No npm here: the types of the JavaScript are not checked." >&2; [ "$${CI:-}" != true ]; \
	fi

node_modules/.installed-$(NPM_KEY):
	@echo "Installing TypeScript and axe-core into node_modules"
	npm ci --silent
	@touch $@

types: $(VENV)/.dev-$(KEY)
	$(BIN)/mypy

check: test lint types

wheel: $(VENV)/.app-$(KEY) ## dist/gdviz-VERSION-py3-none-any.whl
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir dist .

clean: ## everything that can be made again
	rm -rf $(VENV) node_modules build dist test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip is the last thing `venv` writes: an interrupted one is made again.
$(BIN)/pip:
	@python="$(PYTHON)"; \
	for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	    if [ -z "$$python" ] && "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        python="$$candidate"; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "gdviz needs Python 3.11 or newer with venv (Debian: apt install python3-venv); or name one: make PYTHON=..." >&2; exit 1; fi; \
	echo "Creating $(VENV) with $$python (a minute or two)"; \
	"$$python" -m venv $(VENV)

$(VENV)/.app-$(KEY): | $(BIN)/pip
	@echo "Installing gdviz into $(VENV)"
	$(PIP) --editable .
	@touch $@

$(VENV)/.test-$(KEY): | $(BIN)/pip
	@echo "Installing gdviz and its test tools into $(VENV)"
	$(PIP) --editable '.[test]'
	@touch $(VENV)/.app-$(KEY) $@

$(VENV)/.dev-$(KEY): | $(BIN)/pip
	@echo "Installing gdviz and its development tools into $(VENV)"
	$(PIP) --editable '.[test,dev]'
	@touch $(VENV)/.app-$(KEY) $(VENV)/.test-$(KEY) $@

# Browser tests use the system's Chromium. Without one they are skipped, except under CI=true, where they fail.
browser:
	@if [ -x /usr/bin/chromium ] || command -v chromium chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "No Chromium here; the browser tests will use Playwright's, if installed."; exit 0; fi; \
	sudo=; if [ "$$(id -u)" -ne 0 ]; then sudo="$$(command -v sudo || true)"; fi; \
	echo "Installing Debian's chromium for the browser tests"; \
	{ $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } || echo "Could not install chromium." >&2
