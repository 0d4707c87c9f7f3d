"""The clients that benchmarks/jobs.py compares, each run in a process of its own.

    python jobs_clients.py CLIENT FOLDER

Modules are imported before the clock starts. What is printed: seconds and processor seconds from the sources
to the last document, and how many documents came. It needs nothing besides the client itself.
"""

import functools
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

Run = Callable[[list[str]], int]


def docferry_documents() -> Run:
    """Sources to Documents, without chunks; the ledger is on, as always."""
    from docferry import Ingestor

    import_what_runs_need()

    def run(paths: list[str]) -> int:
        ingestor = Ingestor(provider="mineru", chunking=None, look_ahead=len(paths))
        with ingestor.run(paths) as outcomes:
            return sum(outcome.document is not None for outcome in outcomes)

    return run


def docferry_reader() -> Run:
    """Sources to LlamaIndex Documents, one for each chunk."""
    from docferry_mineru import MineruReader

    import_what_runs_need()

    def run(paths: list[str]) -> int:
        loaded = MineruReader(look_ahead=len(paths)).load_data(paths)
        return len({document.metadata["source"] for document in loaded})

    return run


def sdk() -> Run:
    """The vendor's SDK: one batch."""
    from mineru import MinerU

    def run(paths: list[str]) -> int:
        with MinerU(**addresses()) as client:
            return sum(bool(result.markdown) for result in client.extract_batch(paths, timeout=3600))

    return run


def langchain_loader() -> Run:
    """The vendor's LangChain loader."""
    use_addresses()
    from langchain_mineru import MinerULoader

    def run(paths: list[str]) -> int:
        return len(MinerULoader(paths, mode="precision").load())

    return run


def llama_index_reader() -> Run:
    """The vendor's LlamaIndex reader."""
    use_addresses()
    from llama_index.readers.mineru import MinerUReader

    def run(paths: list[str]) -> int:
        return len(MinerUReader(mode="precision").load_data(paths))

    return run


CLIENTS = {
    "docferry, sources to Documents": docferry_documents,
    "docferry, MineruReader with chunks": docferry_reader,
    "mineru-open-sdk, extract_batch": sdk,
    "langchain-mineru, MinerULoader": langchain_loader,
    "llama-index-readers-mineru, MinerUReader": llama_index_reader,
}


def import_what_runs_need() -> None:
    """Import what docferry imports when it is first needed, as it does with everything."""
    modules = ("docferry.provider.cookieless", "docferry.provider.direct", "docferry.sources.quiet_url")
    for name in (*modules, "docferry_mineru.routing", "pypdfium2", "anyio._backends._asyncio"):
        importlib.import_module(name)


def addresses() -> dict[str, str]:
    """What the SDK's client is told."""
    root = os.environ["MINERU_BASE_URL"]
    return {
        "token": os.environ["MINERU_API_KEY"],
        "base_url": f"{root}/api/v4",
        "flash_base_url": f"{root}/api/v1/agent",
    }


def use_addresses() -> None:
    """Fill the addresses in where the loaders look for the SDK's client: they have no argument for them."""
    import mineru

    os.environ["MINERU_TOKEN"] = os.environ["MINERU_API_KEY"]
    settings = {name: value for name, value in addresses().items() if name != "token"}
    mineru.MinerU = functools.partial(mineru.MinerU, **settings)


def main() -> None:
    """Run the client that was asked for."""
    name, folder = sys.argv[1:]
    paths = [str(path) for path in sorted(Path(folder).iterdir())]
    run = CLIENTS[name]()
    began, spent = time.monotonic(), time.process_time()
    documents = run(paths)
    figures = {
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - spent,
        "documents": documents,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
