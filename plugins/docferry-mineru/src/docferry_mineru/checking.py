"""Whether a service takes a file, as far as that can be told before it is sent."""

from docferry.errors import DocferryError, InvalidOptionsError
from docferry.provider import SubmitItem
from docferry_mineru.formats import unsupported
from docferry_mineru.parameters import ranges_of

__all__ = ["refusal"]


def refusal(item: SubmitItem, readable: frozenset[str], *, service: str) -> DocferryError | None:
    """The error for a file that a service would refuse; None for others. docferry checks its size before.

    Args:
        item: The file. Of one that only the service opens, nothing is known but what its address tells.
        readable: Suffixes that the service reads.
        service: What to call it.
    """
    file = item.file
    if file.part and ranges_of(item) is not None:
        return InvalidOptionsError(
            "pages are selected twice, by docferry and by the option page_ranges",
            next_step="leave out one of both",
        )
    if file.address:
        return None
    return unsupported(file, readable, service=service)
