"""Mill providers that are broken in one way each, and the tests of the job contract that must notice."""

from broken_paper import broken

__all__ = ["BROKEN"]


def spoken(methods):
    """A provider that speaks with the service in another way."""
    return f"""
class MillApi(MillApi):
{methods}
"""


def read_otherwise(change):
    """A provider that reads answers in another way."""
    return spoken(f"    def read(self, response):\n{change}\n        return super().read(response)\n")


BROKEN = {
    "does not miss its key": broken(
        "test_missing_key_is_named_before_anything_is_sent",
        code="""
def key_of(options):
    given = options.api_key.get_secret_value() if options.api_key else ""
    return given or read_environment("MILL_API_KEY") or "nobody"

""",
        says="is no MissingCredentialError",
    ),
    "misses its key without a name": broken(
        "test_missing_key_is_named_before_anything_is_sent",
        code="""
honest = key_of

def key_of(options):
    try:
        return honest(options)
    except MissingCredentialError:
        raise MissingCredentialError("no key", next_step="give one") from None

""",
        says="name the variable to set",
    ),
    "never looks into the environment": broken(
        "test_key_in_the_environment_is_enough",
        "test_variables_on_the_card_are_those_that_are_read",
        code="""
def key_of(options):
    if options.api_key is None:
        raise MissingCredentialError("no key", next_step="set MILL_API_KEY")
    return options.api_key.get_secret_value()

""",
    ),
    "shows its key": broken(
        "test_protocol_describes_itself",
        code=spoken("    def __repr__(self):\n        return f'MillApi({self.key})'\n"),
    ),
    "has a nameless protocol": broken(
        "test_protocol_describes_itself",
        code="from dataclasses import replace\n"
        + spoken(
            "    @property\n    def identity(self):\n"
            "        return replace(super().identity, protocol_version='')\n"
        ),
        says="version of the protocol",
    ),
    "believes in every key": broken(
        "test_account_is_told_and_a_wrong_key_is_noticed",
        code=spoken(
            "    def account(self):\n        yield Request(method='GET', url=f'{self.base_url}/account')\n"
            "        return AccountStatus(is_valid=True)\n"
        ),
    ),
    "shrugs when asked to cancel": broken(
        "test_cancelling_is_answered",
        code=spoken("    def cancel(self, receipt):\n        yield from ()\n"),
    ),
    "marks nothing as paid": broken(
        "test_each_document_is_submitted_once",
        "test_submission_that_was_not_sent_is_repeated",
        code=spoken(
            "    def submit(self, items):\n        exchange = super().submit(items)\n"
            "        response = yield replace(next(exchange), commits=False)\n"
            "        try:\n            exchange.send(response)\n"
            "        except StopIteration as end:\n            return end.value\n"
        ),
        says="commits=True",
        is_alone=False,
    ),
    "marks the wrong request as paid": broken(
        "test_killed_process_that_heard_no_answer_is_not_repeated",
        "test_submission_without_a_readable_answer_is_not_repeated",
        code=spoken(
            "    def submit(self, items):\n"
            "        yield Request(method='GET', url=f'{self.base_url}/account', commits=True)\n"
            "        exchange = super().submit(items)\n"
            "        response = yield replace(next(exchange), commits=False)\n"
            "        try:\n            exchange.send(response)\n"
            "        except StopIteration as end:\n            return end.value\n"
        ),
        is_alone=False,
    ),
    "mistakes the files of a batch for each other": broken(
        "test_files_submitted_together_get_their_own_results",
        code="from docferry.provider import Leg\n"
        + spoken(
            "    batch_limit = 2\n"
            "    def batch_key(self, item):\n        return ''\n"
            "    def submit(self, items):\n"
            "        yield from ()\n"
            "        return tuple(self.leg(item) for item in reversed(items))\n"
            "    def leg(self, item):\n"
            "        return Leg(exchange=lambda: self.put(item))\n"
            "    def put(self, item):\n"
            "        (receipt,) = yield from MillApi.__mro__[1].submit(self, [item])\n"
            "        return receipt\n"
        ),
        says="got the result of another file",
    ),
    "remembers what it fetched": broken(
        "test_cached_result_is_the_same_document_and_sends_nothing",
        "test_job_submitted_now_is_collected_later_without_its_source",
        "test_trouble_while_fetching_passes",
        code=spoken(
            "    seen = ''\n"
            "    def fetch(self, status):\n        self.seen = status.raw_state\n"
            "        yield from super().fetch(status)\n"
            "    def map(self, payload, *, pages, fingerprint):\n"
            "        document = super().map(payload, pages=pages, fingerprint=fingerprint)\n"
            "        elements = tuple(replace(e, raw_kind=self.seen) for e in document.elements)\n"
            "        return replace(document, elements=elements)\n"
        ),
    ),
    "remembers where it asked": broken(
        "test_killed_process_is_followed_by_one_that_attaches",
        "test_job_submitted_now_is_collected_later_without_its_source",
        code=spoken(
            "    def remote_id(self, body):\n"
            "        self.places = {body['job']: f'{self.base_url}/jobs/' + body['job']}\n"
            "        return super().remote_id(body)\n"
            "    def poll(self, receipts):\n"
            "        url = self.places[receipts[0].remote_id]\n"
            "        response = yield Request(method='GET', url=url, headers=self.headers)\n"
            "        return (self.status_of(receipts[0], self.read(response)['state']),)\n"
        ),
    ),
    "pays again at a new address": broken(
        "test_options_that_reach_the_service_change_no_result",
        code="class MillOptions(MillOptions):\n    base_url: str | None = None\n    'Address.'\n"
        "@hookimpl\ndef docferry_provider_info():\n    return card(options_type=MillOptions)\n",
        says="'base_url'",
    ),
    "keeps its key with the result": broken(
        "test_ledger_and_cache_hold_no_secrets",
        code=spoken(
            "    def fetch(self, status):\n"
            "        yield Keep(name='headers', media_type='text/plain', data=self.key.encode())\n"
            "        yield from super().fetch(status)\n"
        ),
        says="holds a key",
    ),
    "writes the document into its receipt": broken(
        "test_ledger_and_cache_hold_no_secrets",
        code=spoken(
            "    def submit(self, items):\n"
            "        text = items[0].file.read_bytes().decode('latin-1')\n"
            "        (receipt,) = yield from super().submit(items)\n"
            "        return (replace(receipt, item_id=text),)\n"
        ),
        says="holds text of the document",
    ),
    "takes an error for another": broken(
        "test_documented_error_has_its_remedy",
        code="BY_CODE = {**BY_CODE, 'no_pages': JobFailedError}",
        says="JobFailedError",
    ),
    "shows its key when refused": broken(
        "test_documented_error_has_its_remedy",
        code=read_otherwise(
            "        if response.status == 422:\n"
            "            code = response.json(provider='mill')['code']\n"
            "            raise error_of(code, next_step=f'not {self.key}')\n"
        ),
        says="sk-mill",
    ),
    "signs its errors with another name": broken(
        "test_documented_error_has_its_remedy",
        code=read_otherwise(
            "        if response.status == 422 and b'no_pages' in response.body:\n"
            "            raise QuotaExceededError('no pages left', provider='miller')\n"
        ),
        says="names its provider",
    ),
    "takes an unknown word for a failure": broken(
        "test_unknown_status_word_is_waited_for",
        "test_polls_keep_to_the_services_pace",
        code=spoken(
            "    def status_of(self, receipt, word):\n"
            "        status = super().status_of(receipt, word)\n"
            "        return status if status.is_known else replace(status, state=JobState.FAILED)\n"
        ),
    ),
    "asks without a pause": broken(
        "test_polls_keep_to_the_services_pace",
        code=spoken(
            "    def poll(self, receipts):\n"
            "        yield from super().poll(receipts)\n"
            "        return (yield from super().poll(receipts))\n"
        ),
    ),
    "has no pace": broken(
        "test_polls_keep_to_the_services_pace",
        code=spoken("    poll_advice = PollAdvice(floor_seconds=0.0)\n"),
    ),
    "stumbles over an unreadable receipt": broken(
        "test_submission_without_a_readable_answer_is_not_repeated",
        code=spoken(
            "    def submit(self, items):\n        exchange = super().submit(items)\n"
            "        response = yield next(exchange)\n"
            "        if response.status == 200:\n            json.loads(response.body)\n"
            "        try:\n            exchange.send(response)\n"
            "        except StopIteration as end:\n            return end.value\n"
        ),
    ),
    "takes busy for no": broken(
        "test_busy_service_gets_the_submission_later",
        "test_retry_after_of_a_busy_service_is_obeyed",
        code=spoken(
            "    def submit(self, items):\n        exchange = super().submit(items)\n"
            "        response = yield next(exchange)\n"
            "        if response.status == 429:\n            raise RejectedError('no', provider='mill')\n"
            "        try:\n            exchange.send(response)\n"
            "        except StopIteration as end:\n            return end.value\n"
        ),
    ),
    "does not read Retry-After": broken(
        "test_retry_after_of_a_busy_service_is_obeyed",
        code=read_otherwise(
            "        if response.status == 429:\n"
            "            raise RateLimitedError('busy', provider='mill')\n"
        ),
    ),
    "stumbles over an unreadable status": broken(
        "test_trouble_while_polling_passes",
        code=spoken(
            "    def poll(self, receipts):\n        exchange = super().poll(receipts)\n"
            "        response = yield next(exchange)\n"
            "        if response.status == 200:\n            json.loads(response.body)\n"
            "        try:\n            exchange.send(response)\n"
            "        except StopIteration as end:\n            return end.value\n"
        ),
    ),
    "fetches what cannot be fetched twice": broken(
        "test_trouble_while_fetching_passes",
        code=spoken(
            "    def fetch(self, status):\n"
            "        yield replace(next(super().fetch(status)), method='POST')\n"
        ),
    ),
}
