"""A server for one test."""

import http.server
import threading
import unittest


def serve(test: unittest.TestCase, handler: type[http.server.BaseHTTPRequestHandler]) -> int:
    """Serves on loopback until the test has ended. Returns the port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return server.server_port
