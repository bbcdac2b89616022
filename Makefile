# Off the Run. `make` lists what there is. Needs make and a Python from 3.11 up; everything else goes into .venv.

VENV := .venv
BIN := $(VENV)/bin
# The Python that makes the environment: PYTHON=... chooses, else the newest of these that works.
PYTHON ?=
CANDIDATES := python3.13 python3.12 python3.11 python3 python

SCENARIO ?= baseline
SEED ?= 1
DAYS ?=
RUNS ?= runs
WORKERS ?= 2

INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
# Messages that `make fuzz` sends through the books.
MESSAGES ?= 10000000

.PHONY: help run experiments test slow validate trivial calibrate mutate fuzz test-browser chromium docs notebooks check format profile bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "make run SCENARIO=placebo SEED=2 DAYS=20   another scenario, seed or length"
	@echo "make test PYTHON=/path/to/python3.12       another Python (after make clean)"

# The flagship's horizon in `make run`: short enough for five minutes in all on two cores; FLAGSHIP_DAYS=169 is all of it.
FLAGSHIP_DAYS ?= 40

run: $(VENV)/.core-installed ## simulate the market, check the run's identities, hold buybacks against none
	@out=$(RUNS)/$(SCENARIO)-seed$(SEED); number=2; \
	while [ -e "$$out" ]; do out=$(RUNS)/$(SCENARIO)-seed$(SEED)-$$number; number=$$((number + 1)); done; \
	$(BIN)/offtherun run $(SCENARIO) --seed $(SEED) $(if $(DAYS),--days $(DAYS)) --out "$$out" \
	&& $(BIN)/offtherun check "$$out"
ifeq ($(SCENARIO)$(DAYS),baseline)
	@out=$(RUNS)/buybacks-$$($(BIN)/offtherun version | awk '$$1 == "sources" { print $$2 }')-$(FLAGSHIP_DAYS)-days; \
	$(BIN)/offtherun experiment buybacks --seeds 4 --workers $(WORKERS) --days $(FLAGSHIP_DAYS) --out "$$out" \
	&& $(BIN)/offtherun report "$$out"
endif

