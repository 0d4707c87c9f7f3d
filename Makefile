# The verbs. Each makes what it needs; everything but the heavy targets lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := $(sort $(wildcard plugins/*/pyproject.toml))
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check format constraints clean

help:  ## Show the verbs
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(STAMP)  ## Make .venv with the core, all plugins, both frameworks and the tools

$(STAMP): pyproject.toml constraints.txt $(PLUGINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "docferry needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade -c constraints.txt "pip>=25.1"
	$(BIN)/python -m pip install --quiet -c constraints.txt --group test \
	  $(foreach plugin,$(PLUGINS),-e $(dir $(plugin))) -e ".[langchain,llama-index,cli,emulator,webhook]"
	@touch $@

demo: $(STAMP)  ## Parse the PDF that ships with the repository: a table of chunks, and demo-output/chunks.jsonl
	@mkdir -p demo-output
	@$(BIN)/docferry parse examples/demo.pdf --to chunks --table --output demo-output/chunks.jsonl

test: $(STAMP)  ## Run the tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: $(STAMP)  ## Format, lint, layers, types, and the wheels in clean environments
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright --level error
	$(BIN)/python tests/contracts/wheel_smoke.py

format: $(STAMP)  ## Format and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

constraints: $(STAMP)  ## Write the installed versions into constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip | grep -E '^[A-Za-z0-9._-]+==' | sort -f > constraints.txt

clean:  ## Remove environments and caches
	rm -rf .venv .venv-* demo-output build dist .pytest_cache .ruff_cache .hypothesis
