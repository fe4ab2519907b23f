"""python receive_one.py FILE PORT: write the body of the first post to a file, and end."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Write the body to the file."""
        body = b""
        if length := self.headers.get("Content-Length"):
            body = self.rfile.read(int(length))
        else:
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        Path(sys.argv[1]).write_bytes(body)
        self.send_response(200)
        self.send_header("Content-Type", self.headers["Content-Type"])
        self.send_header("Content-Length", "0")
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[2])), _Receiver).handle_request()
