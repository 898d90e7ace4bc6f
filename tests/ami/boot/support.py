"""What the tests share: a server for one test, a directory for one, and a node."""

import http.server
import os
import ssl
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "ami/files/usr/local/lib/cos-boot"))

from cos_boot.metadata import Identity  # noqa: E402

IDENTITY = Identity("i-1", "eu-central-1", "eu-central-1a", "t4g.micro", "spot", "amazonaws.com", "abc", "pool")


def node(**changes):
    """The content of node.json."""
    return {"version": 1, "cluster": "dev", "role": "client", "agents": ["consul", "nomad"], **changes}


class Handler(http.server.BaseHTTPRequestHandler):
    """Of requests, which are not logged."""

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def serve(test: unittest.TestCase, handler: type[Handler], tls: ssl.SSLContext | None = None) -> int:
    """Serves on loopback until the test has ended. Returns the port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return server.server_port


class Directory(unittest.TestCase):
    """Tests with a directory of their own, in which nothing waits and nothing is said."""

    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="pulumi-cos-boot-")
        self.addCleanup(made.cleanup)
        self.directory = Path(made.name)
        patience = mock.patch.dict(os.environ, {"COS_BOOT_PATIENCE": "0"})
        patience.start()
        self.addCleanup(patience.stop)
        said = mock.patch("builtins.print")
        self.said = said.start()
        self.addCleanup(said.stop)
