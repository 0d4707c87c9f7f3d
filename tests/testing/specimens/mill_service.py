"""The mill itself, as a script: what a plugin's author without an emulator writes."""

import json

from docferry.provider import Response
from docferry.testing import ErrorPlace, ScriptedTransport

KEY = "sk-mill-4711"
ADDRESS = "http://mill.test"


def answer(value, status=200):
    return Response(
        status=status, headers={"content-type": "application/json"}, body=json.dumps(value).encode()
    )


class MillService:
    """Done at the second question about a job."""

    def __init__(self):
        self.options = {"base_url": ADDRESS, "api_key": KEY}
        self.submission_count = 0
        self.texts = {}
        self.asked = {}
        self.failures = {}
        self.refusals = {}
        self.says_unknown_word = False

    def transport(self, network):
        return ScriptedTransport(self.answer)

    def fail(self, place, code, *, times=1):
        self.refusals[place] = [code] * times

    def refusal(self, place):
        codes = self.refusals.get(place)
        return codes.pop() if codes else None

    def use_unknown_word(self):
        self.says_unknown_word = True

    def answer(self, request):
        is_known = request.headers.get("x-key") == KEY
        kind, _, number = request.url.removeprefix(ADDRESS).strip("/").partition("/")
        if kind == "account":
            return answer({"is_valid": is_known})
        if not is_known:
            return answer({"code": "bad_key"}, 401)
        if kind == "jobs" and not number:
            return self.submit(request)
        if number not in self.texts:
            return answer({"code": "unknown"}, 404)
        return self.status(number) if kind == "jobs" else self.result(number)

    def submit(self, request):
        code = self.refusal(ErrorPlace.SUBMIT)
        if code:
            return answer({"code": code}, 422)
        self.submission_count += 1
        number = str(self.submission_count)
        self.texts[number] = request.upload.read_bytes()
        self.failures[number] = self.refusal(ErrorPlace.JOB)
        return answer({"job": number})

    def status(self, number):
        code = self.refusal(ErrorPlace.POLL)
        if code:
            return answer({"code": code}, 422)
        if self.says_unknown_word:
            self.says_unknown_word = False
            return answer({"state": "pondering"})
        self.asked[number] = self.asked.get(number, 0) + 1
        if self.asked[number] == 1:
            return answer({"state": "grinding"})
        return answer({"state": f"failed:{self.failures[number]}" if self.failures[number] else "done"})

    def result(self, number):
        return Response(status=200, headers={"content-type": "text/plain"}, body=self.texts[number])
