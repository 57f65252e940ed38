# make run  : set up and do the main job on the embedded example
# make test : set up and run every test
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test laws check bench app lock example clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONHASHSEED := 0
# what was compiled once is kept: pytest rewrites 23,000 lines of tests, and every process of the tests reads our code
unexport PYTHONDONTWRITEBYTECODE
# one more than there are cores: browsers and servers are often waited for
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 以上が必要です / Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

# the main job on the embedded example; results under demo/
run: $(VENV)/.run
	$(BIN)/python kengai.py demo --out demo

test: $(VENV)/.test
	@tests/machine.sh
	$(BIN)/python -m pytest -q --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --durations=15 --durations-min=5

# make laws: every law tried on worlds no run has seen (make test tries the same ones each time)
laws: export KENGAI_LAWS = new
laws: test

# make check: lint, types, import contracts, tests
check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@# the types are checked beside the tests: alone they keep one core busy for half a minute and the others idle
	@$(BIN)/mypy > $(VENV)/mypy.log 2>&1 & types=$$!; \
	$(MAKE) test; tests=$$?; \
	wait $$types; types=$$?; cat $(VENV)/mypy.log; \
	exit $$((tests || types))

# make bench: ratios against peers, in one run
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

# make app: the screen, on 127.0.0.1
app: $(VENV)/.run
	$(BIN)/python kengai.py app

# make example: build examples/mie/data again
example: $(VENV)/.test
	$(BIN)/python examples/mie/build.py

# make lock: resolve the locks again (needs uv)
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml --group dev --group bench -c requirements-dev.lock -o requirements-bench.lock

clean:
	rm -rf $(VENV) demo
