# `make help` lists what can be made. `make demo` and `make test` need nothing but this file's first lines:
# Debian's packages make, git and python3-venv.
PYTHON ?= python3
PORT ?= 8000
# Test processes; more than four gain little and need as many databases.
WORKERS ?= $(shell cores=$$(nproc); echo $$((cores > 4 ? 4 : cores)))

SAMPLE ?= 0
SEED ?=

BIN := .venv/bin
INSTALLED := .venv/installed
KERNELS := .local/kernels-compiled
STATIC := staticfiles/staticfiles.json
TEXTS := locale/fr/LC_MESSAGES/django.mo

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow e2e check format messages bench experiments pictures screenshot clean
.DELETE_ON_ERROR:
# Compiling kernels and hashing static files take a core each.
MAKEFLAGS += --jobs=2

help: ## list these targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "make %-11s %s\n", $$1, $$2 }'

setup: $(INSTALLED) $(KERNELS) $(STATIC) $(TEXTS) ## install everything into .venv (PYTHON= chooses the interpreter)

demo: setup ## serve a populated poll at http://127.0.0.1:8000 (PORT= changes it) until Ctrl-C
	@$(BIN)/python manage.py demo --port $(PORT)

test: setup ## run all tests but the slow ones
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-slow: setup ## run the slow tests (SAMPLE=3 SEED=x: three of them, chosen by the seed)
	$(BIN)/python -m pytest -m slow --sample "$(SAMPLE)" --sample-seed "$(SEED)"

e2e: setup ## run the tests in a real browser (as root, install Chromium where it is missing)
	scripts/require-browser.sh
	CI=true $(BIN)/python -m pytest -m browser

check: $(INSTALLED) ## run linters, type checker, import rules and migration check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint frontend/templates --check --quiet
	$(BIN)/djlint frontend/templates --lint --quiet
	$(BIN)/python scripts/messages.py check
	$(BIN)/python -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run

format: $(INSTALLED) ## rewrite the code in the house's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint frontend/templates --reformat --quiet

messages: $(INSTALLED) ## gather the texts to translate into locale/
	$(BIN)/python scripts/messages.py update

bench: setup ## measure seconds and memory on synthetic polls
	$(BIN)/python -m benchmarks

experiments: setup ## compute the tables of docs/experiments.md anew
	$(BIN)/python -m solidago.experiments

pictures: setup ## draw the pictures of docs/maths.md anew
	$(BIN)/python -m scripts.pictures

screenshot: setup ## take the pictures of docs/images from the demo that is running at PORT
	$(BIN)/python scripts/screenshot.py http://127.0.0.1:$(PORT) .local/demo-login

clean: ## remove all that was made here, the demo's data too
	rm -rf .venv .local staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- files
$(INSTALLED): requirements/dev.txt requirements/uv.txt
	@PYTHON="$(PYTHON)" scripts/install.sh .venv
	@touch $@

# Compiled once and kept on disk, so that no request and no test waits for the compiler.
$(KERNELS): $(INSTALLED) $(shell find solidago -name '*.py')
	@mkdir -p $(@D)
	@$(BIN)/python -m solidago warm
	@touch $@

$(STATIC): $(INSTALLED) backend/common/static.py frontend/bundles.py $(shell find frontend/static -type f)
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

# What the pages read the translations from.
$(TEXTS): $(INSTALLED) $(TEXTS:.mo=.po)
	@$(BIN)/python scripts/messages.py compile
