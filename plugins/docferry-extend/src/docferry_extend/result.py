"""From a kept payload to a document: where its output is, and what it is mapped with."""

from docferry.errors import InvalidResponseError
from docferry.model import Document, PageSelection, Payload
from docferry.provider import Asset, PayloadReader
from docferry.reading.values import Raw, is_mapping, mapping_of, parse_json, scalar_text
from docferry_extend.answers import read_answer, read_run
from docferry_extend.images import IMAGE_FOLDER, ImageShelf, image_parts
from docferry_extend.mapping import PROVIDER, map_output
from docferry_extend.output import read_output

__all__ = ["OUTPUT_PART", "RUN_PART", "list_assets", "map_payload", "no_output"]

RUN_PART = "run.json"
"""The answer that said that the run has succeeded, as received."""

OUTPUT_PART = "output.json"
"""What stood at the address of the output, as received; only for results fetched by their address."""

SPATIAL = "spatial"


def map_payload(
    payload: PayloadReader,
    *,
    selection: PageSelection | None,
    fingerprint: str,
    keeps_images: bool,
    is_spatial: bool,
) -> Document:
    """Map what was fetched.

    Args:
        payload: The parts that fetching kept.
        selection: The pages that were asked for, or None for all.
        fingerprint: The source's fingerprint.
        keeps_images: Whether pictures were to be kept.
        is_spatial: Whether spatial text was asked for; what the result itself says counts more.

    Raises:
        InvalidResponseError: It holds no output that can be read.
    """
    answer = _answer(payload)
    run = read_run(answer)
    output = read_output(_raw_output(payload, answer))
    target = scalar_text(mapping_of(answer.get("config")).get("target"))
    parts = image_parts(output) if keeps_images else {}
    return map_output(
        output,
        ImageShelf(payload.payload, parts),
        selection=selection,
        page_count=run.page_count,
        is_spatial=target == SPATIAL if target else is_spatial,
        fingerprint=fingerprint,
    )


def list_assets(payload: Payload, *, has_words: bool) -> tuple[Asset, ...]:
    """The files of a result that are worth saving.

    Args:
        payload: What was fetched.
        has_words: Whether recognised words or lines were asked for, which only the service's JSON holds.
    """
    names = [part.name for part in payload.parts]
    json_part = OUTPUT_PART if OUTPUT_PART in names else RUN_PART
    wanted = [
        name for name in names if name.startswith(f"{IMAGE_FOLDER}/") or (has_words and name == json_part)
    ]
    return tuple(Asset(name=name, path=name) for name in wanted)


def no_output(job_id: str) -> InvalidResponseError:
    """The error for a run that succeeded and returned nothing."""
    return InvalidResponseError(
        "the result has no output: neither output nor outputUrl nor chunks",
        next_step="report the run's id to the service",
        provider=PROVIDER,
        job_id=job_id,
    )


def _answer(payload: PayloadReader) -> Raw:
    answer = read_answer(payload.read(RUN_PART)) if payload.payload.part(RUN_PART) is not None else None
    if answer is None:
        raise InvalidResponseError("the kept result is not a JSON object", provider=PROVIDER)
    return answer


def _raw_output(payload: PayloadReader, answer: Raw) -> Raw:
    if payload.payload.part(OUTPUT_PART) is not None:
        found = parse_json(payload.read(OUTPUT_PART))
        if not is_mapping(found):
            raise InvalidResponseError("the fetched output is not a JSON object", provider=PROVIDER)
        return mapping_of(found.get("output")) or found
    run = read_run(answer)
    if run.output is None:
        raise no_output(run.id)
    return run.output
