# What a reader, a researcher and a developer ask for. Plain `make` lists it.
# Needs Python 3.11 or newer and pip; sets up .venv from requirements.lock by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/.stamp
# Tests run in two processes; TESTS chooses, e.g. make test TESTS=tests/test_house.py
WORKERS ?= 2
TESTS ?= tests tillit_eval

.DEFAULT_GOAL := help
.PHONY: help reproduce notebooks test check format look lab sample fixtures bench clean

help:
	@echo "make reproduce   run every notebook, compare every number, write pages and figures to build/"
	@echo "make test        run the tests"
	@echo "make lab         open the notebooks in JupyterLab"
	@echo "make check       format, lint, types, docstrings"
	@echo "make look        see pages, JupyterLab and Word documents as pictures in build/look/"
	@echo "make notebooks   run every notebook and keep what it shows, for their authors"
	@echo "make sample      make the synthetic data again from their truth files"
	@echo "make fixtures    let R and the other oracles write their values again"
	@echo "make bench       coverage, size and speed; result tables to tests/bench/results/"
	@echo "make format      let ruff mend format and lint"
	@echo "make clean       remove build/ and the caches"

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say which: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) from requirements.lock; the first time takes a minute or two."
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "No environment could be made; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check -e ".[big,test,lab]" -c requirements.lock
	@$(BIN)/jupyter labextension disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements" >/dev/null 2>&1 || true
	@touch $@

reproduce: $(READY)
	@$(BIN)/tillit reproduce

notebooks: $(READY)
	@$(BIN)/tillit reproduce --write

test: $(READY)
	@$(PY) -m pytest -q -n $(WORKERS) --dist worksteal --doctest-modules \
	  --ignore=tests/bench --ignore=tests/look --ignore=tests/reference $(TESTS)

check: $(READY)
	@failed=0; \
	run() { echo "--- $$1"; shift; "$$@" || failed=$$((failed + 1)); }; \
	run format $(BIN)/ruff format --check --quiet .; \
	run lint $(BIN)/ruff check --quiet .; \
	run types $(BIN)/mypy --no-error-summary; \
	run docstrings $(PY) tests/check_docstrings.py; \
	echo "$$failed of 4 checks failed"; test $$failed -eq 0

format: $(READY)
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

look: $(READY)
	@test -f build/pages/index.html || $(BIN)/tillit reproduce || true
	@$(PY) tests/look/look.py

lab: $(READY)
	@$(BIN)/jupyter lab --config=.jupyter/lab.py

sample: $(READY)
	@$(PY) data/sample/make_sample.py

fixtures: $(READY)
	@command -v Rscript >/dev/null || { echo "not run: Rscript is not installed"; exit 1; }
	@set -e; for script in tests/reference/*/make_*.py; do \
	  test -f "$$script" || continue; echo "$$script"; $(PY) "$$script"; done
	@set -e; for script in tests/reference/*/make.R; do echo "$$script"; Rscript "$$script" >/dev/null; done

bench: $(READY)
	@$(PY) tests/bench/run_all.py

clean:
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