# Every bundled experiment; a folder for each version of the sources and horizon, so that what was stopped goes on.
# SEEDS is how many of each: 2 of an experiment, 50 of the validation, unless it is given.
SEEDS ?=
DESIGNS := $(basename $(notdir $(wildcard experiments/designs/*.toml)))
ONLY ?= $(DESIGNS)
PAGE ?= docs/experiments.md

experiments: $(VENV)/.core-installed ## run every bundled experiment (SEEDS=2 DAYS= ONLY=), write docs/experiments.md
	$(BIN)/python benchmarks/compile_kernels.py
	@out=$(RUNS)/experiments-$$($(BIN)/offtherun version | awk '$$1 == "sources" { print $$2 }')$(if $(DAYS),-$(DAYS)-days); \
	for name in $(ONLY); do \
	  $(BIN)/offtherun experiment $$name --seeds $(or $(SEEDS),2) --workers $(WORKERS) $(if $(DAYS),--days $(DAYS)) --out "$$out/$$name" \
	  && $(BIN)/offtherun report "$$out/$$name" || { test $$? = 130 && exit 130; echo "$$name: not whole" >&2; }; \
	done; \
	$(BIN)/offtherun findings $$(dirname "$$out"/*/experiment.json) --out $(PAGE)

test: $(VENV)/.dev-installed ## run the tests (some minutes)
	$(BIN)/python benchmarks/compile_kernels.py
	$(BIN)/python -m pytest --numprocesses $(WORKERS)

slow: $(VENV)/.dev-installed ## run the tests that take minutes each
	$(BIN)/python benchmarks/compile_kernels.py
	$(BIN)/python -m pytest -m slow -rP --numprocesses $(WORKERS)

# Seeds of each null model behind docs/validation.md; experiments of two seeds each in the A/A test; points of a calibration.
NULL_SEEDS ?= 10
NULLS := zero-intelligence news-value shuffled
EXPERIMENTS ?= 200
POINTS ?= 128
SOURCES = $$($(BIN)/offtherun version | awk '$$1 == "sources" { print $$2 }')

validate: $(VENV)/.notebooks-installed ## make the runs behind docs/validation.md that are missing, and write the page (long)
	$(BIN)/python benchmarks/compile_kernels.py
	@out=$(RUNS)/validation-$(SOURCES); export out; \
	asked=$$(for seed in $$(seq $(or $(SEEDS),50)); do echo baseline $$seed; done; \
	for null in $(NULLS); do for seed in $$(seq $(NULL_SEEDS)); do echo $$null $$seed; done; done); \
	echo "$$asked" | xargs -P $(WORKERS) -L 1 sh -c 'test -e $$out/$$0-seed$$1 \
	|| { $(BIN)/offtherun run $$0 --seed $$1 --quiet --out $$out/$$0-seed$$1 && echo "validate: $$0, seed $$1 done" >&2; }' \
	&& $(BIN)/python docs/validation/generate.py $$(echo "$$asked" | sed "s|^|$$out/|; s| |-seed|")

trivial: $(VENV)/.notebooks-installed ## how often intervals cover zero where nothing is done (EXPERIMENTS=200), into that page
	$(BIN)/python benchmarks/compile_kernels.py
	@out=$(RUNS)/trivial-$(SOURCES); seeds=$$((2 * $(EXPERIMENTS))); \
	$(BIN)/offtherun experiment docs/validation/trivial.toml --seeds $$seeds --workers $(WORKERS) --out "$$out" \
	&& $(BIN)/python docs/validation/coverage.py "$$out" $$seeds

calibrate: $(VENV)/.notebooks-installed ## which values of parameters are plausible, the shipped ones too? (POINTS=128), docs/calibration.md
	$(BIN)/python benchmarks/compile_kernels.py
	@out=$(RUNS)/calibration-$(SOURCES); \
	$(BIN)/offtherun calibrate --points $(POINTS) --workers $(WORKERS) --out "$$out" \
	&& $(BIN)/python docs/validation/calibration.py "$$out" $(POINTS)

mutate: $(VENV)/.dev-installed ## flip signs, comparisons, bounds and constants of rules: which do tests miss?
	$(BIN)/python tests/mutation.py

fuzz: $(VENV)/.dev-installed ## hold the books against their reference, ten million messages (SEED=..., MESSAGES=...)
	$(BIN)/python tests/fuzz_books.py --messages $(MESSAGES) --seed $(SEED)

test-browser: $(VENV)/.browser-installed chromium ## test the dashboard in Chromium, screenshots into runs/browser
	OFFTHERUN_SCREENSHOTS=$(RUNS)/browser $(BIN)/python -m pytest -m browser -rP tests/test_browser.py

chromium:
	@$(HAS_CHROMIUM) || { test "$$(id -u)" = 0 && apt-get -qq update && apt-get -qq install --yes chromium >/dev/null; } \
	|| { echo "No Chromium, and no right to install it; Debian: apt-get install chromium" >&2; exit 1; }

docs: $(VENV)/.docs-installed ## build the documentation into docs/_build/html, without a network
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --jobs auto docs docs/_build/html
	@echo "docs/_build/html/index.html"

notebooks: $(VENV)/.notebooks-installed ## execute the notebooks, outputs into them (some minutes)
	$(BIN)/python notebooks/execute.py

check: $(VENV)/.dev-installed ## check format, lint and types, then run the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(MAKE) --no-print-directory test

format: $(VENV)/.dev-installed ## put the code into the project's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

profile: $(VENV)/.core-installed ## print what each act of the day costs, draw a flame graph into runs/flame.svg
	@mkdir -p $(RUNS)
	$(BIN)/python benchmarks/profile_day.py --flame $(RUNS)/flame.svg

bench: $(VENV)/.core-installed ## print figures of speed beside their targets; fails where one is missed (a quarter of an hour)
	$(INSTALL) --quiet --editable ".[bench]"
	@test -x $(VENV)/pams/bin/python || { $(BIN)/python -m venv $(VENV)/pams && \
	$(VENV)/pams/bin/python -m pip install --quiet --disable-pip-version-check pams==0.3.0; } \
	|| { echo "PAMS cannot be installed here: left out" >&2; rm -rf $(VENV)/pams; }
	@mkdir -p $(RUNS)
	$(BIN)/python benchmarks/bench.py --picture $(RUNS)/scaling.png $(BENCH)

clean: ## remove the environment and every cache, never a run
	rm -rf $(VENV) .numba .mypy_cache .ruff_cache .pytest_cache .hypothesis

# ---- the environment ----------------------------------------------------------------------------
$(VENV)/.core-installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the simulator into $(VENV) (once; about a minute)"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev-installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the simulator and its tests' tools into $(VENV) (once; about a minute)"
	$(INSTALL) --editable ".[dev]"
	@touch $@ $(VENV)/.core-installed

$(VENV)/.notebooks-installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the simulator and what executes notebooks into $(VENV) (once; about a minute)"
	$(INSTALL) --editable ".[notebooks,research]"
	@touch $@ $(VENV)/.core-installed

HAS_CHROMIUM := command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null

$(VENV)/.browser-installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the simulator, its dashboard and its tests' tools into $(VENV) (once; some minutes)"
	$(INSTALL) --editable ".[dev,dashboard,browser]"
	@touch $@ $(VENV)/.dev-installed $(VENV)/.core-installed

$(VENV)/.docs-installed: pyproject.toml constraints.txt | $(VENV)/.made
	@echo "Installing the simulator and the documentation's tools into $(VENV) (once; about a minute)"
	$(INSTALL) --editable ".[docs]"
	@touch $@ $(VENV)/.core-installed

USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

$(VENV)/.made:
	@for python in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
	  if "$$python" -c "$(USABLE)" >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$python: $$("$$python" --version)"; \
	    "$$python" -m venv --clear $(VENV) && touch $@ && exit 0; \
	  fi; \
	done; \
	echo "No usable Python, tried: $(if $(PYTHON),$(PYTHON),$(CANDIDATES)). Expected 3.11 or newer, with venv and pip." >&2; \
	echo "Install one (Debian and Ubuntu: python3 python3-venv), or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
	exit 1
