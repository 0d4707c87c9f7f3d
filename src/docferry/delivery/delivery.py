"""One checked set of settings for any number of loads."""

import logging
import pickle
from collections.abc import Callable, Mapping
from typing import Any, Literal, Self, TypeAlias, TypedDict, cast

from docferry.chunking import Chunk, ChunkSettings, Split
from docferry.delivery.failures import FailurePolicy
from docferry.delivery.jobs import JobsInput, read_jobs
from docferry.delivery.options import OptionsInput, given_options, options_type_of, without_secrets
from docferry.delivery.reading import DEFAULT_PROVIDER, read_choice, read_chunking, read_pages
from docferry.ingest import Ingestor, OnError
from docferry.metadata import MetadataProfile, MetadataValue, chunk_metadata
from docferry.model import PageSelection, ProgressEvent, ProviderInfo
from docferry.plugin import PluginManager
from docferry.provider import ProviderOptions, read_options

__all__ = ["Delivery", "LoadSettings", "OnErrorInput", "ProfileInput", "SplitInput"]

SplitInput: TypeAlias = Split | Literal["chunk", "page", "section", "element", "document"]
ProfileInput: TypeAlias = MetadataProfile | Literal["flat", "rich"]
OnErrorInput: TypeAlias = OnError | Literal["raise", "skip", "collect"]


class LoadSettings(TypedDict, total=False):
    """The keywords that every loader and reader takes besides `options` and the provider's own options.

    A provider's subclass that types its options takes the rest as `**settings: Unpack[LoadSettings]`.
    """

    provider: str | None
    pages: PageSelection | str | None
    chunking: ChunkSettings | None
    split: SplitInput | None
    metadata_profile: ProfileInput
    on_error: OnErrorInput
    look_ahead: int
    jobs: JobsInput
    on_progress: Callable[[ProgressEvent], None] | None
    manager: PluginManager | None


_CHANGEABLE = LoadSettings.__optional_keys__ - {"provider"}


class Delivery:
    """One checked set of settings, from which any number of runs can be started, in any thread.

    Args:
        provider: Name of the provider.
        options: Its options, an instance or a mapping.
        option_values: More of its options, by name; a value of None counts as not given.
        pages: The pages wanted of each source, also as text such as "1-3,7,10-".
        chunking: How documents are cut.
        split: What one framework document holds; wins over the split of `chunking`.
        metadata_profile: How metadata is given.
        on_error: What a failed source means.
        look_ahead: Sources parsed ahead of the reader.
        jobs: Settings of remote jobs, an instance or what `jobs_as_values` wrote.
        on_progress: Listener of progress events.
        manager: Where plugins are found.

    Raises:
        ConfigurationError: The class says what is wrong.
    """

    def __init__(  # noqa: PLR0913 - the settings of a load, all named
        self,
        *,
        provider: str = DEFAULT_PROVIDER,
        options: OptionsInput = None,
        option_values: Mapping[str, object] | None = None,
        pages: PageSelection | str | None = None,
        chunking: ChunkSettings | Mapping[str, Any] | None = None,
        split: Split | str | None = None,
        metadata_profile: MetadataProfile | str = MetadataProfile.FLAT,
        on_error: OnError | str = OnError.RAISE,
        look_ahead: int = 4,
        jobs: JobsInput = None,
        on_progress: Callable[[ProgressEvent], None] | None = None,
        manager: PluginManager | None = None,
    ) -> None:
        self._found = manager or PluginManager()
        self._has_own_manager = manager is not None
        self.info: ProviderInfo = self._found.provider(provider).info
        self.pages = read_pages(pages)
        self.chunking = read_chunking(chunking, split=split)
        self.metadata_profile = read_choice(MetadataProfile, metadata_profile, name="metadata_profile")
        self.on_error = read_choice(OnError, on_error, name="on_error")
        self.look_ahead = look_ahead
        self.jobs = read_jobs(jobs)
        self._on_progress = on_progress
        # As the caller gave them, and never shown. What a plugin reads from the environment is not in here,
        # and so is neither pickled nor written out.
        self._given = given_options(options, option_values or {}, info=self.info)
        self.options: ProviderOptions = read_options(
            options_type_of(self.info), self._given, provider=provider
        )
        self.ingestor = Ingestor(
            provider=provider,
            options=self.options,
            pages=self.pages,
            chunking=self.chunking,
            on_error=OnError.RAISE if self.on_error is OnError.RAISE else OnError.COLLECT,
            look_ahead=look_ahead,
            jobs=self.jobs,
            on_progress=on_progress,
            manager=self._found,
        )

    def changed(self, changes: Mapping[str, object]) -> "Delivery":
        """The same with some settings or options replaced; itself when there are no changes.

        Args:
            changes: Settings by the names of `LoadSettings`, but for the provider; every other name is an
                option of the provider.
        """
        if not changes:
            return self
        arguments: dict[str, Any] = {
            **self._own_arguments(),
            "on_progress": self._on_progress,
            "manager": self._found,
        }
        arguments.update((name, value) for name, value in changes.items() if name in _CHANGEABLE)
        arguments["options"] = self._given | {
            name: value for name, value in changes.items() if name not in _CHANGEABLE
        }
        return Delivery(**arguments)

    def arguments(self) -> dict[str, Any]:
        """Keywords that make an equal one in another process; a key given as an argument is among them.

        Raises:
            pickle.PicklingError: It has a plugin manager of its own, whose policy must not get lost.
        """
        if self._has_own_manager:
            raise pickle.PicklingError("a loader or reader with its own plugin manager cannot be pickled")
        return self._own_arguments()

    def public_options(self) -> dict[str, Any]:
        """The options that the caller gave, as JSON values and without secrets."""
        known = type(self.options).model_fields
        given = {name: getattr(self.options, name) for name in self._given if name in known}
        return cast("dict[str, Any]", without_secrets(given))

    def metadata(self, chunk: Chunk, *, source: str) -> dict[str, MetadataValue]:
        """The metadata of a chunk of that source."""
        return chunk_metadata(
            chunk,
            source=source,
            provider=self.info.name,
            profile=self.metadata_profile,
            is_whole_document=self.chunking.split is Split.DOCUMENT,
        )

    def policy(self, logger: logging.Logger) -> "FailurePolicy":
        """What failed sources mean to one run."""
        return FailurePolicy(on_error=self.on_error, logger=logger)

    def _own_arguments(self) -> dict[str, Any]:
        # A listener is not carried: it lives in the process that watches.
        return {
            "provider": self.info.name,
            "options": dict(self._given),
            "pages": self.pages,
            "chunking": self.chunking,
            "metadata_profile": self.metadata_profile,
            "on_error": self.on_error,
            "look_ahead": self.look_ahead,
            "jobs": self.jobs,
        }

    def __repr__(self) -> str:
        return f"Delivery(provider={self.info.name!r}, split={self.chunking.split.value!r})"

    def __reduce__(self) -> tuple[Callable[[dict[str, Any]], "Delivery"], tuple[dict[str, Any]]]:
        return _rebuild, (self.arguments(),)

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self  # nothing in it changes


def _rebuild(arguments: dict[str, Any]) -> Delivery:
    return Delivery(**arguments)
