"""A ClamAV daemon on this machine that speaks clamd's protocol and finds one text harmful."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: What it takes for a virus, harmless as it is.
HARMFUL = b"this-is-no-virus-but-the-stub-says-so"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """`nINSTREAM`, then chunks with their length before them, ended by an empty one."""
        if self.rfile.readline() != b"nINSTREAM\n":
            self.wfile.write(b"UNKNOWN COMMAND\n")
            return
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        found = b"stream: Stub.Test FOUND\n" if HARMFUL in content else b"stream: OK\n"
        self.wfile.write(found)


@contextmanager
def clamd() -> Iterator[str]:
    """A running daemon; gives its address, `host:port`."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
