# Two commands are all that is needed: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
WORKERS ?= 2
BENCH ?= speed_fit

VENV := .venv
BIN := $(VENV)/bin
# Steps of small networks are fastest on one thread: a second one spins while it waits.
ONE_THREAD := OMP_NUM_THREADS=1
# A worker that is done takes tests from the other one, which may be at a long one.
PYTEST := $(ONE_THREAD) SCIPY_ARRAY_API=1 $(BIN)/python -m pytest -n $(WORKERS) \
    --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-hours lint format docs bench clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*##/make \1 —/p' Makefile

demo: $(VENV)/.has-demo  ## compare robust losses with usual classifiers on noisy digits
	@$(ONE_THREAD) $(BIN)/sknoisy compare

test: lint  ## run linter, formatter, type checker, and most tests and examples
	@$(PYTEST)

test-slow: $(VENV)/.has-test  ## run the tests that take longer, some ten minutes
	@$(PYTEST) -m "slow and not hours"

test-hours: $(VENV)/.has-test  ## run every check of scikit-learn's suite for twenty seeds: hours
	@$(PYTEST) -m hours

lint: $(VENV)/.has-test  ## run linter, formatter (changing nothing) and type checker
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy sknoisy

format: $(VENV)/.has-test  ## let the linter and the formatter change the files
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.has-docs  ## build the documentation into docs/_build/html
	@$(ONE_THREAD) $(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(VENV)/.has-test  ## run benchmarks/$(BENCH).py; BENCH=tables runs another
	@$(ONE_THREAD) $(BIN)/python benchmarks/$(BENCH).py

clean:  ## remove what was built, but not .venv
	@rm -rf build dist docs/_build docs/generated docs/auto_examples docs/sg_execution_times.rst *.egg-info
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

# One stamp for each set of extras. pip speaks up only if something goes wrong.
$(VENV)/.has-demo: EXTRAS = plot,tables
$(VENV)/.has-test: EXTRAS = test
$(VENV)/.has-docs: EXTRAS = docs

$(VENV)/.has-%: pyproject.toml constraints-cpu.txt | $(BIN)/python
	@echo "Installing sknoisy[$(EXTRAS)] into $(VENV) (the first time takes some minutes and up to 2 GB) ..."
	@$(BIN)/python -m pip install -qq --no-input --disable-pip-version-check \
	    -c constraints-cpu.txt -e ".[$(EXTRAS)]"
	@touch $@ $(if $(filter test,$*),$(VENV)/.has-demo)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "sknoisy needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
