# The verbs. Each makes what it needs; everything but the heavy targets lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := $(sort $(wildcard plugins/*/pyproject.toml))
STAMP := $(VENV)/.installed
VENDORS := $(patsubst tests/vendors/%/client.py,%,$(wildcard tests/vendors/*/client.py))
NEWER ?= python3.13
# A worker that dies ends the run with the name of its test: pytest-xdist hangs when it replaces one.
ONCE := --max-worker-restart=0

# The tests start some hundred processes: each would compile all of docferry again.
test test-slow test-newer test-stores test-oldest test-newest: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.SECONDARY:
.PHONY: help install demo test test-slow test-newer test-vendors test-stores test-oldest test-newest check chaos integration-mineru bench-chunking bench-jobs format constraints clean

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
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(ONCE)

test-slow: $(STAMP)  ## Let broken providers fail the contract, and chunk ten thousand documents (about 15 minutes)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(ONCE) -m slow

test-newer:  ## Run the tests on a newer Python, in an environment of its own: make test-newer NEWER=python3.13
	$(MAKE) VENV=.venv-$(NEWER) PYTHON=$(NEWER) test

test-vendors: $(addprefix vendors-,$(VENDORS))  ## Run the vendors' own published clients against the emulators

vendors-%: $(STAMP) .venv-vendors/%/.installed
	.venv-vendors/$*/bin/python tests/vendors/$*/client.py $(BIN)/docferry

.venv-vendors/%/.installed: tests/vendors/%/requirements.txt
	$(PYTHON) -m venv .venv-vendors/$*
	.venv-vendors/$*/bin/python -m pip install --quiet -r $<
	@touch $@

test-stores: .venv-stores/.installed  ## Put documents into Chroma, Qdrant and LanceDB, in an environment of their own
	.venv-stores/bin/python -m pytest -q tests/stores

.venv-stores/.installed: tests/stores/requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv-stores
	.venv-stores/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-stores/bin/python -m pip install --quiet -r tests/stores/requirements.txt --group test \
	  -e plugins/docferry-local -e ".[langchain,llama-index]"
	@touch $@

test-oldest: .venv-oldest/.installed  ## Run the adapters' tests with the oldest frameworks we claim
	.venv-oldest/bin/python -m pytest -q -n 2 -W ignore::pydantic.warnings.UnsupportedFieldAttributeWarning \
	  tests/langchain tests/llama_index tests/delivery

test-newest: .venv-newest/.installed  ## Run them with the newest, langchain-community and a real notebook kernel
	.venv-newest/bin/python -m pytest -q -n 2 tests/langchain tests/llama_index tests/delivery

.venv-oldest/.installed .venv-newest/.installed: .venv-%/.installed: tests/%/requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-$*/bin/python -m pip install --quiet -r $< pytest pytest-socket pytest-timeout pytest-xdist hypothesis \
	  fsspec pillow reportlab uvloop fastapi -e plugins/docferry-local -e ".[langchain,llama-index]"
	@touch $@

check: $(STAMP)  ## Format, lint, layers, types, and the wheels in clean environments
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright --level error
	$(BIN)/python tests/contracts/wheel_smoke.py

chaos: $(STAMP)  ## Kill a run 20 times and rerun it; send 200 MB and watch the memory (about 1 minute)
	$(BIN)/python tests/chaos/kill_and_rerun.py
	$(BIN)/python tests/chaos/big_body.py

bench-chunking: .venv-bench/.installed  ## Compare the chunker with the tokenizer and with other chunkers (about 5 minutes)
	.venv-bench/bin/python benchmarks/chunking.py

.venv-bench/.installed: benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet -c constraints.txt -r benchmarks/requirements.txt -e .
	@touch $@

integration-mineru: $(STAMP)  ## Run the MinerU plugin against the real open-source servers (downloads 1.5 GB once)
	$(BIN)/python tests/integration/mineru.py

bench-jobs: $(STAMP) .venv-vendors/mineru/.installed  ## Send 200 files through the MinerU emulator, beside the vendor's clients
	$(BIN)/python benchmarks/jobs.py

format: $(STAMP)  ## Format and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

constraints: $(STAMP)  ## Write the installed versions into constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip | grep -E '^[A-Za-z0-9._-]+==' | sort -f > constraints.txt

clean:  ## Remove environments and caches
	rm -rf .venv .venv-* demo-output build dist .pytest_cache .ruff_cache .hypothesis
