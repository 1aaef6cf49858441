"""`cleaner --serve`: who is answered, what a document may be, and that a document that hangs does not stop the others."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner import clean, serve
from cleaner.cli import main
from cleaner.options import Options

TEXT = "The bridge is open again, the mayor said.\nAlso read: Who <b>paid</b> for it\nShe came on foot.\n"


@contextlib.contextmanager
def running(**wishes: Any) -> Iterator[serve.Server]:
    options = Options()
    options.port, options.timeout = 0, 100.0  # for a busy machine
    for name, value in wishes.items():
        setattr(options, name, value)
    server = serve.Server(options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.room.close()


@pytest.fixture(scope="module")
def server() -> Iterator[serve.Server]:
    with running() as found:
        yield found


def asked(server: serve.Server, method: str, path: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(serve.ADDRESS, server.server_port, timeout=300)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, data, named)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.headers), body


def test_the_page_and_what_it_may_do(server: serve.Server) -> None:
    status, headers, body = asked(server, "GET", "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<textarea id=source" in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not {"Access-Control-Allow-Origin", "Set-Cookie"} & set(headers)


def test_a_document_is_cleaned(server: serve.Server) -> None:
    status, headers, body = asked(server, "POST", "/clean", TEXT.encode(), X_Cleaner="1")
    found = json.loads(body)
    assert (status, found["removals"]) == (200, 1)
    assert "<b>paid" not in found["html"]
    assert "&lt;b&gt;paid" in found["html"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert asked(server, "POST", "/clean?to=text", TEXT.encode(), X_Cleaner="1")[2] == clean(TEXT)
    assert asked(server, "POST", "/clean?to=text&keep=related", TEXT.encode(), X_Cleaner="1")[2] == TEXT
    assert asked(server, "POST", "/clean?to=text", "Grüße.\n".encode("latin-1"), X_Cleaner="1")[2] == "Grüße.\n"
    assert json.loads(asked(server, "POST", "/clean?to=json", TEXT.encode(), X_Cleaner="1")[2])["removed"][0]["rule"] == "en/also-read"
    report = asked(server, "POST", "/clean?to=html", TEXT.encode(), X_Cleaner="1")
    assert "en/also-read" in report[2]
    assert "sandbox" in report[1]["Content-Security-Policy"]


def test_nothing_is_kept_from_one_to_the_next(server: serve.Server) -> None:
    asked(server, "POST", "/clean?keep=related", TEXT.encode(), X_Cleaner="1")
    assert asked(server, "POST", "/clean?to=text", TEXT.encode(), X_Cleaner="1")[2] == clean(TEXT)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1.example.org:80"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_others_are_refused(server: serve.Server, method: str, headers: dict[str, str]) -> None:
    status, _, body = asked(server, method, "/" if method == "GET" else "/clean", TEXT.encode(), X_Cleaner="1", **headers)
    assert (status, body) == (403, "this server answers its own page on this machine alone")


def test_its_own_page_is_answered(server: serve.Server) -> None:
    for name in ("127.0.0.1", "LOCALHOST"):
        host = f"{name}:{server.server_port}"
        more = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert asked(server, "POST", "/clean?to=text", TEXT.encode(), X_Cleaner="1", **more)[0] == 200


@pytest.mark.parametrize(
    ("path", "data", "headers", "status"),
    [
        ("/clean", b"One.", {}, 403),  # what a form of another site could send
        ("/other", b"One.", {"X-Cleaner": "1"}, 404),
        ("/clean?keep=spam", b"One.", {"X-Cleaner": "1"}, 400),
        ("/clean?to=pdf", b"One.", {"X-Cleaner": "1"}, 400),
        ("/clean?format=jsonl", b"One.", {"X-Cleaner": "1"}, 400),
        ("/clean?engine=diesel", b"One.", {"X-Cleaner": "1"}, 400),
        ("/clean", None, {"X-Cleaner": "1", "Content-Length": str(serve.LIMIT + 1)}, 413),
        ("/clean", None, {"X-Cleaner": "1", "Content-Length": "-1"}, 411),
        ("/clean", None, {"X-Cleaner": "1", "Transfer-Encoding": "chunked"}, 411),
        ("/clean", b"\x89PNG\r\n\x1a\n" + bytes(99), {"X-Cleaner": "1"}, 422),
    ],
)
def test_what_is_asked_wrongly(server: serve.Server, path: str, data: bytes | None, headers: dict[str, str], status: int) -> None:
    found, shown, body = asked(server, "POST", path, data, **headers)
    assert (found, shown["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert body
    assert asked(server, "GET", "/other")[0] == 404
    assert asked(server, "PUT", "/")[0] == 501


def test_it_listens_on_the_loopback_interface_alone(server: serve.Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "GRACE", 1.0)
    with running(timeout=0.05) as server:
        slow = ("x" * 150 + "\n").encode() * 30_000
        status, _, body = asked(server, "POST", "/clean", slow, X_Cleaner="1")
        assert (status, body) == (422, "not done after 0.05 seconds")


def test_a_process_that_dies_or_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "GRACE", 3.0)
    with running(timeout=2.0) as server:
        asked(server, "POST", "/clean", b"One.", X_Cleaner="1")
        first = server.room.process.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        assert asked(server, "POST", "/clean", b"One.", X_Cleaner="1")[::2] == (422, "not done after 2 seconds")
        second = server.room.process.pid
        assert second not in (None, first)
        os.kill(second or 0, signal.SIGKILL)
        time.sleep(0.2)
        assert asked(server, "POST", "/clean", b"One.", X_Cleaner="1")[::2] == (422, "it takes its process down")
        server.room.seconds = 60
        assert asked(server, "POST", "/clean?to=text", b"One.", X_Cleaner="1")[::2] == (200, "One.")


def test_a_silent_connection_holds_up_nobody(server: serve.Server) -> None:
    with socket.create_connection((serve.ADDRESS, server.server_port)):
        assert asked(server, "POST", "/clean?to=text", b"One.", X_Cleaner="1")[2] == "One."


def test_the_command_says_where_and_ends_when_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cleaner", "--serve", "--port", "0"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("cleaner: http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (out, err, process.returncode) == ("", "", 130)
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken(capfd: pytest.CaptureFixture[str], server: serve.Server) -> None:
    assert main(["--serve", "--port", str(server.server_port)]) == 2
    assert "Address already in use" in capfd.readouterr().err
    assert main(["--serve", "--port", "99999"]) == 2


def test_what_the_cleaning_process_answers() -> None:
    data, wishes = TEXT.encode(), {"keep": [], "format": "text", "engine": "auto"}

    def answer(shape: str, source: bytes = data, **more: Any) -> tuple[int, str]:
        status, body = serve._answer(source, {**wishes, **more}, shape, Options())
        return status, body.decode()

    assert answer("text") == (200, clean(TEXT, format="text"))
    assert json.loads(answer("json")[1])["removed"][0]["rule"] == "en/also-read"
    assert answer("html")[1].startswith("<!doctype html>")
    found = json.loads(answer("page")[1])
    assert (found["removals"], found["title"]) == (1, "")
    assert "Who &lt;b&gt;paid&lt;/b&gt; for it" in found["html"]
    assert answer("text", keep=["related"]) == (200, TEXT)
    assert answer("text", b"\x89PNG\r\n") == (422, "this is no text (give a text or an HTML page)")
    assert answer("text", b"a\n" * 600_000) == (422, "more than 500,000 lines: cut it up")


def test_a_document_that_ends_early(server: serve.Server) -> None:
    with socket.create_connection((serve.ADDRESS, server.server_port), timeout=60) as connection:
        host = f"{serve.ADDRESS}:{server.server_port}"
        connection.sendall(f"POST /clean HTTP/1.1\r\nHost: {host}\r\nX-Cleaner: 1\r\nContent-Length: 9\r\n\r\nOne.".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert answer.endswith(b"the document ended early")


def test_too_many_at_a_time_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(timeout=0.1) as found:
        monkeypatch.setattr(serve, "GRACE", 0.1)
        with found.room.lock:  # a document in work
            assert found.room.ask(b"One.", {}, "text") == (503, b"other documents are in work: try again")
        found.free = threading.BoundedSemaphore(1)
        with found.free, socket.create_connection((serve.ADDRESS, found.server_port), timeout=60) as connection:
            assert connection.recv(10) == b""
