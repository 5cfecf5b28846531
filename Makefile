# Everything runs in a virtual environment that is made on first use. Needs Python 3.11 or later, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
INPUTS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check models behaviours audit fuzz bench all clean format

help:  ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.demo  ## crawl a local CJ of 20,000 products with a kill -9 in the middle: writes cj-demo.jsonl, under a minute
	$(BIN)/cj demo

test: $(VENV)/.dev  ## run the tests
	$(BIN)/python -m pytest

test-all:  ## run the tests on every supported Python that is present
	@for version in 3.11 3.12 3.13; do \
		if python$$version -c '' 2>/dev/null; then \
			echo "== Python $$version"; \
			$(MAKE) --no-print-directory test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
		else \
			echo "== Python $$version is not here"; \
		fi; \
	done

check: $(VENV)/.dev  ## format, lint, types, spec lint, generation drift, direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/python -m codegen --check
	$(BIN)/openapi-spec-validator spec/openapi.yaml cj_async/spec.json
	$(BIN)/python -m pytest tests/test_imports.py

models: $(VENV)/.dev  ## generate everything that comes from spec/
	$(BIN)/python -m codegen

behaviours: $(VENV)/.dev  ## write the table of docs/simulator.md anew
	$(BIN)/python -m cj_async.simulator.behaviours docs/simulator.md

audit: $(VENV)/.dev  ## compare CJ's documentation with the spec: make audit DOCS="a.md b.txt"
	$(BIN)/python -m codegen audit $(DOCS)

fuzz: $(VENV)/.dev  ## send the local CJ what nobody sends: schemathesis, 200 calls of each operation
	FUZZ=200 $(BIN)/python -m pytest tests/simulator/test_fuzz.py

bench: $(VENV)/.dev  ## measure the targets; prints ratios
	$(BIN)/python -m benchmarks

format: $(VENV)/.dev  ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

all: models check test demo  ## everything but the benchmarks

clean:  ## remove the virtual environments, caches and what was built
	rm -rf .venv .venv-* .codegen .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build cj-demo.jsonl .cj-demo.jsonl.crawl
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(INPUTS) | $(VENV)/.python
	$(PIP) --editable '.[cli]'
	@touch $@

$(VENV)/.dev: $(INPUTS) | $(VENV)/.python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.demo
