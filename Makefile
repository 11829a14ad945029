# Safeuse. `make demo` shows the main job; `make test` sets everything up and passes. Needs python3 (3.11 or newer) and make.
SHELL := /bin/sh
PYTHON ?= python3
TOOLS := .state/tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
RUN := $(UV) run --frozen --all-extras
ARGS ?=
# The machine's own Python is used; none is downloaded.
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup demo test test-lab test-faults check bench bench-matching pack clean

help: ## Say what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(TOOLS)/bin/uv:
	@$(PYTHON) packaging_tools/fetch_uv.py $(TOOLS)

.venv/.synced: pyproject.toml uv.lock | $(filter $(TOOLS)/bin/uv,$(UV))
	@$(UV) python find --quiet '>=3.11' >/dev/null || \
	  { echo "Safeuse needs Python 3.11 or newer, and this machine has none. On Debian and Ubuntu: apt install python3" >&2; exit 1; }
	$(UV) sync --frozen --all-extras --quiet
	@touch $@

setup: .venv/.synced

demo: setup ## Show the main job: a controller, a journal and three tablets. ARGS="--seconds 60 --json FILE" ends by itself.
	$(RUN) python -m demo $(ARGS)

test: setup ## Install what the tests need where that is allowed, and run them.
	$(PYTHON) tests/install_system_packages.py
	$(RUN) pytest $(ARGS)

test-lab: setup ## Try the service on a real systemd, in a guest machine (needs root to build it; minutes).
	$(PYTHON) tests/install_system_packages.py --lab
	$(RUN) pytest tests/lab --run-lab $(ARGS)

test-faults: setup ## Kill the agent at every system call of a purge (minutes).
	$(PYTHON) tests/install_system_packages.py
	$(RUN) pytest tests/faults --run-faults $(ARGS)

check: setup ## Lint, types, import rules, formatting.
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

bench: setup ## Measure, each figure against its own upper bound in the same run.
	$(RUN) python -m benchmarks $(ARGS)

bench-matching: setup ## Evaluate the matcher on bursts, orphans and journal copies. ARGS=--quick takes minutes.
	$(RUN) python -m benchmarks.matching $(ARGS)

pack: setup ## Build the agent-only bundle in dist/.
	$(RUN) python -m packaging_tools.agent_bundle $(ARGS)

clean: ## Remove what was made.
	rm -rf .venv .state dist build .pytest_cache .mypy_cache .ruff_cache
