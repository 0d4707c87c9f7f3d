"""Paper providers that are broken in one way each, and the tests of the contract that must notice."""

from dataclasses import dataclass, field

__all__ = ["BROKEN", "Broken"]


@dataclass(frozen=True)
class Broken:
    """A broken provider.

    Args:
        code: Replaces parts of the honest one.
        fails: Exactly the tests that fail.
        says: What the failure says, in part.
        tests: Replaces parts of the contract's subclass.
        is_alone: Whether those tests are all that fail; otherwise others fail too, because little works.
    """

    code: str
    fails: frozenset[str]
    says: str = ""
    tests: str = field(default="", repr=False)
    is_alone: bool = True


def broken(*fails, code, says="", tests="", is_alone=True):
    return Broken(code=code, fails=frozenset(fails), says=says, tests=tests, is_alone=is_alone)


def parsed(body):
    """A provider whose parse does something with the pages of the source."""
    lines = body.strip().splitlines()
    return "\n".join(
        [
            "@hookimpl",
            "async def docferry_parse(source, pages, options, context):",
            "    sheets, fingerprint = await opened(source, context)",
            *(f"    {line}" for line in lines),
        ]
    )


def carded(changes, code=""):
    """A provider with another card."""
    return f"{code}\n@hookimpl\ndef docferry_provider_info():\n    return card({changes})\n"


def changed(changes):
    """A provider that changes every element."""
    return parsed(
        f"""
document = document_of(sheets, fingerprint)
elements = tuple(replace(element, {changes}) for element in document.elements)
return replace(document, elements=elements)
"""
    )


def optioned(fields):
    """A provider with other options."""
    return carded("options_type=PaperOptions", f"class PaperOptions(PaperOptions):\n    {fields}\n")


LETTER_ONLY = "    samples = (LETTER,)"
TORN = '    corrupt_samples = (Sample(name="torn.txt", content=b"The first page of the letter. F\\xe4hre"),)'

