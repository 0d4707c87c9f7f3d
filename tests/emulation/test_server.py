import contextlib
import hashlib
import threading
import tomllib
from pathlib import Path

import httpx
import pytest

from docferry.emulation import EmulatorServer, EmulatorSettings
from docferry.errors import ConfigurationError


def test_a_job_goes_through_over_http(serve):
    client = serve()
    job_id = client.submit(text="A few words.").json()["id"]
    answer = client.wait(job_id)
    assert (answer["state"], answer["texts"], answer["pages"]) == ("succeeded", ["A few words."], 1)


def test_states_follow_the_clock(serve, clock):
    client = serve(queue_seconds=5, work_seconds=10)
    job_id = client.submit().json()["id"]
    client.parsed(job_id)
    states = [client.poll(job_id).json()["state"]]
    for seconds in (5, 10):
        clock.advance(seconds)
        states.append(client.poll(job_id).json()["state"])
    assert states == ["pending", "running", "succeeded"]


def test_a_file_is_put_to_a_signed_address_on_another_port(serve, clock):
    client = serve()
    slot = client.http.post("/slots").json()
    assert httpx.URL(slot["address"]).port != client.http.base_url.port
    assert client.poll(slot["id"]).json()["waits_for_file"]
    assert httpx.put(slot["address"].replace("signature=", "signature=0"), timeout=60).status_code == 403
    assert httpx.put(slot["address"], content=b"%PDF-1.4 ?", timeout=60).status_code == 200
    assert client.wait(slot["id"])["state"] == "failed"
    clock.advance(61)
    assert httpx.put(slot["address"], content=b"x", timeout=60).text == "expired"


def test_an_asset_is_handed_out_until_its_address_expires(serve, clock):
    client = serve(link_seconds=60)
    address = client.wait(client.submit(text="Words to keep.").json()["id"])["address"]
    answer = httpx.get(address, timeout=60)
    assert (answer.text, answer.headers["content-type"]) == ("Words to keep.", "text/plain; charset=utf-8")
    assert httpx.get(address.replace("/assets/", "/assets/0"), timeout=60).status_code == 403
    clock.advance(61)
    answer = httpx.get(address, timeout=60)
    assert answer.status_code == 403
    assert "expired" in answer.text


def test_counters_tell_what_happened(serve):
    client = serve()
    for name in ("a.txt", "b.txt"):
        client.wait(client.submit(name, "The same words.").json()["id"])
    client.account("sk-nobody")
    digest = hashlib.sha256(b"The same words.").hexdigest()
    counters = client.counters
    assert counters.requests["submit"] == 2
    assert counters.submissions == {digest: 2}
    assert counters.file_names == {digest: "b.txt"}
    assert counters.refusals == {"who": 1}
    assert counters.ended == {"succeeded": 2}
    assert counters.billed_pages == 2
    assert counters.most_under_way == 1


def test_connections_that_are_open_at_once_are_counted(serve):
    client = serve()
    before = client.counters.connections
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            other = stack.enter_context(httpx.Client(base_url=client.http.base_url))
            other.get("/")
        assert client.counters.connections == before + 3
    assert client.counters.most_connections == before + 3


def test_a_job_that_fails_is_not_billed(serve):
    client = serve()
    client.wait(client.submit("a.pdf", "%PDF-1.4 damaged").json()["id"])
    assert client.counters.ended == {"failed": 1}
    assert client.counters.billed_pages == 0


def test_the_control_paths_tell_the_same_to_other_processes(serve):
    client = serve()
    job_id = client.submit().json()["id"]
    client.wait(job_id)
    assert client.http.get("/_emulator/counters").json() == client.counters.as_json()
    (job,) = client.http.get("/_emulator/jobs").json()
    assert (job["id"], job["file_name"], job["state"]) == (job_id, "a.txt", "succeeded")


def test_faults_can_be_exchanged_while_it_runs(serve):
    client = serve({"kind": "account", "do": "status"})
    assert client.account().status_code == 503
    assert client.http.put("/_emulator/faults", json=[]).json() == {"rules": 0}
    assert client.account().status_code == 200
    answer = client.http.put("/_emulator/faults", json=[{"do": "reset", "kind": "dance"}])
    assert answer.status_code == 400
    assert "dance" in answer.json()["error"]


def test_ports_follow_the_first_one(harbour):
    with contextlib.ExitStack() as stack:
        for first in range(20_011, 32_000, 13):  # below those that systems hand out; others may have some
            with contextlib.suppress(ConfigurationError):
                services = [harbour.make_emulator(EmulatorSettings()) for _ in range(2)]
                server = stack.enter_context(EmulatorServer(*services, port=first))
                break
        origins = [origin for service in server.services for origin in service.state.origins]
    assert origins == [f"http://127.0.0.1:{first + offset}" for offset in range(4)]
    assert server.environment == {
        "HARBOUR_BASE_URL": f"http://127.0.0.1:{first + 2}",
        "HARBOUR_API_KEY": "sk-harbour-emulator",
    }


def test_a_port_that_is_taken_is_named(harbour, serve):
    port = serve().http.base_url.port
    with pytest.raises(ConfigurationError, match=f"port {port} cannot be used"):
        EmulatorServer(harbour.make_emulator(EmulatorSettings()), port=port).start()


def test_nothing_is_left_after_the_end(harbour):
    service = harbour.make_emulator(EmulatorSettings())
    before = threading.active_count()
    with EmulatorServer(service) as server:
        origin = service.state.origins[0]
        folder = service.state.uploads.folder
        httpx.post(f"{origin}/jobs", files={"file": ("a.txt", b"x")}, timeout=60)
    server.stop()
    assert not folder.exists()
    assert not any(thread.name == "docferry-emulator" for thread in threading.enumerate())
    assert threading.active_count() <= before + 8  # threads that parsed may still end
    with pytest.raises(httpx.ConnectError):
        httpx.get(origin, timeout=60)


def test_the_extra_names_what_the_room_imports():
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())
    wanted = project["project"]["optional-dependencies"]["emulator"]
    assert {name.partition(">")[0] for name in wanted} >= {"starlette", "uvicorn", "python-multipart"}
