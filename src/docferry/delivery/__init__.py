"""What the two adapters share: their settings, and what a failed source means to a framework's stream.

Nothing here knows a framework. The adapters turn outcomes into their framework's objects and nothing else.
"""

from docferry.delivery.delivery import Delivery, LoadSettings, OnErrorInput, ProfileInput, SplitInput
from docferry.delivery.failures import FailurePolicy
from docferry.delivery.inputs import SourcesInput, source_name, sources_on, sources_to_repeat
from docferry.delivery.jobs import JobsInput, jobs_as_values, read_jobs
from docferry.delivery.options import OptionsInput
from docferry.delivery.passages import Passage, cut_text
from docferry.delivery.picture import KindsInput, Picture, PictureSettings
from docferry.delivery.pictures import cut_pictures, cut_pictures_async
from docferry.delivery.reading import choose_provider, chunking_as_values, read_choice, read_chunking

__all__ = [
    "Delivery",
    "FailurePolicy",
    "JobsInput",
    "KindsInput",
    "LoadSettings",
    "OnErrorInput",
    "OptionsInput",
    "Passage",
    "Picture",
    "PictureSettings",
    "ProfileInput",
    "SourcesInput",
    "SplitInput",
    "choose_provider",
    "chunking_as_values",
    "cut_pictures",
    "cut_pictures_async",
    "cut_text",
    "jobs_as_values",
    "read_choice",
    "read_chunking",
    "read_jobs",
    "source_name",
    "sources_on",
    "sources_to_repeat",
]
