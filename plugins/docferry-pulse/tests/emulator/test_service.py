"""The protocol over real HTTP: states, keys, limits, errors, large results, operations, webhooks, faults."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from pulse_documents import small_pdf
from pulse_shapes import code_of

from docferry.provider import WebhookSettings
from docferry_pulse.emulator.words import ERRORS
from docferry_pulse.webhook import read_events


class TestJobs:
    def test_states_follow_the_times(self, serve, clock):
        client = serve(settings={"canned_pages": 1, "queue_seconds": 5, "work_seconds": 10})
        job_id = client.job_id()
        assert client.job(job_id)["status"] == "pending"
        clock.advance(6)
        assert client.job(job_id)["status"] == "processing"
        clock.advance(10)
        told = client.wait(job_id)
        assert told["status"] == "completed"
        assert set(told) == {"job_id", "status", "created_at", "updated_at", "result"}
        assert told["created_at"].endswith("Z")

    @pytest.mark.parametrize("status", ["200", "202"])
    def test_receipts_have_the_status_that_is_set(self, serve, status):
        client = serve(settings={"canned_pages": 1}, ack_status=status)
        answer = client.extract(**{"async": "true"})

        assert answer.status_code == int(status)
        assert set(answer.json()) == {"job_id", "status", "message"}

    def test_without_async_the_result_is_the_answer(self, canned):
        answer = canned.extract()

        assert answer.status_code == 200
        assert answer.json()["page_count"] == 2

    def test_the_deprecated_path_is_async(self, canned):
        answer = canned.send("POST", "/extract_async", files={"file": ("a.pdf", b"%PDF-1.4 x")})

        assert answer.json()["status"] == "pending"

    @pytest.mark.parametrize(
        ("word", "method", "path"), [("canceled", "DELETE", "/job"), ("cancelled", "POST", "/cancel")]
    )
    def test_a_job_is_cancelled(self, serve, word, method, path):
        client = serve(settings={"canned_pages": 1, "work_seconds": 100}, cancel_word=word)
        job_id = client.job_id()
        answer = client.send(method, f"{path}/{job_id}")

        assert answer.json() == {"job_id": job_id, "message": "Job cancelled successfully"}
        assert client.job(job_id)["status"] == word

    def test_a_job_that_has_ended_stays_as_it_is(self, canned):
        job_id = canned.job_id()
        canned.wait(job_id)
        canned.send("DELETE", f"/job/{job_id}")

        assert canned.job(job_id)["status"] == "completed"

    def test_a_job_expires_after_its_retention(self, serve, clock):
        client = serve(settings={"canned_pages": 1, "retention_seconds": 60})
        job_id = client.job_id()
        client.wait(job_id)
        clock.advance(61)
        told = client.job(job_id)

        assert told["status"] == "expired"
        assert "result" not in told

    def test_another_account_does_not_see_the_job(self, serve):
        client = serve(settings={"canned_pages": 1, "api_keys": ("sk-1", "sk-2")})
        job_id = client.job_id()

        assert code_of(client.send("GET", f"/job/{job_id}", key="sk-2")) == (404, "JOB_001")

    @pytest.mark.parametrize("form", ["text", "object"])
    def test_a_failed_job_says_why(self, serve, form):
        client = serve(failure_form=form, corrupt_at="parse")
        told = client.wait(client.job_id(b"%PDF-1.4 broken"))

        assert told["status"] == "failed"
        assert isinstance(told["error"], str if form == "text" else dict)


class TestErrors:
    @pytest.mark.parametrize(("key", "code"), [("", "AUTH_001"), ("sk-nobody", "AUTH_002")])
    def test_keys_are_checked_everywhere(self, canned, key, code):
        for method, path in (
            ("POST", "/extract"),
            ("GET", "/job/0"),
            ("DELETE", "/job/0"),
            ("GET", "/pages"),
            ("POST", "/webhook"),
        ):
            files = {"file": ("a.pdf", b"%PDF-1.4 x")} if path == "/extract" else None
            assert code_of(canned.send(method, path, key=key, files=files)) == (401, code), path
        for path in ("/split", "/schema"):
            assert code_of(canned.send("POST", path, key=key, json={})) == (401, code), path

    @pytest.mark.parametrize(
        ("file", "fields", "error"),
        [
            (("a.xyz", b"x"), {}, (400, "FILE_001")),
            (("a.pdf", b"%PDF-1.4 broken"), {}, (400, "FILE_003")),
            (("a.pdf", b""), {}, (400, "FILE_004")),
            (("a.txt", b"x" * 2000), {}, (413, "FILE_002")),
            (("a.txt", b"x"), {"model": "gpt"}, (400, "REQ_003")),
            (("a.txt", b"x"), {"chunking": "lines"}, (400, "REQ_003")),
            (("a.txt", b"x"), {"extensions": {"chunking": {"chunk_size": 99}}}, (400, "REQ_005")),
            (("a.txt", b"x"), {"extensions": "words"}, (400, "REQ_002")),
            (("a.txt", b"x"), {"pages": "2-"}, (400, "REQ_006")),
            (("a.txt", b"x"), {"pages": "0"}, (400, "REQ_006")),
            (("a.txt", b"x"), {"file_url": "http://127.0.0.1/a.pdf"}, (400, "REQ_001")),
        ],
    )
    def test_bad_requests_have_their_codes(self, serve, file, fields, error):
        client = serve(settings={"max_size_bytes": 1000})

        assert code_of(client.extract(file, **fields)) == error
        assert client.counters.submissions.total() == 0

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (b"{", (400, "REQ_002")),
            (b"[]", (400, "REQ_002")),
            (b"{}", (400, "REQ_001")),
            (b'{"file": "JVBERi0="}', (400, "REQ_001")),
            (b'{"file_url": "https://elsewhere.example/a.pdf"}', (400, "FILE_005")),
        ],
    )
    def test_json_needs_an_address_on_this_machine(self, canned, body, error):
        headers = {"x-api-key": canned.key, "content-type": "application/json"}

        assert code_of(canned.http.post(f"{canned.base_url}/extract", content=body, headers=headers)) == error

    def test_pages_behind_the_end_are_refused_with_the_count(self, serve):
        answer = serve().extract(small_pdf(), pages="2-3")

        assert code_of(answer) == (400, "REQ_006")
        assert "2 pages" in answer.json()["error"]["message"]

    def test_credits_run_out(self, serve):
        client = serve(settings={"canned_pages": 2}, credits=3)
        assert client.extract().is_success
        assert code_of(client.extract()) == (403, "BILLING_002")

    def test_the_rate_limit_says_when_to_come_back(self, serve):
        client = serve(settings={"canned_pages": 1, "requests_per_second": 1})
        client.send("GET", "/pages")
        answer = client.send("GET", "/pages")

        assert code_of(answer) == (429, "RATE_001")
        assert float(answer.headers["retry-after"]) > 0

    def test_too_many_jobs_at_once_are_refused(self, serve):
        client = serve(settings={"canned_pages": 1, "work_seconds": 100, "concurrency": 1})
        client.job_id()

        assert code_of(client.extract(**{"async": "true"})) == (429, "RATE_001")

    @pytest.mark.parametrize(
        ("form", "body"), [("text", {"error": "Job not found"}), ("detail", {"detail": "Job not found"})]
    )
    def test_errors_are_written_as_set(self, serve, form, body):
        assert serve(error_form=form).send("GET", "/job/0").json() == body

    @pytest.mark.parametrize("code", sorted(set(ERRORS) - {"JOB_001", "JOB_GONE"}))
    def test_every_code_can_be_had_from_the_fault_script(self, serve, code):
        client = serve(faults=[{"kind": "submit", "do": "refuse", "code": code}])
        answer = client.extract()

        assert answer.status_code >= 400
        assert answer.json()["error"]["code"] == code


class TestNaming:
    @pytest.mark.parametrize("name", ["figure_processing", "figureProcessing", "figure-processing"])
    def test_parameters_are_taken_in_every_case(self, serve, name):
        client = serve(settings={"canned_pages": 1})
        result = client.result(**{name: {"description": True}, "chunkSize": "500", "returnHtml": "true"})

        assert "html" in result["extensions"]["altOutputs"]
        assert any("chunk_size" in warning for warning in result["warnings"])

    def test_brackets_are_taken_too(self, canned):
        assert canned.result(**{"refine_options[tables]": "true", "storage[enabled]": "false"})["page_count"]
        assert "extraction_id" not in canned.result(**{"storage[enabled]": "false"})

    def test_parts_may_say_that_they_are_json(self, canned):
        files = {
            "file": ("a.pdf", b"%PDF-1.4 x", "application/pdf"),
            "extensions": (None, json.dumps({"altOutputs": {"returnHtml": True}}), "application/json"),
        }
        answer = canned.send("POST", "/extract", files=files)

        assert answer.json()["extensions"]["altOutputs"]["html"].startswith("<html>")

    @pytest.mark.parametrize(("naming", "name"), [("camel", "planInfo"), ("hyphen", "plan-info")])
    def test_results_are_spelt_as_set(self, serve, naming, name):
        result = serve(settings={"canned_pages": 1}, naming=naming).result()

        assert name in result
        assert "plan_info" not in result


class TestLargeResults:
    @pytest.mark.parametrize("sends_key", [True, False])
    def test_they_are_handed_out_once(self, serve, sends_key):
        client = serve(settings={"canned_pages": 2}, large_pages=1)
        stub = client.result()
        assert set(stub) == {"is_url", "url", "extraction_id", "page_count", "plan_info"}
        headers = {"x-api-key": client.key} if sends_key else {}

        first = client.http.get(stub["url"], headers=headers)
        assert first.json()["page_count"] == 2
        assert code_of(client.http.get(stub["url"], headers=headers))[0] == 410

    def test_they_are_handed_out_for_an_hour(self, serve, clock):
        client = serve(settings={"canned_pages": 2}, large_pages=1)
        stub = client.result()
        clock.advance(3601)

        assert client.http.get(stub["url"]).status_code == 410

    def test_the_service_may_want_the_key(self, serve):
        client = serve(settings={"canned_pages": 2}, large_pages=1, large_needs_key=True)
        stub = client.result()

        assert code_of(client.http.get(stub["url"])) == (401, "AUTH_001")
        assert client.http.get(stub["url"], headers={"x-api-key": client.key}).is_success

    @pytest.mark.parametrize("quirk", [{"large_bytes": 100}, {}])
    def test_many_bytes_or_a_wish_make_a_large_result(self, serve, quirk):
        client = serve(settings={"canned_pages": 1}, **quirk)

        assert client.result(force_url="true" if not quirk else "false")["is_url"] is True

    def test_a_storage_host_signs_its_addresses(self, serve, clock):
        client = serve(settings={"canned_pages": 2}, large_pages=1, large_at="storage")
        address = client.result()["url"]

        assert not address.startswith(client.base_url)
        assert client.http.get(address).json()["page_count"] == 2
        clock.advance(10_000)
        assert client.http.get(address).status_code == 403


class TestSteps:
    def test_a_split_and_a_schema_of_a_record(self, serve):
        client = serve()
        extraction_id = client.result(small_pdf())["extraction_id"]
        body = {"extraction_id": extraction_id, "split_config": {"split_input": [{"name": "tides"}]}}
        split = client.send("POST", "/split", json=body).json()
        assert split["split_output"]["splits"] == {"tides": [1]}

        schema = {"properties": {"water": {}}}
        body = {"extraction_id": extraction_id, "schema_config": {"input_schema": schema}, "async": True}
        told = client.wait(client.send("POST", "/schema", json=body).json()["job_id"])
        assert told["result"]["schema_output"]["values"] == {"water": "High water is at 06:12."}

        body = {"split_id": split["split_id"], "split_schema_config": {"tides": {"schema": schema}}}
        found = client.send("POST", "/schema", json=body).json()
        assert found["results"]["tides"]["values"]["water"]

    @pytest.mark.parametrize(
        ("path", "body", "error"),
        [
            ("/split", {}, (400, "REQ_004")),
            ("/split", {"extraction_id": "e"}, (400, "REQ_004")),
            ("/split", {"extraction_id": "e", "split_config_id": "c"}, (404, "STORAGE_001")),
            ("/split", {"extraction_id": "e", "split_config": {"split_input": [{}]}}, (400, "REQ_004")),
            ("/schema", {"extraction_id": "e"}, (400, "SCHEMA_001")),
            ("/schema", {"schema_config": {"schema_prompt": "p"}}, (400, "REQ_004")),
            ("/schema", {"split_id": "s"}, (404, "STORAGE_001")),
        ],
    )
    def test_bad_steps_have_their_codes(self, canned, path, body, error):
        assert code_of(canned.send("POST", path, json=body)) == error

    def test_without_storage_there_is_no_record(self, canned):
        assert "extraction_id" not in canned.result(storage={"enabled": False})


class TestWebhooks:
    def test_an_event_is_signed_and_comes_once_the_job_has_ended(self, serve):
        calls, arrived = [], threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()
                arrived.set()

            def log_message(self, *_arguments):
                pass

        receiver = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{receiver.server_port}"
        client = serve(settings={"canned_pages": 1}, webhook_url=address, webhook_secret="whsec_c2VjcmV0")
        job_id = client.job_id()
        assert arrived.wait(60)
        receiver.shutdown()
        receiver.server_close()

        ((headers, body),) = calls
        now = float(headers["webhook-timestamp"])
        settings = WebhookSettings(now=now, environment={"PULSE_WEBHOOK_SECRET": "whsec_c2VjcmV0"})
        (event,) = read_events(headers, body, settings)
        assert event.remote_id == job_id

    def test_the_portal_has_an_address(self, canned):
        assert canned.send("POST", "/webhook").json()["link"].startswith("https://")


class TestFaults:
    @pytest.mark.parametrize(
        "kind", ["submit", "extract_async", "poll", "cancel", "large", "image", "split", "schema", "account"]
    )
    def test_every_kind_of_request_meets_its_faults(self, serve, kind):
        client = serve(
            settings={"canned_pages": 1},
            faults=[{"kind": kind, "do": "status", "status": 503, "retry_after_seconds": 4}],
        )
        calls = {
            "submit": ("POST", "/extract"),
            "extract_async": ("POST", "/extract_async"),
            "poll": ("GET", "/job/0"),
            "cancel": ("DELETE", "/job/0"),
            "large": ("GET", "/large_results/0"),
            "image": ("GET", "/results/0/images/a.png"),
            "split": ("POST", "/split"),
            "schema": ("POST", "/schema"),
            "account": ("GET", "/pages"),
        }
        method, path = calls[kind]
        answer = client.send(method, path, json={"file_url": "http://127.0.0.1:9/a.pdf"})

        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "4"
        assert client.counters.faults["status"] == 1

    def test_a_lost_job_is_unknown(self, serve):
        client = serve(settings={"canned_pages": 1}, faults=[{"kind": "submit", "do": "lose_job"}])
        assert code_of(client.send("GET", f"/job/{client.job_id()}")) == (404, "JOB_001")

    def test_a_connection_is_reset_when_all_is_done(self, serve):
        client = serve(
            settings={"canned_pages": 1}, faults=[{"kind": "submit", "do": "reset", "when": "after"}]
        )
        with pytest.raises(httpx.TransportError):
            client.extract(**{"async": "true"})
        assert client.counters.submissions.total() == 1

    def test_a_large_result_that_is_cut_is_gone_all_the_same(self, serve):
        client = serve(
            settings={"canned_pages": 2},
            large_pages=1,
            faults=[{"kind": "large", "do": "cut_body", "nth": 1}],
        )
        address = client.result()["url"]
        with pytest.raises(httpx.TransportError):
            client.http.get(address)
        assert client.http.get(address).status_code == 410

    @pytest.mark.parametrize("do", ["malformed", "truncate_body", "state_word", "fail_job", "drop_pages"])
    def test_answers_and_jobs_are_spoilt(self, serve, do):
        kind = "poll" if do in {"malformed", "truncate_body", "state_word"} else "submit"
        client = serve(settings={"canned_pages": 2}, faults=[{"kind": kind, "do": do, "nth": 1}])
        answer = client.send("GET", f"/job/{client.job_id()}")
        if do == "state_word":
            assert answer.json()["status"] == "rearranging"
        elif kind == "poll":
            with pytest.raises(ValueError, match="."):
                answer.json()
        assert client.counters.faults[do] == 1
