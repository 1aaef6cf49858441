"""Serve: a page on this machine to try cleaner on a text, a page or a file; `cleaner --serve`.

It listens on 127.0.0.1 alone, answers nobody but the page that it gave out itself, writes nothing and asks no network. A
process of its own cleans, so that a document that takes too long ends with that process.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cleaner import KINDS
from cleaner.attempt import attempt
from cleaner.errors import Failure
from cleaner.options import CHOICES, Options

ADDRESS = "127.0.0.1"
LIMIT = 5_000_000  # bytes of a document
SECONDS = 10.0  # for a document, unless --timeout says otherwise
GRACE = 3.0  # seconds more, after which the process is ended
PATIENCE = 15.0  # seconds that a connection may keep quiet
TOGETHER = 16  # connections at a time
SHAPES = {"page": "application/json", "html": "text/html", "json": "application/json", "text": "text/plain"}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def serve(options: Options) -> int:
    """Serve until interrupted; raises Failure where the port is taken."""
    try:
        server = Server(options)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failure(f"can't listen on port {options.port}: {reason}; --port takes another, 0 any that is free") from None
    print(f"cleaner: http://{ADDRESS}:{server.server_port}/ is open to this machine alone; Ctrl-C ends it", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
        server.room.close()
    return 0


# --- the cleaning process ----------------------------------------------------------------------------------------


class Room:
    """A process that cleans one document at a time, and is replaced if one takes too long or ends it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.seconds = options.timeout or SECONDS
        self.lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, self.options), daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, data: bytes, wishes: dict[str, Any], shape: str) -> tuple[int, bytes]:
        """Return the HTTP status and the answer for a document."""
        if not self.lock.acquire(timeout=self.seconds + GRACE):
            return 503, b"other documents are in work: try again"
        try:
            try:
                self.pipe.send((data, wishes, shape))
                if self.pipe.poll(self.seconds + GRACE):
                    answer: tuple[int, bytes] = self.pipe.recv()
                    return answer
                why = f"not done after {self.seconds:g} seconds"
            except (EOFError, OSError):
                why = "it takes its process down"
            self.close()
            self._start()
            return 422, why.encode()
        finally:
            self.lock.release()

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join(5)
        self.pipe.close()


def _work(pipe: Any, options: Options) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when it is over
    while True:
        try:
            data, wishes, shape = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_answer(data, wishes, shape, options))


def _answer(data: bytes, wishes: dict[str, Any], shape: str, options: Options) -> tuple[int, bytes]:
    """Clean a document and return it as `shape`: the part of the page that shows it, a report, JSON or text."""
    from cleaner.catalogue import catalogue
    from cleaner.decode import binary
    from cleaner.output import as_json
    from cleaner.report import Evidence, page
    from cleaner.report.layout import result
    from cleaner.summary import Summary

    for name, value in wishes.items():
        setattr(options, name, value)
    options.timeout = options.timeout or SECONDS
    if binary(data):
        return 422, b"this is no text (give a text or an HTML page)"
    done, problem = attempt(data, options, metadata=True)
    if done is None:
        return 422, problem.encode("utf-8", "replace")
    if shape == "text":
        return 200, done.text.encode("utf-8", "replace")
    if shape == "json":
        return 200, (as_json(done, options.rules) + "\n").encode("utf-8", "replace")
    summary = Summary(Evidence(options.seed, LIMIT))
    summary.cleaned(done, done.url, "the document")
    facts = summary.as_dict()
    if shape == "html":
        return 200, page(facts, ["the document"], options.rules).encode("utf-8", "replace")
    whys = {name: why for name, (_, why) in catalogue(options.rules).items()}
    shown = facts["evidence"]["documents_shown"][0]
    answer = {"html": result(facts, shown, whys, switches=False), "removals": len(done.removed), "title": done.title or ""}
    return 200, json.dumps(answer).encode("utf-8", "replace")


# --- HTTP --------------------------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """The server, on the loopback interface."""

    daemon_threads = True

    def __init__(self, options: Options) -> None:
        from cleaner.report.serving import start_page

        super().__init__((ADDRESS, options.port), Handler)
        self.names = {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}
        self.page, self.policy = start_page(options)
        self.room = Room(options)
        self.free = threading.BoundedSemaphore(TOGETHER)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection, or close it where there are too many."""
        if self.free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that breaks."""


class Handler(BaseHTTPRequestHandler):
    """Answers the page, and a document sent by the page."""

    server: Server
    timeout = PATIENCE
    server_version = "cleaner"
    sys_version = ""

    def do_GET(self) -> None:
        """Give the page."""
        if not self._ours():
            self._say(403, "text/plain", b"this server answers its own page on this machine alone")
        elif urlsplit(self.path).path == "/":
            self._say(200, "text/html", self.server.page)
        else:
            self._say(404, "text/plain", b"there is nothing here but /")

    def do_POST(self) -> None:
        """Clean the document that the page sent."""
        status, kind, answer = self._cleaned()
        self._say(status, kind, answer)

    def _cleaned(self) -> tuple[int, str, bytes]:
        if not self._ours() or self.headers.get("X-Cleaner") != "1":  # a form or a script of another site can't set this one
            return 403, "text/plain", b"this server answers its own page on this machine alone"
        asked = urlsplit(self.path)
        if asked.path != "/clean":
            return 404, "text/plain", b"documents go to /clean"
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal():
            return 411, "text/plain", b"a document comes with its length"
        if len(length) > 9 or int(length) > LIMIT:
            return 413, "text/plain", f"a document may have {LIMIT:,} bytes here; the command cleaner has no such limit".encode()
        given = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        wishes = _wishes(given)
        shape = given.get("to", "page")
        if wishes is None or shape not in SHAPES:
            return 400, "text/plain", b"there is no such choice"
        data = self.rfile.read(int(length))
        if len(data) < int(length):
            return 400, "text/plain", b"the document ended early"
        status, answer = self.server.room.ask(data, wishes, shape)
        return status, SHAPES[shape] if status == 200 else "text/plain", answer

    def _ours(self) -> bool:
        """Whether the request names this server, and comes from its page or from no page."""
        hosts = self.headers.get_all("Host") or []
        origins = self.headers.get_all("Origin") or []
        site = self.headers.get("Sec-Fetch-Site", "none")
        named = len(hosts) == 1 and hosts[0].lower() in self.server.names
        return named and all(o.lower() == f"http://{hosts[0].lower()}" for o in origins) and site in ("none", "same-origin")

    def _say(self, status: int, kind: str, answer: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(answer)), "Connection": "close", **HEADERS}
        policy = self.server.policy if kind == "text/html" and self.command == "GET" else "default-src 'none'; sandbox"
        headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep no log: what people try here is theirs."""


def _wishes(given: dict[str, str]) -> dict[str, Any] | None:
    """What the page asks of a document, or None where there is no such choice."""
    keep = [kind for kind in given.get("keep", "").split(",") if kind]
    format, engine = given.get("format", "auto"), given.get("engine", "auto")
    if set(keep) - set(KINDS) or format not in ("auto", "text", "html") or engine not in CHOICES["engine"]:
        return None
    return {"keep": keep, "format": format, "engine": engine}
