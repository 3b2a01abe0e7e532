# The same short commands on a laptop and in CI. `check` never changes a file, `fix` does.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help demo test check fix bench soak clean

help:
	@echo "make demo    screen the sample patients and write the HTML report"
	@echo "make test    run every test"
	@echo "make check   style, types and layers; changes nothing"
	@echo "make fix     mend the style"
	@echo "make bench   measure, and print the table"
	@echo "make soak    look for an hour for a patient of whom two engines say different things"

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/screener demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/screener criteria check --criteria criteria

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks

soak: $(READY)
	cd tests/generative && PYTHONPATH=.:.. ../../$(BIN)/python soak.py $(or $(SECONDS_LONG),3600) $(SEED)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