BROKEN = {
    "calls itself something else": broken(
        "test_plugin_loads_like_a_strangers",
        code=carded("name='papyrus'"),
        says="papyrus",
        is_alone=False,
    ),
    "has no title": broken("test_card_is_complete", code=carded("title=''"), says="name for people"),
    "shouts its suffix": broken(
        "test_formats_have_lower_case_suffixes_with_a_dot",
        code=carded(
            "formats=(PDF, FileFormat(name='Text', media_types=('text/plain',), suffixes=('.TXT',)))"
        ),
        says="'.TXT'",
    ),
    "has a media type of its own": broken(
        "test_formats_call_files_what_docferry_calls_them",
        code=carded(
            "formats=(TEXT, PDF, FileFormat(name='Markdown', media_types=('text/x-md',), suffixes=('.md',)))"
        ),
        says="docferry calls .md files text/markdown",
    ),
    "has jobs and no hook for them": broken(
        "test_abilities_fit_the_hooks",
        code=carded("abilities=frozenset({Ability.BOXES, Ability.REMOTE, Ability.JOBS})"),
        says="go together",
        is_alone=False,  # what it takes is asked of the hook
    ),
    "says that its service calls back and has no hook for it": broken(
        "test_abilities_fit_the_hooks",
        code=carded("abilities=frozenset({Ability.BOXES, Ability.WEBHOOK})"),
        says="go together",
    ),
    "takes calls without a secret": broken(
        "test_abilities_fit_the_hooks",
        code=carded("abilities=frozenset({Ability.BOXES, Ability.WEBHOOK})")
        + "\n@hookimpl\ndef docferry_webhook(headers, body, settings):\n    return ()\n",
        says="needs a secret first",
    ),
    "does not say what an option does": broken(
        "test_options_are_documented",
        code=carded(
            "options_type=PaperOptions",
            "class PaperOptions(ProviderOptions):\n    'Options.'\n    model_config = "
            "{'use_attribute_docstrings': False}\n    capitals: bool = False\n    'Not found.'\n",
        ),
        says="'capitals'",
    ),
    "needs an option": broken(
        "test_options_have_defaults",
        code=optioned("drawer: int\n    'Which drawer.'"),
        tests="    @pytest.fixture\n    def options(self):\n        return {'drawer': 1}",
        says="'drawer'",
    ),
    "has a variable in lower case": broken(
        "test_environment_variables_have_the_usual_form",
        code=carded("environment=('paper_tray',)")
        + parsed("read_environment('paper_tray')\nreturn document_of(sheets, fingerprint)"),
        says="'paper_tray'",
    ),
    "imports a client": broken(
        "test_import_is_light_and_reads_no_environment", code="import httpx", says="'httpx'"
    ),
    "imports its engine": broken(
        "test_import_is_light_and_reads_no_environment",
        code="import csv",
        tests="    heavy_modules = ('csv',)",
        says="'csv'",
    ),
    "reads a key at import": broken(
        "test_import_is_light_and_reads_no_environment",
        code="import os\nKEY = os.getenv('PAPER_API_KEY')",
        says="'PAPER_API_KEY'",
    ),
    "reads a variable that it does not name": broken(
        "test_variables_on_the_card_are_those_that_are_read",
        code=parsed("read_environment('PAPER_TRAY')\nreturn document_of(sheets, fingerprint)"),
        says="'PAPER_TRAY'",
    ),
    "names a variable that it does not read": broken(
        "test_variables_on_the_card_are_those_that_are_read",
        code=carded("environment=('PAPER_TRAY',)"),
        says="read what the card names",
    ),
    "has options of another name": broken(
        "test_options_have_their_usual_name",
        code=carded("options_type=Settings", "class Settings(PaperOptions):\n    'Options.'"),
        says="PaperOptions is the options class",
    ),
    "has no loader": broken(
        "test_loader_has_its_usual_name_and_loads",
        code="LAZY = {'PaperReader': 'paper_llama_index'}",
        says="no class PaperLoader",
    ),
    "has a reader of another provider": broken(
        "test_reader_has_its_usual_name_and_reads",
        code="""
honest = __getattr__

def __getattr__(name):
    if name == "PaperReader":
        from docferry_echo import EchoReader
        return EchoReader
    return honest(name)
""",
        says="there is no provider 'echo'",
    ),
    "invents a page": broken(
        "test_pages_are_all_there_and_count_from_one",
        code=parsed("return document_of([*sheets, ''], fingerprint)"),
        tests=LETTER_ONLY,
    ),
    "counts pages from two": broken(
        "test_pages_are_all_there_and_count_from_one",
        "test_text_stands_on_its_page_in_reading_order",
        code=parsed(
            """
document = document_of(['', *sheets], fingerprint)
return replace(document, pages=document.pages[1:])
"""
        ),
        tests=LETTER_ONLY,
    ),
    "drops the last element": broken(
        "test_text_stands_on_its_page_in_reading_order",
        code=parsed(
            "document = document_of(sheets, fingerprint)\n"
            "return replace(document, elements=document.elements[:-1])"
        ),
        tests=LETTER_ONLY,
        says="page 2 lacks",
    ),
    "reads backwards": broken(
        "test_text_stands_on_its_page_in_reading_order",
        code=parsed(
            "document = document_of(sheets, fingerprint)\n"
            "return replace(document, elements=document.elements[::-1])"
        ),
        says="in another place of its order",
    ),
    "takes running heads for text": broken(
        "test_furniture_is_kept_and_flagged",
        code=changed("is_furniture=False"),
        says="headers, footers and page numbers are furniture",
    ),
    "drops running heads": broken(
        "test_furniture_is_kept_and_flagged",
        code=parsed(
            "document = document_of(sheets, fingerprint)\n"
            "kept = tuple(element for element in document.elements if not element.is_furniture)\n"
            "return replace(document, elements=kept)"
        ),
        says="'The post' is lost",
    ),
    "signs with another name": broken(
        "test_document_names_its_provider_and_its_source",
        code=parsed("return document_of(sheets, fingerprint, provider='papyrus')"),
    ),
    "makes the fingerprint up": broken(
        "test_document_names_its_provider_and_its_source",
        code=parsed("return document_of(sheets, 'sha256:0')"),
    ),
    "keeps the bullets": broken(
        "test_elements_keep_the_rules_of_the_model",
        code=changed(
            "kind=ElementKind.LIST_ITEM, text='• ' + element.text, level=1, is_furniture=element.is_furniture"
        ),
        says="no bullet sign",
    ),
    "writes a caption for nothing": broken(
        "test_elements_keep_the_rules_of_the_model",
        code=changed("caption_of='p9-e9'"),
        says="the caption of nothing",
    ),
    "promises boxes": broken(
        "test_boxes_are_given_as_the_card_says",
        code=changed("regions=tuple(Region(page=region.page) for region in element.regions)"),
    ),
    "hides its boxes": broken("test_boxes_are_given_as_the_card_says", code=carded("abilities=frozenset()")),
    "writes a table's text twice": broken(
        "test_chunks_lose_no_text",
        code=changed(
            "table=Table(n_rows=1, n_columns=1, cells=(TableCell(row=0, column=0, text=element.text),))"
        ),
        says="lack text",
    ),
    "uses a list for a tuple": broken(
        "test_document_survives_its_encoding",
        code=parsed("return document_of(sheets, fingerprint, warnings=[])"),
    ),
    "rolls dice for ids": broken(
        "test_same_bytes_give_the_same_document",
        code="import uuid\n" + changed("id=str(uuid.uuid4())"),
        says="element ids are stable",
    ),
    "tells the time": broken(
        "test_same_bytes_give_the_same_document",
        code="import time\n" + changed("raw_kind=str(time.monotonic_ns())"),
    ),
    "stumbles over Chinese names": broken(
        "test_paths_and_bytes_give_the_same_text",
        code=parsed("source.name.encode('ascii')\nreturn document_of(sheets, fingerprint)"),
        says="UnicodeEncodeError",
    ),
    "wants bytes": broken(
        "test_paths_and_bytes_give_the_same_text",
        "test_loader_has_its_usual_name_and_loads",
        "test_reader_has_its_usual_name_and_reads",
        code=parsed("len(source.origin)\nreturn document_of(sheets, fingerprint)"),
        says="TypeError",
    ),
    "counts selected pages from one": broken(
        "test_selected_pages_keep_their_numbers",
        code=carded("abilities=frozenset({Ability.BOXES, Ability.PAGE_SELECTION})")
        + parsed(
            """
wanted = [sheets[number - 1] for number in pages.within(len(sheets))] if pages else sheets
if not wanted:
    raise SourceError('has no such page', next_step='select others')
return document_of(wanted, fingerprint)
"""
        ),
        says="those of the whole file",
    ),
    "ignores the selection": broken(
        "test_selected_pages_keep_their_numbers",
        "test_pages_behind_the_end_are_refused",
        code=carded("abilities=frozenset({Ability.BOXES, Ability.PAGE_SELECTION})"),
    ),
    "finds nothing behind the end": broken(
        "test_pages_behind_the_end_are_refused",
        code=carded("abilities=frozenset({Ability.BOXES, Ability.PAGE_SELECTION})")
        + parsed(
            """
document = document_of(sheets, fingerprint)
wanted = set(range(1, len(sheets) + 1) if pages is None else pages.within(len(sheets)))
return replace(
    document,
    pages=tuple(page for page in document.pages if page.number in wanted),
    elements=tuple(e for e in document.elements if e.regions[0].page in wanted),
)
"""
        ),
        says="was parsed, but must fail",
    ),
    "opens files itself": broken(
        "test_empty_file_is_refused",
        code="""
import hashlib

@hookimpl
async def docferry_parse(source, context):
    data = source.origin if isinstance(source.origin, bytes) else source.origin.read_bytes()
    media_type = "application/pdf" if data.startswith(b"%PDF") else "text/plain"
    return document_of(pages_of(data, media_type), "sha256:" + hashlib.sha256(data).hexdigest())
""",
        tests=LETTER_ONLY,
        says="was parsed, but must fail",
    ),
    "blames itself for what it cannot read": broken(
        "test_unsupported_file_is_refused",
        code="""
@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except UnsupportedSourceError as error:
        raise RejectedError("no", provider="paper") from error
""",
        says="RejectedError is no UnsupportedSourceError",
    ),
    "swallows errors": broken(
        "test_corrupt_file_is_refused",
        code="""
@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError:
        return document_of([], "sha256:0")
""",
        says="was parsed, but must fail",
    ),
    "raises whatever comes": broken(
        "test_corrupt_file_is_refused",
        code="""
@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError as error:
        raise ValueError("bad file") from error
""",
        says="ProviderBugError is no error about the source",
    ),
    "shows a traceback": broken(
        "test_corrupt_file_is_refused",
        code="""
import traceback

@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError as error:
        raise CorruptSourceError(traceback.format_exc(), next_step="despair") from error
""",
        says="not the text of a traceback",
    ),
    "knows no next step": broken(
        "test_corrupt_file_is_refused",
        code="""
@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError as error:
        raise CorruptSourceError("it is torn") from error
""",
        says="says what to do next",
    ),
    "quotes the document": broken(
        "test_corrupt_file_is_refused",
        code="""
@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError as error:
        text = source.origin.decode("latin-1")
        raise CorruptSourceError(f"cannot read '{text}'", next_step="write clearly") from error
""",
        tests=f"{LETTER_ONLY}\n{TORN}",
        says="no text of the document",
    ),
    "raises errors that do not travel": broken(
        "test_corrupt_file_is_refused",
        code="""
class TornError(CorruptSourceError):
    def __init__(self, message, place):
        super().__init__(f"{message} at {place}", next_step="mend it")

@hookimpl
async def docferry_parse(source, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError as error:
        raise TornError("it is torn", "the top") from error
""",
        says="does not survive pickling",
    ),
    "gives up after one bad file": broken(
        "test_failed_source_costs_no_other",
        code="""
import asyncio
from docferry.errors import DocferryError, UnavailableError
GAVE_UP = set()

@hookimpl
async def docferry_parse(source, context):
    try:
        document = document_of(*await opened(source, context))
    except DocferryError:
        GAVE_UP.add(context.jobs.ledger)
        raise
    await asyncio.sleep(0.05)
    if context.jobs.ledger in GAVE_UP:
        raise UnavailableError("I give up", provider="paper")
    return document
""",
    ),
    "takes any option": broken(
        "test_unknown_option_is_named_with_the_one_that_was_meant",
        code=optioned("model_config = {'extra': 'ignore'}"),
        says="DID NOT RAISE",
    ),
    "has a key without a lock": broken(
        "test_secret_options_are_secret_types",
        code=optioned("api_key: str = ''\n    'Key.'"),
        says="'api_key'",
    ),
    "shows its secrets": broken(
        "test_secrets_are_not_in_what_options_show",
        code=optioned(
            "def __repr__(self):\n        return f'pin={self.pin and self.pin.get_secret_value()}'"
        ),
        says="marker-",
    ),
    "has options that do not travel": broken(
        "test_options_survive_pickling",
        code="import threading, pydantic\n"
        + optioned("_lock = pydantic.PrivateAttr(default_factory=threading.Lock)"),
        says="cannot pickle",
    ),
    "logs its secrets": broken(
        "test_secrets_are_not_in_logs_or_errors",
        code="import logging\n"
        + parsed(
            """
if options.pin:
    logging.getLogger("paper").debug("pin %s", options.pin.get_secret_value())
return document_of(sheets, fingerprint)
"""
        ),
        says="marker-",
    ),
    "puts its secrets into errors": broken(
        "test_secrets_are_not_in_logs_or_errors",
        code="""
@hookimpl
async def docferry_parse(source, options, context):
    try:
        return document_of(*await opened(source, context))
    except CorruptSourceError as error:
        pin = options.pin.get_secret_value() if options.pin else ""
        raise CorruptSourceError("it is torn", next_step="mend it") from ValueError(f"pin was {pin}")
""",
        says="marker-",
    ),
    "blocks": broken(
        "test_parse_leaves_the_loop_to_others",
        code="import time\n" + parsed("time.sleep(0.2)\nreturn document_of(sheets, fingerprint)"),
        says="use context.run_in_thread",
    ),
    "works on the loop": broken(
        "test_parse_leaves_the_loop_to_others",
        code="import time\n"
        + parsed(
            "end = time.thread_time() + 0.2\nwhile time.thread_time() < end:\n    pass\n"
            "return document_of(sheets, fingerprint)"
        ),
        says="use context.run_in_thread",
    ),
    "does not let go": broken(
        "test_cancelled_parse_ends_and_leaves_nothing_running",
        code="import asyncio\n"
        + parsed(
            """
try:
    await asyncio.sleep(0.1)
except asyncio.CancelledError:
    pass
return document_of(sheets, fingerprint)
"""
        ),
        says="does not end with CancelledError",
    ),
    "clings to its work": broken(
        "test_cancelled_parse_ends_and_leaves_nothing_running",
        code="import asyncio, time\n"
        + parsed(
            """
end = None
while end is None or time.monotonic() < end:
    try:
        await asyncio.sleep(0.05)
        if end is None:
            break
    except asyncio.CancelledError:
        end = time.monotonic() + 7
return document_of(sheets, fingerprint)
"""
        ),
        says="still runs 5 s later",
    ),
    "leaves a task behind": broken(
        "test_cancelled_parse_ends_and_leaves_nothing_running",
        code="import asyncio\nTASKS = []\nasync def watch():\n    await asyncio.sleep(8)\n"
        + parsed(
            "TASKS.append(asyncio.create_task(watch()))\nawait asyncio.sleep(0.05)\n"
            "return document_of(sheets, fingerprint)"
        ),
        says="leaves tasks running",
    ),
    "takes one visitor at a time": broken(
        "test_parses_from_several_threads_at_once",
        code="""
import time
VISITORS = []

def visit(source):
    VISITORS.append(source)
    try:
        time.sleep(0.05)
        if len(VISITORS) > 2:
            raise RuntimeError("one at a time")
    finally:
        VISITORS.remove(source)
"""
        + parsed("await context.run_in_thread(visit, source)\nreturn document_of(sheets, fingerprint)"),
        says="ProviderBugError",
    ),
    "prints": broken(
        "test_parse_prints_nothing_and_leaves_logging_alone",
        code=parsed("print('parsing')\nreturn document_of(sheets, fingerprint)"),
        says="use logging.getLogger",
    ),
    "configures logging": broken(
        "test_parse_prints_nothing_and_leaves_logging_alone",
        code="import logging\n"
        + parsed(
            "logging.getLogger().addHandler(logging.NullHandler())\nreturn document_of(sheets, fingerprint)"
        ),
        says="the root logger is the user's",
    ),
}
