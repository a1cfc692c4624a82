.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
RUN    := .venv/bin/python -m
STAMP  := .venv/.installed

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Make .venv and install what is pinned (quick the second time)

$(STAMP): requirements.txt requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Spoonful needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Try: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Spoonful needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(RUN) pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements-dev.txt
	@touch $@

demo: $(STAMP) ## Fill a fresh database and serve it (DATA=file loads a real log, SERVE=no stops before serving)
	SPOONFUL_DEMO=1 $(RUN) flask demo $(if $(DATA),--data $(DATA)) $(if $(filter no,$(SERVE)),--no-serve)

test: $(STAMP) ## Run the tests, on SQLite and PostgreSQL (ARGS="-k milestone" chooses some)
	$(RUN) pytest -n 2 --dist worksteal $(ARGS)

check: $(STAMP) ## Style, format, types, and which module may import which
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports

fix: $(STAMP) ## Format, and repair what can be repaired safely
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

screens: $(STAMP) ## Draw every page into docs/screens, as the cast of the demo sees it (ARGS="home board" chooses)
	$(RUN) tests.browser.screens $(ARGS)

catalogues: $(STAMP) ## Bring the translations in line with what the code and the templates say
	$(RUN) adoption.translations

bench: $(STAMP) ## Measure what README quotes
	$(RUN) bench $(ARGS)

.PHONY: help setup demo test check fix screens catalogues bench
