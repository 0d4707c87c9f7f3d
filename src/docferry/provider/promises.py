"""What a plugin's exchanges return, held against what `JobApi` promises."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import entry_points
from typing import TypeVar, cast

from docferry.errors import DocferryError, ProviderBugError
from docferry.model import Document, JobStatus, Receipt
from docferry.provider.exchange import Exchange
from docferry.provider.job_api import ItemAnswer, JobApi, Leg, SubmitItem
from docferry.provider.wall import plugin_wall

__all__ = ["ask_about", "begin_leg", "begin_submission", "broken_promise", "keep_mapping", "keep_reading"]

Result = TypeVar("Result")

PLUGIN_GROUP = "docferry"
"""The group of entry points in which plugins say what they bring."""


def begin_submission(api: JobApi, items: Sequence[SubmitItem]) -> Exchange[tuple[ItemAnswer, ...]]:
    """`JobApi.submit`, with one answer per item.

    Raises:
        ProviderBugError: While it is held: the plugin answers otherwise.
    """
    given = _listed(api, (yield from api.submit(items)), count=len(items), what="answered")
    answers = tuple(answer for answer in given if isinstance(answer, Receipt | DocferryError | Leg))
    if len(answers) < len(given):
        raise broken_promise(api, "answered something else than receipts, errors and legs")
    return answers


def begin_leg(api: JobApi, leg: Leg) -> Exchange[Receipt]:
    """The leg's exchange, with a receipt at its end.

    Raises:
        ProviderBugError: While it is held: the plugin answers otherwise.
    """
    receipt = cast("object", (yield from leg.exchange()))
    if not isinstance(receipt, Receipt):
        raise broken_promise(api, f"answered {type(receipt).__name__} at the end of a leg")
    return receipt


def ask_about(api: JobApi, receipts: Sequence[Receipt]) -> Exchange[tuple[JobStatus, ...]]:
    """`JobApi.poll`, with one status per receipt, in order.

    Raises:
        ProviderBugError: While it is held: the plugin answers otherwise.
    """
    given = _listed(api, (yield from api.poll(receipts)), count=len(receipts), what="told of jobs")
    statuses = tuple(status for status in given if isinstance(status, JobStatus))
    if [status.receipt for status in statuses] != list(receipts):
        raise broken_promise(api, "told of other jobs than those it was asked about, or in another order")
    return statuses


def keep_mapping(api: JobApi, mapping: Callable[[], object]) -> Document:
    """What `JobApi.map` makes of a payload: a document, and no error but ours.

    Args:
        api: The plugin's side.
        mapping: Calls it.

    Raises:
        DocferryError: As for `keep_reading`, or the plugin returned no document.
    """
    document = keep_reading(api, mapping)
    if not isinstance(document, Document):
        raise broken_promise(api, f"mapped a result to {type(document).__name__}")
    return document


def keep_reading(api: JobApi, reading: Callable[[], Result]) -> Result:
    """What a plugin reads from a payload, and no error but ours.

    Args:
        api: The plugin's side.
        reading: Calls the plugin.

    Raises:
        DocferryError: What the plugin raised on purpose.
        PayloadCorruptError: The cache has a damaged part.
        ProviderBugError: The plugin raised anything else.
    """
    with plugin_wall(partial(broken_promise, api)):  # a resumed job is mapped without that of the parse call
        return reading()


def broken_promise(api: JobApi, what: str) -> ProviderBugError:
    """The error that names who is to mend it.

    Args:
        api: The plugin's side.
        what: What it did, such as "raised KeyError".
    """
    provider = api.identity.provider
    return ProviderBugError(
        f"the plugin of provider {provider} {what}",
        next_step=f"report it to the authors of {_distribution(api)}",
        provider=provider,
    )


def _distribution(api: JobApi) -> str:
    """Who brings the provider; where nothing installed does, the package of the plugin's side."""
    for point in entry_points(group=PLUGIN_GROUP, name=api.identity.provider):
        if point.dist is not None:
            return point.dist.name
    return api.__module__.partition(".")[0]


def _listed(api: JobApi, given: object, *, count: int, what: str) -> Sequence[object]:
    if not isinstance(given, tuple | list):
        raise broken_promise(api, f"{what} as {type(given).__name__}")
    listed = cast("Sequence[object]", given)
    if len(listed) != count:
        raise broken_promise(api, f"{what} {len(listed)} times for {count} files")
    return listed
