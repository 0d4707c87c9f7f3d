"""Our settings as fields of LlamaIndex's pydantic components: values in memory, plain JSON when written out.

Wrong values raise our own errors: a pydantic error would show the whole input.
"""

from typing import Annotated, TypeAlias

from llama_index.core.bridge.pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic import PlainValidator

from docferry.chunking import ChunkSettings
from docferry.delivery import chunking_as_values, jobs_as_values, read_choice, read_chunking, read_jobs
from docferry.ingest import OnError
from docferry.metadata import MetadataProfile
from docferry.provider import JobSettings

__all__ = ["ChunkSettingsField", "JobSettingsField", "OnErrorField", "ProfileField"]


def _read_profile(given: str) -> MetadataProfile:
    return read_choice(MetadataProfile, given, name="metadata_profile")


ChunkSettingsField: TypeAlias = Annotated[
    ChunkSettings,
    PlainValidator(read_chunking),
    PlainSerializer(chunking_as_values),
    WithJsonSchema({"type": "object"}),
]

JobSettingsField: TypeAlias = Annotated[
    JobSettings,
    PlainValidator(read_jobs),
    PlainSerializer(jobs_as_values),
    WithJsonSchema({"type": "object"}),
]

ProfileField: TypeAlias = Annotated[MetadataProfile, BeforeValidator(_read_profile), PlainSerializer(str)]

OnErrorField: TypeAlias = Annotated[OnError, PlainSerializer(str)]
