"""The contract of every provider."""

from docferry.testing.contracts.card import CardContract
from docferry.testing.contracts.conduct import ConductContract
from docferry.testing.contracts.documents import DocumentContract
from docferry.testing.contracts.module import ModuleContract
from docferry.testing.contracts.pages import PageContract
from docferry.testing.contracts.refusals import RefusalContract
from docferry.testing.contracts.secrecy import SecrecyContract

__all__ = ["ProviderContract"]


class ProviderContract(
    CardContract,
    ModuleContract,
    DocumentContract,
    PageContract,
    RefusalContract,
    SecrecyContract,
    ConductContract,
):
    """What every provider promises, as tests to inherit.

    ```python
    from docferry.testing import ProviderContract, Sample


    class TestHaiku(ProviderContract):
        provider = "haiku"
        samples = (
            Sample(name="frogs.txt", content=b"...", pages=(("The old pond", "a frog jumps in"),)),
        )
    ```

    The plugin must be installed (`pip install -e .`), and pytest finds the tests by the class's name, which
    begins with Test. The provider is used through the installed entry point, the plugin manager and the
    ingest room, like anybody's. Tests get an environment without the provider's variables, and a ledger and
    a cache of their own.

    Attributes and fixtures to fill in are described in `Contract`. No inherited test may be overridden or
    deleted: where a provider cannot keep a promise, override the test with one that calls it, marked
    `pytest.mark.xfail(reason=...)`.
    """
