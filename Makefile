# `make demo` and `make test` do all their own set-up; they need Python 3.11 or newer and make.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check bench study performance peers picture clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /: /'

demo: .venv/installed  ## allocate a synthetic learning day by three solvers, side by side
	$(BIN)/pdalloc demo

test: check  ## ruff, mypy --strict and all tests but the long ones
	$(BIN)/python -m pytest -q -n auto -m "not long"

test-long: check  ## the same with the tests that take minutes, and with more examples of each property
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -q -n auto

check: .venv/installed-test  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed-test  ## the benchmarks, one table, in about 30 minutes; ONLY=small in 5
	$(BIN)/python -m benchmarks.run $(if $(ONLY),--only '$(ONLY)')

study: .venv/installed-test  ## run the study of docs/study.md and write its tables and figures, in about 5 minutes
	$(BIN)/python -m scripts.study

performance: .venv/installed-test  ## write the last benchmark into docs/performance.md
	$(BIN)/python -m scripts.write_performance

peers: .venv-peers/installed  ## packages of the field that the benchmarks compare with, in .venv-peers

picture: .venv/installed-test  ## draw the README's picture of the demo again
	$(BIN)/pdalloc demo --plot docs/demo.png

clean:  ## remove the environment and all caches
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "pdalloc needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-test: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch .venv/installed $@

.venv-peers/installed: benchmarks/peers-requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
