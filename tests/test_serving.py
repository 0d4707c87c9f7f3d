"""Servers of ours outlive more callers than the process has room for."""

import socket
import subprocess
import sys

import pytest

pytest.importorskip("resource")

SERVE = """
import os, resource, sys
from docferry.serving import ServerThread, listen, make_server

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})

listener = listen("127.0.0.1", 0)
thread = ServerThread([(make_server(app), listener)], name="server")
thread.start()
room = len(os.listdir("/dev/fd")) + 8
resource.setrlimit(resource.RLIMIT_NOFILE, (room, room))
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
thread.stop()
"""


def call(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return connection


def test_callers_without_room_wait_and_are_answered_and_nothing_is_logged():
    with subprocess.Popen(
        [sys.executable, "-c", SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        port = int(process.stdout.readline())
        idle = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(20)]
        waiting = call(port)
        for connection in idle:
            connection.close()
        with waiting:
            assert waiting.recv(20).startswith(b"HTTP/1.1 204")
        _, said = process.communicate(timeout=60)
    assert said == ""
