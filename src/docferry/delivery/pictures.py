"""Pictures on request: what stands in an element's box, cut out of its page as an image.

Pages are rendered from the source itself, so this works for every provider that gives boxes, and costs a
service nothing more.
"""

import asyncio
import hashlib
import logging
import uuid
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator

import anyio.to_thread

from docferry.chunking import Chunk
from docferry.delivery.delivery import Delivery
from docferry.delivery.inputs import SourcesInput
from docferry.delivery.picture import Picture, PictureSettings
from docferry.engine import current_engine
from docferry.errors import DocferryError, SourceError
from docferry.ingest import OnError, Outcome, Report
from docferry.ingest.parsing import expand
from docferry.metadata import picture_metadata
from docferry.model import BoundingBox, Document, Element, Provenance
from docferry.sources import Source, SourceFile, Url, cut_boxes, open_source

__all__ = ["cut_pictures", "cut_pictures_async"]


def cut_pictures(
    delivery: Delivery,
    sources: SourcesInput,
    *,
    settings: PictureSettings,
    logger: logging.Logger,
    begin: Callable[[Report], None],
) -> Generator[Picture]:
    """Parse sources and cut pictures out of their pages, source by source.

    Args:
        delivery: The settings of the load.
        sources: One source or many.
        settings: Which pictures.
        logger: Where sources that were left out are named.
        begin: Called with the report of the run.

    Raises:
        DocferryError: A source failed, under on_error "raise".
        ExceptionGroup: Sources failed, under on_error "collect", after all good ones.
    """
    cutter = _Cutter(delivery, settings, logger)
    with delivery.ingestor.run(cutter.noting(sources)) as run:
        begin(run.report)
        for outcome in run:
            yield from current_engine().run(cutter.pictures(outcome, run.report))
    cutter.failures.raise_collected()


async def cut_pictures_async(
    delivery: Delivery,
    sources: SourcesInput,
    *,
    settings: PictureSettings,
    logger: logging.Logger,
    begin: Callable[[Report], None],
) -> AsyncGenerator[Picture]:
    """Parse sources and cut pictures without blocking the loop. Arguments and errors as `cut_pictures`."""
    cutter = _Cutter(delivery, settings, logger)
    async with delivery.ingestor.run_async(cutter.noting(sources)) as run:
        begin(run.report)
        async for outcome in run:
            work = current_engine().submit(cutter.pictures(outcome, run.report))
            for picture in await asyncio.wrap_future(work):
                yield picture
    cutter.failures.raise_collected()


class _Cutter:
    """Cuts the pictures of one run."""

    def __init__(self, delivery: Delivery, settings: PictureSettings, logger: logging.Logger) -> None:
        self.failures = delivery.policy(logger)
        self._delivery = delivery
        self._settings = settings
        self._logger = logger
        self._noted: deque[object] = deque()

    def noting(self, sources: SourcesInput) -> "Iterator[Source]":
        """The single sources, or the errors in their places, each noted until its outcome comes."""
        for item in expand(sources, self._delivery.ingestor.provider):
            self._noted.append(item)
            yield item  # pyright: ignore[reportReturnType] - an error passes as itself

    async def pictures(self, outcome: Outcome, report: Report) -> tuple[Picture, ...]:
        """The pictures of one source, in reading order."""
        source = self._noted.popleft()  # outcomes come in the order of the sources
        if not self.failures.delivers(outcome) or outcome.document is None or not isinstance(source, Source):
            return ()
        try:
            return await self._cut(source, outcome, outcome.document)
        except DocferryError as error:
            failed = Outcome(source=outcome.source, error=error)
            report.failed.append(failed)
            if self._delivery.on_error is OnError.RAISE:
                raise
            self.failures.delivers(failed)
            return ()

    async def _cut(self, source: Source, outcome: Outcome, document: Document) -> tuple[Picture, ...]:
        wanted = [element for element in document.elements if self._settings.wants(element)]
        places = list(_places(wanted))
        if len({place.element_id for place in places}) < len(wanted):
            self._logger.warning("%s: some elements have no box to cut a picture from", outcome.source)
        if not places:
            return ()
        async with open_source(source) as file:
            _check_same(file, source, document)
            images = await anyio.to_thread.run_sync(self._images, file, places)
        return tuple(self._pictures(outcome, document, dict(zip(places, images, strict=True))))

    def _images(self, file: SourceFile, places: list[Provenance]) -> list[bytes]:
        by_page: defaultdict[int, dict[BoundingBox, bytes]] = defaultdict(dict)
        for page in dict.fromkeys(place.page for place in places):
            boxes = [place.box for place in places if place.page == page and place.box is not None]
            images = cut_boxes(
                file,
                boxes,
                page=page,
                dots_per_inch=self._settings.dots_per_inch,
                password=self._delivery.options.document_password,
            )
            by_page[page] = dict(zip(boxes, images, strict=True))
        return [by_page[place.page][place.box] for place in places if place.box is not None]

    def _pictures(
        self, outcome: Outcome, document: Document, images: dict[Provenance, bytes]
    ) -> Iterator[Picture]:
        elements = {element.id: element for element in document.elements}
        captions: defaultdict[str, list[str]] = defaultdict(list)
        for element in document.elements:
            captions[element.caption_of].append(element.text)
        chunks = _chunks_by_element(outcome.chunks)
        for place, content in images.items():
            element = elements[place.element_id]
            caption = "\n".join(captions[element.id])
            yield Picture(
                id=_picture_id(outcome.source, place, self._settings.dots_per_inch),
                text="\n\n".join(filter(None, (caption, element.text))),
                content=content,
                metadata={
                    **picture_metadata(
                        place,
                        chunk=chunks.get(element.id),
                        kind=element.kind,
                        caption=caption,
                        source=outcome.source,
                        provider=self._delivery.info.name,
                        profile=self._delivery.metadata_profile,
                    )
                },
            )


def _places(elements: Iterable[Element]) -> Iterator[Provenance]:
    for element in elements:
        for region in element.regions:
            if region.box is not None:
                yield Provenance(page=region.page, box=region.box, element_id=element.id)


def _chunks_by_element(chunks: Iterable[Chunk]) -> dict[str, Chunk]:
    """The first chunk that holds each element."""
    found: dict[str, Chunk] = {}
    for chunk in chunks:
        for region in chunk.regions:
            found.setdefault(region.element_id, chunk)
    return found


def _check_same(file: SourceFile, source: Source, document: Document) -> None:
    """A URL that a service fetched is known by its address only."""
    if not isinstance(source.origin, Url) and file.fingerprint != document.source_fingerprint:
        raise SourceError(
            "was changed since it was parsed", next_step="load its images again", source=source.name
        )


def _picture_id(source: str, place: Provenance, dots_per_inch: int) -> str:
    box = () if place.box is None else place.box.as_tuple()
    parts = ("docferry picture", source, place.element_id, str(place.page), str(box), str(dots_per_inch))
    digest = hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).digest()
    return str(uuid.UUID(bytes=digest[:16]))
