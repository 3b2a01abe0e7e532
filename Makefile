# The same short commands on a laptop and in CI. `check` never changes a file, `fix` does.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
COMPILED := .venv-compiled
# What looks at records and at the facts derived from them, which is what is compiled.
OF_RECORDS := $(foreach word,deriv evidence fhir long_words mcode mutated_records records_ sample_records sieve,\
	$(wildcard tests/*/test_*$(word)*.py)) tests/functional/compiled_build.py
READY  := $(VENV)/.ready

.PHONY: help demo test check fix compiled bench soak clean

help:
	@echo "make demo      screen the sample patients and write the HTML report"
	@echo "make test      run every test"
	@echo "make check     style, types and layers; changes nothing"
	@echo "make fix       mend the style"
	@echo "make compiled  build the compiled wheel (a C compiler, Python's headers), and test it"
	@echo "make bench     measure, and print the table"
	@echo "make soak      look for an hour for a patient of whom two engines say different things"

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

# By way of the source distribution, so that no compiled module is left beside the sources.
compiled: $(READY)
	rm -rf dist/compiled $(COMPILED)
	HATCH_BUILD_HOOKS_ENABLE=1 $(BIN)/python -m build --outdir dist/compiled
	$(PYTHON) -m venv $(COMPILED)
	$(COMPILED)/bin/python -m pip install --quiet --disable-pip-version-check "$$(echo dist/compiled/*.whl)[dev]"
	PYTHONSAFEPATH=1 $(COMPILED)/bin/python -m pytest -n 2 --dist worksteal $(sort $(OF_RECORDS)) $(ARGS)

bench: $(READY)
	$(BIN)/python -m benchmarks

soak: $(READY)
	cd tests/generative && PYTHONPATH=.:.. ../../$(BIN)/python soak.py $(or $(SECONDS_LONG),3600) $(SEED)

clean:
	rm -rf $(VENV) $(COMPILED) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
