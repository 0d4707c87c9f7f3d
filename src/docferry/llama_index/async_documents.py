"""The answer of `alazy_load_data`: a stream that can also be awaited."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Generator
from typing import Any, Self

from llama_index.core.schema import Document

__all__ = ["AsyncDocuments"]


class AsyncDocuments(AsyncIterator[Document], Awaitable[list[Document]]):
    """Documents that arrive one at a time: iterate with `async for`, or await to have them all.

    LlamaIndex's own `alazy_load_data` is awaited, a stream is iterated; this serves both callers, once.
    """

    def __init__(self, stream: AsyncGenerator[Document]) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Document:
        return await anext(self._stream)

    def __await__(self) -> Generator[Any, None, list[Document]]:
        return self._all().__await__()

    async def aclose(self) -> None:
        """End the run; what was not read is not read any more."""
        await self._stream.aclose()

    async def _all(self) -> list[Document]:
        return [document async for document in self._stream]
