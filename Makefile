# Everything here installs into .venv in this folder and needs python3 (3.11 or newer), git and make.
.PHONY: help data test trials fuzz check format bench compiled lock clean
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# uv is quicker where it is at hand; pip does the same.
INSTALL := $(if $(shell command -v uv),uv pip install --python $(BIN)/python,$(BIN)/python -m pip install --disable-pip-version-check)
# Each file of tests goes to one process, in the order of tests/conftest.py.
SPREAD := --dist loadfile --no-loadscope-reorder
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

help:            ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*##/ –/'
data: $(READY)   ## build the release of seeds/ in datasets/
	@$(BIN)/huiyi publish
test: check      ## every check and every test
	@$(BIN)/python -m pytest -n auto $(SPREAD)
trials: $(READY) ## what runs in production: schedules, workers, PostgreSQL, Dask, the action (some minutes)
	@$(BIN)/python -m pytest -m trial tests/trials tests/test_action.py -n 2 $(SPREAD) $(AGAIN)
fuzz: $(READY)   ## read 100,000 mutated files; make fuzz N=2000 SEED=7 for fewer or others
	@$(BIN)/python tests/fuzz.py $(or $(N),100000) --seed $(or $(SEED),1)
check: $(READY)  ## style, types, import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
format: $(READY) ## put the code into the house's format
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .
bench: $(READY)  ## measure: start-up, extraction, release cost
	@$(BIN)/python bench/run.py
compiled: $(READY) ## compile what reads texts, which is quicker then (some minutes; needs a C compiler)
	@$(BIN)/python bench/make_compiled.py
lock:            ## resolve the dependencies anew (needs uv)
	@uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --upgrade --quiet --custom-compile-command "make lock" -o requirements.lock
clean:           ## forget the environment and every cache
	@rm -rf .venv .compiled .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The environment, brought up to date whenever the lock or the project's metadata changes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Huiyi needs Python 3.11 or newer and $(PYTHON) is %s. Name another: make PYTHON=python3.13 $(MAKECMDGOALS)" % sys.version.split()[0])'
	@test -x $(BIN)/python || { echo "Setting up .venv (once, one to three minutes) …" >&2; $(PYTHON) -m venv --clear .venv; }
	@$(INSTALL) --quiet --no-deps --require-hashes -r requirements.lock && $(INSTALL) --quiet --no-deps -e .
	@touch $@
