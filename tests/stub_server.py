"""An HTTP server on this machine that answers what a test tells it, and notes what was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Stub:
    """`answer` gets the path and the parameters; it gives a body, or a status, a body, headers."""

    answer: Callable[[str, dict[str, str]], Any] = lambda path, parameters: {}
    delay: float = 0.0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    #: What was sent with it: nothing with a GET.
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    @property
    def domain(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def serve() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
            stub.asked.append((parts.path, parameters))
            stub.headers.append({name.lower(): value for name, value in self.headers.items()})
            stub.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            time.sleep(stub.delay)
            answer = stub.answer(parts.path, parameters)
            status, body, *more = answer if isinstance(answer, tuple) else (200, answer)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in more[0].items() if more else ():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client had a time-out

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
