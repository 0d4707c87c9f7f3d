"""Importing docferry costs next to nothing."""

import subprocess
import sys

HEAVY = (
    "httpx", "tiktoken", "pydantic", "pluggy", "anyio", "typer", "rich", "langchain_core", "llama_index",
    "pypdfium2", "liteparse", "docferry_local", "docferry.plugin", "asyncio",
)  # fmt: skip


def modules_after(statement):
    program = f"{statement}\nimport sys\nprint('\\n'.join(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_docferry_loads_no_framework_tokenizer_or_client():
    assert modules_after("import docferry").isdisjoint(HEAVY)


def test_importing_the_errors_or_the_model_stays_light():
    assert modules_after("import docferry.errors, docferry.model").isdisjoint(HEAVY)


def test_a_public_name_is_fetched_when_used():
    loaded = modules_after("import docferry\nassert docferry.Document.__name__ == 'Document'")
    assert "docferry.model" in loaded
    assert loaded.isdisjoint(HEAVY)
